"""The rhythm a client's own relief suggests: for how many days the last sessions helped. Proposed, never set."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clients.models import Client, Episode
from practice.access import Actor
from sessions.availability import days_words
from sessions.proposals import usual_interval

LAST_ANSWERS, LEAST_ANSWERS = 6, 3  # our proposal: the latest six are asked, one or two are no rhythm
MOST_DAYS = 60  # our proposal: beyond it visits are no course any more

# The record, a room to the right, registers here how to read a client's answers, oldest first.
RELIEF_ANSWERS: list[Callable[[Client, Actor], Sequence[float]]] = []


@dataclass(frozen=True, slots=True)
class Relief:
    """The interval proposed, in days, and the answers it comes from, oldest first."""

    days: int
    answers: tuple[float, ...]

    @property
    def helped(self) -> str:
        """For how long sessions helped, with every answer: "Sessions helped for 5 days (5, 4, 6)"."""
        return f"Sessions helped for {days_words(self.days)} ({', '.join(f'{answer:g}' for answer in self.answers)})"

    @property
    def every(self) -> str:
        """The interval in words: "every 5 days"."""
        return every_words(self.days)

    @property
    def said(self) -> str:
        """The proposal in words: "Sessions helped for 5 days (5, 4, 6): every 5 days?"."""
        return f"{self.helped}: {self.every}?"


def every_words(days: int) -> str:
    """An interval in words: "every day", "every 5 days"."""
    return "every day" if days == 1 else f"every {days} days"


def relief_from(answers: Sequence[float]) -> Relief | None:
    """The median of the last six answers, in whole days from 1 to 60; None where fewer than three were given.

    None too where it rounds to no day at all: a rhythm cannot follow relief that did not last.
    """
    last = tuple(answers[-LAST_ANSWERS:])
    if len(last) < LEAST_ANSWERS:
        return None
    days = min(int(statistics.median(last) + 0.5), MOST_DAYS)
    return Relief(days, last) if days >= 1 else None


@dataclass(frozen=True, slots=True)
class Choice:
    """The rhythm a plan keeps (`usual`, in days) and the one relief suggests instead; a person decides."""

    usual: int
    relief: Relief

    @property
    def usual_said(self) -> str:
        """The usual rhythm in words."""
        return every_words(self.usual)


def relief_of(client: Client, by: Actor) -> Relief | None:
    """What the client's answers suggest, as far as this reader may know of them."""
    return relief_from([answer for read in RELIEF_ANSWERS for answer in read(client, by)])


def choice_of(episode: Episode, by: Actor) -> Choice | None:
    """The two rhythms a plan for this episode's visits may keep; None where relief says nothing else."""
    usual = usual_interval(episode)
    relief = relief_of(episode.client, by) if usual else None
    return Choice(usual, relief) if usual and relief and relief.days != usual else None
