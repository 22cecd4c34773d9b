"""The conditions clients name, as diagnosed by a doctor: words first, codes where known, doses that were
studied.

A dose is what a study or a therapist described, offered as a preset; it promises nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from clients.sources import cite


@dataclass(frozen=True, slots=True)
class Dose:
    """How often and how long, as a source describes it; None where the source does not say."""

    what: str
    minutes: int | None
    per_week: float | None
    weeks: int | None
    sessions: int | None
    technique: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Icd10:
    """An ICD-10-CM code with the first and the last day on which it is billable; None: always, still."""

    code: str
    valid_from: date | None = None
    valid_to: date | None = None


_CALLED_AFTER = ("Parkinson's", "Guillain", "Huntington's")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as reported, with its diagnosis codes; `parent` is the wider condition whose rules hold
    too.

    `icd10` is the code of today, `earlier_icd10` what it was before. `ask` is what to ask before each session.
    `source` says where codes and questions come from.
    """

    code: str
    name: str
    plain_name: str
    icd10: str | None
    snomed: str | None
    parent: str | None
    ask: str
    source: str
    dose: Dose | None = None
    other_doses: tuple[Dose, ...] = field(default=())
    earlier_icd10: tuple[Icd10, ...] = field(default=())

    @property
    def in_a_sentence(self) -> str:
        """Its name within a sentence: a small letter first, but for HIV and those called after somebody."""
        is_name = self.name.startswith(_CALLED_AFTER) or self.name[1].isupper()
        return self.name if is_name else self.name[0].lower() + self.name[1:]

    def icd10_on(self, day: date) -> str | None:
        """The code that was billable on that day."""
        for earlier in self.earlier_icd10:
            if (earlier.valid_from or day) <= day <= (earlier.valid_to or day):
                return earlier.code
        return self.icd10


_ASK_MS = "Anything new since last time: numbness, spasms, fatigue, heat? Could it be a relapse?"
_ASK_MIGRAINE = "Any attack in the last days? Is one coming on now? Light, sound, smell?"
_ASK_PARKINSONS = "On or off just now? When was the last dose, and when is the next?"
_ASK_NEUROPATHY = "Where is it numb or sore today? Any wound or redness on the feet?"
_MS_SOURCE = cite("icd-10-cm", "ms-three-uses")
_MIGRAINE_SOURCE = cite("icd-10-cm", "healing-touch")
_PARKINSONS_SOURCE = cite("icd-10-cm", "wearing-off")
_NEUROPATHY_SOURCE = cite("icd-10-cm", "neuropathy-article")

# From 1 October 2025 the single code for MS is split by its course, from 1 October 2023 the one for Parkinson's.
_G35 = (Icd10("G35", None, date(2025, 9, 30)),)
_G20 = (Icd10("G20", None, date(2023, 9, 30)),)


def _ms(course: str, name: str, plain_name: str, icd10: str | None, snomed: str | None,
        parent: str = "ms") -> Condition:
    """One course of MS: what holds for MS holds for it."""
    return Condition(f"ms-{course}", name, plain_name, icd10, snomed, parent, _ASK_MS, _MS_SOURCE, _MS_SERIES,
                     (_MS_REFLEXOLOGY, _MS_ABDOMINAL), _G35 if icd10 else ())


_MS_SERIES = Dose("45 minutes twice a week for five weeks: better mood and body image, less anxiety "
                  "afterwards (24 adults)", 45, 2, 5, 10, None, cite("healing-touch", "ms-therapists"))
_MS_REFLEXOLOGY = Dose("Eleven weeks of reflexology on feet and calves: urinary symptoms, spasticity, "
                       "tingling",
                       None, None, 11, None, "reflexology", cite("healing-touch"))
_MS_ABDOMINAL = Dose("Abdominal massage for constipation (feasibility trial)",
                     None, None, None, None, "abdominal", cite("ms-therapists"))
_MIGRAINE_SERIES = Dose("Once a week for five weeks: more restful sleep", None, 1, 5, 5, None,
                        cite("healing-touch"))
_PARKINSONS_SERIES = Dose("Neuromuscular therapy twice a week for four weeks: motor score and daily tasks, "
                          "for at least a week after", None, 2, 4, 8, "neuromuscular", cite("healing-touch"))
_HIV_SERIES = Dose("Ten sessions in sixteen weeks, with acupuncture: more energy; relief for two to three "
                   "days",
                   None, None, 16, 10, None, cite("healing-touch"))
_NEUROPATHY_VISIT = Dose("Shorter and more often, 30 to 45 minutes, so as not to overstimulate or tire",
                         45, None, None, None, None, cite("neuropathy-article"))

CONDITIONS: dict[str, Condition] = {
    condition.code: condition
    for condition in (
        Condition("ms", "Multiple sclerosis", "MS", "G35.D", "24700007", None, _ASK_MS, _MS_SOURCE,
                  _MS_SERIES, (_MS_REFLEXOLOGY, _MS_ABDOMINAL), _G35),
        _ms("clinically-isolated", "Clinically isolated syndrome", "a first attack that may be MS", None, None),
        _ms("relapsing-remitting", "Relapsing-remitting multiple sclerosis", "relapsing MS", "G35.A", "426373005"),
        _ms("primary-progressive", "Primary progressive multiple sclerosis", "primary progressive MS",
            "G35.B0", "428700003"),
        _ms("primary-progressive-active", "Primary progressive multiple sclerosis, active",
            "primary progressive MS, active", "G35.B1", None, "ms-primary-progressive"),
        _ms("primary-progressive-not-active", "Primary progressive multiple sclerosis, not active",
            "primary progressive MS, quiet", "G35.B2", None, "ms-primary-progressive"),
        _ms("secondary-progressive", "Secondary progressive multiple sclerosis", "secondary progressive MS",
            "G35.C0", "425500002"),
        _ms("secondary-progressive-active", "Secondary progressive multiple sclerosis, active",
            "secondary progressive MS, active", "G35.C1", None, "ms-secondary-progressive"),
        _ms("secondary-progressive-not-active", "Secondary progressive multiple sclerosis, not active",
            "secondary progressive MS, quiet", "G35.C2", None, "ms-secondary-progressive"),
        Condition("parkinsons", "Parkinson's disease", "Parkinson's", "G20.A1", "49049000", None, _ASK_PARKINSONS,
                  _PARKINSONS_SOURCE, _PARKINSONS_SERIES, (), _G20),
        Condition("parkinsons-fluctuating", "Parkinson's disease with off periods", "Parkinson's with off periods",
                  "G20.A2", None, "parkinsons", _ASK_PARKINSONS, _PARKINSONS_SOURCE, _PARKINSONS_SERIES, (), _G20),
        Condition("parkinsons-dyskinesia", "Parkinson's disease with dyskinesia",
                  "Parkinson's with extra movements", "G20.B1", None, "parkinsons",
                  _ASK_PARKINSONS + " Is lying still hard?", _PARKINSONS_SOURCE, _PARKINSONS_SERIES, (), _G20),
        Condition("parkinsons-dyskinesia-fluctuating", "Parkinson's disease with dyskinesia and off periods",
                  "Parkinson's with extra movements and off periods", "G20.B2", None, "parkinsons",
                  _ASK_PARKINSONS + " Is lying still hard?", _PARKINSONS_SOURCE, _PARKINSONS_SERIES, (), _G20),
        Condition("parkinsonism", "Parkinsonism", "parkinsonism", "G20.C", None, "parkinsons", _ASK_PARKINSONS,
                  _PARKINSONS_SOURCE, None, (), _G20),
        Condition("migraine", "Migraine", "migraine", "G43.909", "37796009", None, _ASK_MIGRAINE,
                  _MIGRAINE_SOURCE,
                  _MIGRAINE_SERIES),
        Condition("migraine-with-aura", "Migraine with aura", "migraine with aura", "G43.109", "4473006",
                  "migraine",
                  _ASK_MIGRAINE, _MIGRAINE_SOURCE, _MIGRAINE_SERIES),
        Condition("migraine-without-aura", "Migraine without aura", "migraine without aura", "G43.009",
                  "56097005",
                  "migraine", _ASK_MIGRAINE, _MIGRAINE_SOURCE, _MIGRAINE_SERIES),
        Condition("migraine-chronic", "Chronic migraine", "chronic migraine", "G43.709", "427419006",
                  "migraine",
                  _ASK_MIGRAINE, _MIGRAINE_SOURCE, _MIGRAINE_SERIES),
        Condition("tension-headache", "Tension-type headache", "tension headache", "G44.209", "398057008",
                  None,
                  "Is it the headache you know, or a new kind?", cite("icd-10-cm", "healing-touch")),
        Condition("peripheral-neuropathy", "Peripheral neuropathy", "nerve damage in hands or feet", "G62.9",
                  "302226006", None, _ASK_NEUROPATHY, _NEUROPATHY_SOURCE, _NEUROPATHY_VISIT),
        Condition("diabetic-neuropathy", "Diabetic neuropathy", "nerve damage from diabetes", "E11.42",
                  "713706002",
                  "peripheral-neuropathy", _ASK_NEUROPATHY, _NEUROPATHY_SOURCE, _NEUROPATHY_VISIT),
        Condition("hiv-neuropathy", "HIV-related neuropathy", "nerve damage with HIV", None, None,
                  "peripheral-neuropathy", _ASK_NEUROPATHY + " Platelets known? Any infection?",
                  cite("icd-10-cm", "healing-touch", "werner-charts"), _HIV_SERIES, (_NEUROPATHY_VISIT,)),
        Condition("small-fibre-neuropathy", "Small fibre neuropathy", "burning from thin nerve fibres", "G60.8", None,
                  "peripheral-neuropathy", _ASK_NEUROPATHY, _NEUROPATHY_SOURCE, _NEUROPATHY_VISIT),
        Condition("idiopathic-neuropathy", "Idiopathic neuropathy", "nerve damage without a known cause", "G60.3", None,
                  "peripheral-neuropathy", _ASK_NEUROPATHY, _NEUROPATHY_SOURCE, _NEUROPATHY_VISIT),
        Condition("hereditary-neuropathy", "Hereditary neuropathy", "nerve damage in the family", "G60.0", None,
                  "peripheral-neuropathy", _ASK_NEUROPATHY, _NEUROPATHY_SOURCE, _NEUROPATHY_VISIT),
        Condition("chemotherapy-neuropathy", "Neuropathy after chemotherapy", "nerve damage from chemotherapy", None,
                  None, "peripheral-neuropathy", _ASK_NEUROPATHY + " Still in treatment? Blood counts known?",
                  cite("neuropathy-article", "walton-oncology"), _NEUROPATHY_VISIT),
        Condition("cidp", "Chronic inflammatory demyelinating polyneuropathy (CIDP)", "CIDP", "G61.81", "128209004",
                  "peripheral-neuropathy", _ASK_NEUROPATHY + " When is the next infusion?",
                  _NEUROPATHY_SOURCE, _NEUROPATHY_VISIT),
        Condition("diabetes", "Diabetes", "diabetes", None, None, None,
                  "Have you eaten? Is sugar at hand? Where was the last injection? How are the feet?",
                  cite("neuropathy-article")),
        Condition("stroke", "After a stroke", "stroke, some time ago", None, "230690007", None,
                  "Which side was affected? What do you feel there? Anything new since last time?",
                  cite("bc-college")),
        Condition("epilepsy", "Epilepsy", "epilepsy", "G40.909", "84757009", None,
                  "When was the last seizure? What sets one off? Is your medicine with you?",
                  cite("icd-10-cm", "werner-epilepsy")),
        Condition("spinal-cord-injury", "Spinal cord injury", "spinal cord injury", None, "90584004", None,
                  "At what height is the injury? Bladder emptied? Any skin trouble?",
                  cite("werner-charts", "healing-therapies-sci")),
        Condition("guillain-barre", "Guillain-Barré syndrome", "Guillain-Barré", "G61.0", "40956001", None,
                  "Is strength still getting worse, steady, or coming back?",
                  cite("icd-10-cm", "werner-gbs")),
        Condition("trigeminal-neuralgia", "Trigeminal neuralgia", "nerve pain in the face", "G50.0",
                  "31681005", None,
                  "Which side? What sets it off? Can the face bear a cradle?",
                  cite("icd-10-cm", "werner-trigeminal")),
        Condition("myasthenia-gravis", "Myasthenia gravis", "myasthenia", "G70.00", "91637004", None,
                  "How is your strength today? Any infection about?", cite("icd-10-cm", "werner-charts")),
        Condition("als", "Amyotrophic lateral sclerosis (motor neurone disease)",
                  "ALS / motor neurone disease",
                  "G12.21", "86044005", None, "How is breathing when lying flat?", cite("icd-10-cm")),
        Condition("huntingtons", "Huntington's disease", "Huntington's", "G10", None, None,
                  "How are the movements today? Who is with you?", cite("icd-10-cm", "evenhand")),
        Condition("dystonia", "Dystonia", "muscles that twist and pull", "G24.9", "15802004", None,
                  "Which muscles pull today? When was the last botulinum injection, and where?",
                  cite("icd-10-cm", "salvo-injections")),
        Condition("essential-tremor", "Essential tremor", "trembling hands", "G25.0", "609558009", None,
                  "Is lying still hard? What makes the trembling worse?", cite("icd-10-cm", "evenhand")),
        Condition("cerebral-palsy", "Cerebral palsy", "cerebral palsy", "G80.9", "128188000", None,
                  "Which muscles are tight today? What helps you lie well? Seizures?",
                  cite("icd-10-cm", "massage-reference")),
        Condition("crps", "Complex regional pain syndrome", "CRPS", None, None, None,
                  "Which limb? Can it bear touch today? What did the last touch do to it?", cite("evenhand")),
        Condition("brain-injury", "After a brain injury", "brain injury, some time ago", None, None, None,
                  "Headache, dizziness, noise or light too much today? Any seizure since?", cite("evenhand")),
        Condition("post-polio", "Post-polio syndrome", "late effects of polio", None, None, None,
                  "How much strength is there today? How long did you need to rest after last time?",
                  cite("evenhand")),
    )
}


def line_of(condition: str) -> tuple[str, ...]:
    """The condition and the wider ones it belongs to: rules on any of them hold."""
    line = [condition]
    while (parent := CONDITIONS[line[-1]].parent) is not None:
        line.append(parent)
    return tuple(line)


def doses_for(codes: Iterable[str]) -> list[Dose]:
    """The rhythms a source describes for these conditions, or for the wider ones they belong to; each once."""
    lines = [CONDITIONS[wider] for code in codes if code in CONDITIONS for wider in line_of(code)]
    described = [dose for one in lines for dose in (one.dose, *one.other_doses) if dose]
    return list(dict.fromkeys(dose for dose in described if dose.per_week or (dose.sessions and dose.weeks)))
