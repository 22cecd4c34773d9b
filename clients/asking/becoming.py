"""What an answer becomes once a therapist accepts it: one small word for each place of the profile it can go to.

How each is done stands in `accepting.py`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ToCondition:
    """A condition, as the client reports it; `since` is the question that asks from when on."""

    code: str
    since: str = ""


@dataclass(frozen=True, slots=True)
class ToFinding:
    """A finding; `where` and `when` are the questions that ask for its places and its beginning.

    `is_new` where nobody asks when it began: then it is of the day it was answered.
    """

    code: str
    detail: str = ""
    where: str = ""
    when: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class ToProfile:
    """A field of the client: phone, birth_date, heat_sensitive, cold_sensitive; or reminders, with the agreement."""

    field: str


@dataclass(frozen=True, slots=True)
class ToWish:
    """What they ask for (`clients/wishes.py`); `words` where a choice stands for them."""

    field: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class ToMedicine:
    """One medicine for each line, times of day in it being when it is taken; of this kind, else of the one it names."""

    kind: str = ""


@dataclass(frozen=True, slots=True)
class ToCard:
    """A part of the emergency card: contact, plan or representative."""

    part: str


@dataclass(frozen=True, slots=True)
class ToDoctor:
    """A doctor of this client, as named."""


@dataclass(frozen=True, slots=True)
class ToEpisode:
    """A possible episode since that day, where it is not long ago; older ones are only read."""

    kind: str


@dataclass(frozen=True, slots=True)
class ToPage:
    """Words that stand on the client's page under this label."""

    label: str


Becomes = ToCondition | ToFinding | ToProfile | ToWish | ToMedicine | ToCard | ToDoctor | ToEpisode | ToPage
