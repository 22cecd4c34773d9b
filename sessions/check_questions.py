"""The questions before a visit: few, plain, each with what it becomes; and which answers speak against coming."""

from __future__ import annotations

from collections.abc import Mapping

from clients.asking.becoming import ToFinding, ToMedicine
from clients.asking.questions import Answer, Choice, Kind, Question

FEVER, INFECTION, NEW, BEGAN, WHAT, FALL, MEDICINE, SKIN, WHERE, ELSE = (f"q{n:02}" for n in range(1, 11))
_NO = Choice("no", "No")

QUESTIONS = (
    Question(FEVER, "Do you have a temperature, or had one in the last two days?", Kind.CHOICE,
             choices=(Choice("yes", "Yes", ToFinding("fever", is_new=True)), _NO)),
    Question(INFECTION, "Do you have an infection just now?", Kind.CHOICE,
             "For example a cold, a cough, the bladder, the stomach.",
             choices=(Choice("yes", "Yes", ToFinding("acute-infection", is_new=True)), _NO)),
    Question(NEW, "Is something in your body new or clearly worse, for longer than a day?", Kind.CHOICE,
             "For example numbness, weakness, your sight, your balance, stronger cramps.",
             choices=(Choice("yes", "Yes"), _NO)),
    Question(BEGAN, "When did it begin?", Kind.DATE, "As exactly as you know.", after=((NEW, "yes"),)),
    Question(WHAT, "What is it?", Kind.LINES, "A few words are enough.", after=((NEW, "yes"),),
             none="I would rather say it when I come", longest=1000),
    Question(FALL, "Have you had a fall or an accident since your last visit?", Kind.CHOICE,
             choices=(Choice("yes", "Yes"), _NO)),
    Question(MEDICINE, "Is there a new medicine, an injection, or another dose since your last visit?", Kind.LINES,
             "One on each line, as it stands on the box.", ToMedicine(), none="Nothing new", part_longest=120,
             is_divided_by_commas=True, longest=1000),
    Question(SKIN, "Is there anything new on your skin, or is a leg or an arm swollen?", Kind.CHOICES, choices=(
        Choice("wound", "A wound, a blister or a bruise", ToFinding("open-wound", where=WHERE, is_new=True)),
        Choice("rash", "A rash, or infected skin", ToFinding("skin-infection", where=WHERE, is_new=True)),
        Choice("sore", "A red or sore place from sitting or lying",
               ToFinding("skin-breakdown", where=WHERE, is_new=True)),
        Choice("swollen", "A leg or an arm that is newly swollen, warm or painful")), none="Nothing new"),
    Question(WHERE, "Where on your skin is it?", Kind.PLACES, "Tick each place.",
             after=((SKIN, "wound"), (SKIN, "rash"), (SKIN, "sore"))),
    Question(ELSE, "Is there anything else we should know before you come?", Kind.LINES, none="Nothing else",
             longest=1000),
)
# Answers that speak against the visit as planned: fever and infection, something new in the nerves, signs of a clot.
_RED = {FEVER: "yes", INFECTION: "yes", NEW: "yes", SKIN: "swollen"}


def is_red(answers: Mapping[str, Answer]) -> bool:
    """Whether one of the answers speaks against coming as planned."""
    return any(word in answers.get(code, Answer()).chosen for code, word in _RED.items())


def is_quiet(answers: Mapping[str, Answer]) -> bool:
    """Whether there is nothing to look at: every answer says no, or nothing."""
    return all(answer.is_none or answer.chosen == (_NO.code,) for answer in answers.values())
