"""The two questionnaires that may be shown with their wording, and from which score on one looks closer.

GAD-7 and PHQ-2 were developed by Robert L. Spitzer, Janet B. W. Williams, Kurt Kroenke and colleagues with an
educational grant from Pfizer; no permission is required to reproduce, translate, display or distribute them. PHQ-9 is
left out: its last question asks for more than a practice of massage can promise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Its questions, answered 0 to 3; from `cut_off` on, the practice does what it named."""

    code: str
    lead: str
    items: tuple[str, ...]
    cut_off: int

    def total(self, answers: Sequence[int]) -> int:
        """The sum of the answers; refuses as ValueError a number of answers, or an answer, that it does not have."""
        if len(answers) != len(self.items) or any(answer not in range(len(ANSWERS)) for answer in answers):
            raise ValueError("one answer from 0 to 3 for each question")
        return sum(answers)


_LEAD = "Over the last 2 weeks, how often have you been bothered by the following problems?"
ANSWERS = ("Not at all", "Several days", "More than half the days", "Nearly every day")
QUESTIONNAIRES: dict[str, Questionnaire] = {
    q.code: q for q in (
        Questionnaire("gad-7", _LEAD, (
            "Feeling nervous, anxious, or on edge",
            "Not being able to stop or control worrying",
            "Worrying too much about different things",
            "Trouble relaxing",
            "Being so restless that it is hard to sit still",
            "Becoming easily annoyed or irritable",
            "Feeling afraid, as if something awful might happen"), 10),
        Questionnaire("phq-2", _LEAD, (
            "Little interest or pleasure in doing things",
            "Feeling down, depressed, or hopeless"), 3),
    )
}


def number_of(code: str) -> int:
    """Under which number a questionnaire stands in addresses, which name no measure; 0 where there is none."""
    return [*QUESTIONNAIRES].index(code) + 1 if code in QUESTIONNAIRES else 0


def numbered(number: int) -> Questionnaire | None:
    """The questionnaire of that number."""
    return [*QUESTIONNAIRES.values()][number - 1] if 1 <= number <= len(QUESTIONNAIRES) else None
