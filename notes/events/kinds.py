"""What can happen in a session, in the few words a thumb can choose from, each with what a colleague should know."""

from __future__ import annotations

from dataclasses import dataclass

from clients.sources import cite

KINDS = {"spasm": "Spasm", "stopped": "Stopped", "reaction": "Reaction"}


@dataclass(frozen=True, slots=True)
class What:
    """What it was: `findings` of the catalogue that it may point to, for the therapist to decide."""

    code: str
    name: str
    findings: tuple[str, ...] = ()


def _by_code(*entries: What) -> dict[str, What]:
    return {entry.code: entry for entry in entries}


STOPS = _by_code(
    What("sharp-pain", "sharp or shooting pain", ("hypersensitive",)),
    What("discomfort", "discomfort"),
    What("sensation", "a change of sensation", ("reduced-sensation", "absent-sensation", "hypersensitive")),
    What("other", "something else"),
)
REACTIONS = _by_code(
    What("heavy", "heavy and tired", ("lethargy-after-massage",)),
    What("sore", "soreness"),
    What("skin", "a reaction of the skin", ("lubricant-allergy", "skin-infection")),
    What("light-headed", "light-headedness", ("light-headed-standing",)),
    What("headache", "headache"),
    What("worse", "symptoms got worse", ("heat-sensitive",)),
    What("other", "something else"),
)
WHATS: dict[str, dict[str, What]] = {"spasm": {}, "stopped": STOPS, "reaction": REACTIONS}

LASTED = {"seconds": "under a minute", "minutes": "1 to 5 minutes", "longer": "longer than 5 minutes"}
TIMES = {"during": "during the session", "evening": "the same evening", "next-day": "the next day"}
# How a spasm ended; two of them are techniques of the catalogue.
ENDINGS = {"passed": "it passed by itself", "reciprocal-inhibition": "reciprocal inhibition released it",
           "contract-relax": "contract-relax released it", "other": "something else released it"}

SPASM_SOURCE = cite("ms-therapists")
SOURCES = {"spasm": SPASM_SOURCE, "stopped": cite("healing-touch", "neuropathy-article"),
           "reaction": cite("ms-three-uses", "neuropathy-blog")}
ADVICE = {
    "spasm": "If it does not pass: reciprocal inhibition or contract-relax. A touch in one place can set off a spasm "
             "in another.",
    "stopped": "Sharp or shooting pain, discomfort or a change of sensation is said at once, and the work stops.",
    "reaction": "Soreness, and heavy or tired limbs, may follow a session; where they do, the next one is lighter.",
}


def findings_for(kind: str, what: str) -> tuple[str, ...]:
    """The findings an event may point to, most likely first; none where the catalogue has none."""
    if kind == "spasm":
        return ("spasm",)
    return WHATS[kind][what].findings if what in WHATS.get(kind, {}) else ()
