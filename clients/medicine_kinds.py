"""The kinds of medicine that matter to hands-on work: what each means for the body, and when.

A medicine is noted by its own name; its kind says what follows. `raises` are findings that hold while it is taken,
or from each day on which it is given; the rules of those findings carry their sources.
"""

from __future__ import annotations

from dataclasses import dataclass

from clients.sentences import in_a_sentence


@dataclass(frozen=True, slots=True)
class MedicineKind:
    """One kind; `is_given` where it is given on days (injection, infusion), `takes_places` where somewhere on the body.

    `takes_times` where the time of day of each dose shapes the diary. `raises_all_along` holds between doses too.
    `also` are further names it is known by, of the substance and of the box.
    """

    code: str
    name: str
    examples: str
    raises: tuple[str, ...]
    ask: str
    is_given: bool = False
    takes_places: bool = False
    takes_times: bool = False
    raises_all_along: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The kind inside a sentence: "blood thinner", "Parkinson's tablets"."""
        return in_a_sentence(self.name)


MEDICINES: dict[str, MedicineKind] = {
    kind.code: kind
    for kind in (
        MedicineKind("blood-thinner", "Blood thinner", "warfarin, apixaban, rivaroxaban, clopidogrel, daily aspirin",
                     ("blood-thinner",), "Any new bruises?", also=(
                         "aspirin", "dabigatran", "edoxaban", "ticagrelor", "prasugrel", "phenprocoumon",
                         "acenocoumarol", "coumadin", "marcumar", "eliquis", "xarelto", "pradaxa", "lixiana",
                         "savaysa", "plavix", "brilique", "brilinta")),
        MedicineKind("injected-thinner", "Blood thinner by injection", "heparin, enoxaparin, dalteparin",
                     ("injection-site",), "Where was the last one? Any new bruises?", is_given=True, takes_places=True,
                     raises_all_along=("blood-thinner",), also=("clexane", "lovenox", "fragmin", "tinzaparin",
                                                                "fondaparinux")),
        MedicineKind("injection", "Injection under the skin or into a muscle",
                     "insulin, interferon, glatiramer, ofatumumab", ("injection-site",),
                     "Where was the last one, and when?", is_given=True, takes_places=True),
        MedicineKind("botulinum", "Botulinum toxin", "for spasticity, dystonia or migraine",
                     ("injection-site",), "Which muscles, on which day?", is_given=True, takes_places=True,
                     also=("botox", "dysport", "xeomin", "botulinum")),
        MedicineKind("infusion", "Infusion into a vein", "ocrelizumab, natalizumab, immunoglobulin, methylprednisolone",
                     ("infusion-day",), "When is the next one? How do you feel on the day after?", is_given=True,
                     also=("ocrevus", "tysabri", "ivig")),
        MedicineKind("antispastic", "Against stiffness and spasms", "baclofen, tizanidine, dantrolene",
                     ("antispastic-medicine",), "When was the last dose?", takes_times=True),
        MedicineKind("levodopa", "Parkinson's tablets", "levodopa with carbidopa or benserazide",
                     (), "When was the last dose, and when is the next?", takes_times=True,
                     also=("levodopa", "carbidopa", "benserazide", "sinemet", "madopar", "stalevo")),
        MedicineKind("steroids", "Steroids for a long time", "prednisone, prednisolone, dexamethasone",
                     ("steroid-course",), "Since when, and is the dose changing?"),
        MedicineKind("chemotherapy", "Chemotherapy", "by infusion or as tablets",
                     ("chemotherapy",), "When was the last treatment, and when is the next?"),
        MedicineKind("strong-painkiller", "Strong painkiller or sedative", "morphine, oxycodone, diazepam",
                     ("sedated",), "What did you take today, and when?"),
        MedicineKind("patch", "Patch, pellet or gel on the skin", "fentanyl, rotigotine, oestrogen",
                     ("drug-patch",), "Where is it today?", takes_places=True),
        MedicineKind("other", "Another medicine", "anything else they take", (), ""),
    )
}

_BY_NAME = {
    name: kind.code for kind in MEDICINES.values() if kind.code != "other"
    for name in (*kind.examples.casefold().split(", "), *kind.also) if " " not in name}


def kind_named(name: str) -> str:
    """The kind a medicine is known to be by its name, dose and all; "other" where nobody here knows it."""
    words = name.casefold().replace(",", " ").replace("-", " ").split()
    return next((_BY_NAME[word] for word in words if word in _BY_NAME), "other")
