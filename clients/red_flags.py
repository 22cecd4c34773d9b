"""Signs that mean medical help now instead of a visit: told wherever somebody reports that they are not well.

They are words for whoever feels or hears them, not findings: nothing is worked out from them, and nobody can switch
them off. What was found stands in `clients/rules/emergencies.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from clients.models import Episode
from clients.sources import cite


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One sign, as a noun with its article so that it is right for whoever reads it; where it comes from.

    `is_ambulance`: the emergency number now; else a doctor at once, today.
    """

    sign: str
    source: tuple[str, ...]
    is_ambulance: bool = False

    @property
    def citation(self) -> str:
        """Where it comes from, in full."""
        return cite(*self.source)


COMMON = (
    RedFlag(_("a headache that comes all at once and is the worst ever"), ("bc-college", "massage-reference"), True),
    RedFlag(_("a drooping face, an arm that will not lift, speech that is not clear"), ("bc-college",), True),
    RedFlag(_("a seizure"), ("bc-college",), True),
    RedFlag(_("trouble breathing"), ("evenhand",), True),
)
_INFECTION = RedFlag(_("a fever, or any sign of an infection, also of the bladder"), ("msaa-pseudo", "bc-college"))
_SEVERE = RedFlag(_("something severe, or that makes it unsafe to walk, stand, see or swallow"), ("msaa-pseudo",))
_SEVERE_TOO = RedFlag(_SEVERE.sign, ("evenhand",))  # the source speaks of MS; elsewhere it is our proposal
_SPREADING = RedFlag(_("weakness that spreads from day to day"), ("werner-gbs",))
# What may be a blood clot; in the words and with the sources of the rule in `clients/rules/body.py`.
CLOT = RedFlag(_("a leg or an arm that is newly swollen, hot, red or painful"), ("neuropathy-blog", "bc-college"))
# What is told to everybody, whatever they live with: where the front desk writes down a call.
FOR_ANYBODY = (CLOT, _SEVERE_TOO, _INFECTION, *COMMON)
OF_KIND: dict[str, tuple[RedFlag, ...]] = {
    Episode.Kind.RELAPSE: (_SEVERE, _INFECTION),
    Episode.Kind.PSEUDO_RELAPSE: (_SEVERE, _INFECTION),
    Episode.Kind.MIGRAINE_ATTACK: (
        RedFlag(_("an attack that has lasted longer than 72 hours"), ("migraine-course",)),
        RedFlag(_("a new kind of headache, one that wakes from sleep, or one that is worse lying or upright"),
                ("massage-reference",)),
        RedFlag(_("a headache with fever, weakness, numbness, a changed personality or sudden strong vomiting"),
                ("massage-reference",)),
    ),
    Episode.Kind.OFF_PERIOD: (_SEVERE_TOO, _INFECTION),
    Episode.Kind.PAIN_FLARE: (
        CLOT, _SPREADING, _INFECTION),
    Episode.Kind.ACUTE_ILLNESS: (_SEVERE_TOO, _INFECTION),
    Episode.Kind.OTHER: (_SEVERE_TOO, _SPREADING, _INFECTION),
}
