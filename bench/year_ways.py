"""Two ways through the same year: Evenhand, and cancelling and rebooking by hand.

By hand, and kindly: whoever answers the phone cancels at once what lies in the next week, knows every Monday who is
still ill, forgets nobody, and loses no visit: each one cancelled is booked again, the first at the first free time, the
others after the last one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta

from bench.year_fates import Bout, Person, working
from bench.year_world import World
from clients.models import Episode
from sessions import check_ins, holds
from sessions.booking import cancel_appointment
from sessions.rescheduling import PlanStale, apply_plan, propose_plan

WINDOW = 7  # days: what is cancelled at once by hand
LOOK_AGAIN = 14  # days by which a hold is extended
CLOSED_AFTER = 30  # days after the return: recovering turns into over


class Way(ABC):
    """What both ways share: visits called off by the client, and visits booked again by hand."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.owed: Counter[int] = Counter()
        self.called_off: Counter[bool] = Counter()

    def morning(self, on: date) -> None:
        for bout in list(self.world.unwell.values()):
            self.world.acting = bout
            self.day(bout, on)
        self.world.acting = None

    @abstractmethod
    def day(self, bout: Bout, on: date) -> None:
        """What this way does about somebody unwell on one day."""

    def person(self, bout: Bout) -> Person:
        return self.world.fate.people[bout.person]

    def call_off(self, bout: Bout, first: date, last: date, act: str) -> None:
        """Cancel the client's visits between two days, both included; no act of staff where the client does it."""
        for visit in self.world.visits_of(bout.person, "booked", "confirmed"):
            if first <= visit.wall_date <= last:
                cancel_appointment(appointment=visit, by=self.world.desk, reason="sick")
                self.owed[bout.person] += 1
                self.called_off[bout.is_relapse] += 1
                if act:
                    self.world.act(act)

    def rebook(self, bout: Bout, on: date) -> None:
        """Each visit that was called off again: the first as soon as can be, the others after the last one."""
        person = self.person(bout)
        if self.owed[bout.person]:
            self._first(person, on)
        while self.owed[bout.person]:
            last = max((visit.wall_date for visit in self.world.visits_of(person.number)), default=on)
            if self.world.book_first_free(person, last + timedelta(days=person.every), 1) is None:
                break
            self.owed[bout.person] -= 1

    def _first(self, person: Person, on: date) -> None:
        """Not where the next visit that stands is as near as half the rhythm anyway."""
        coming = self.world.visits_of(person.number, "booked", "confirmed")
        soon = on + timedelta(days=1)
        if coming and (coming[0].wall_date - soon).days < person.every // 2:
            return
        if self.world.book_first_free(person, soon, max(1, person.every // 2)):
            self.owed[person.number] -= 1

    def over(self, bout: Bout) -> None:
        del self.world.unwell[bout.person]


class ByHand(Way):
    """Cancelled when reported, booked again when well."""

    def day(self, bout: Bout, on: date) -> None:
        if on == bout.reported:
            self.world.act("answer the phone")
            self.call_off(bout, on, on + timedelta(days=WINDOW - 1), "cancel a visit")
        elif on == bout.said_on:
            self.world.act("answer the phone")
            self.rebook(bout, on)
            self.over(bout)
        elif on.weekday() == 0 and on < bout.well_on:
            self.call_off(bout, on, on + timedelta(days=6), "cancel a visit")
        if on < bout.well_on:  # whatever was missed: nobody comes while ill and known to be
            self.call_off(bout, on, on, "cancel a visit")


class Evenhand(Way):
    """Reported, confirmed, held, asked every week, looked at again, planned and applied."""

    policy = "append"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.episodes: dict[int, Episode] = {}
        self.closing: dict[Bout, date] = {}

    def morning(self, on: date) -> None:
        check_ins.ask_how_it_is()
        super().morning(on)
        for bout in [bout for bout, day in self.closing.items() if day == on]:
            self.world.acting = bout
            self._change(bout, "resolved", on)
        self.world.acting = None

    def day(self, bout: Bout, on: date) -> None:
        if on == bout.reported:
            self._report(bout)
        if on == bout.known and not self._learn(bout, on):
            return
        episode = self.episodes[bout.person]
        if on < min(bout.known, bout.well_on):  # not confirmed yet: the client calls it off by the link
            self.call_off(bout, on, on, "")
        elif bout.is_relapse and on == bout.said_on:
            self._return(bout, episode, on)
        elif episode.review_on == on:
            self._look_again(bout, episode, on)

    def _report(self, bout: Bout) -> None:
        self.world.act("report")
        effect = holds.report_episode(client=self.world.clients[bout.person], kind="relapse", onset_on=bout.began,
                                      by=self.world.desk)
        self.episodes[bout.person] = effect.episode

    def _learn(self, bout: Bout, on: date) -> bool:
        """What the MS team says; answers whether it is a relapse."""
        therapist = self.world.therapist_of(self.person(bout))
        if not bout.is_relapse:
            self._change(bout, "not_a_relapse", on)
            self.rebook(bout, on)
            self.over(bout)
            return False
        if bout.steroids_until:
            self.world.act("note steroids")
            holds.report_episode(client=self.world.clients[bout.person], kind="relapse", onset_on=bout.began,
                                 by=therapist, steroids_until=bout.steroids_until)
        self._change(bout, "confirmed", on)
        return True

    def _change(self, bout: Bout, status: str, on: date) -> None:
        self.world.act(status)
        effect = holds.change_episode(episode=self.episodes[bout.person], status=status, on=on,
                                      by=self.world.therapist_of(self.person(bout)))
        self.episodes[bout.person] = effect.episode

    def _look_again(self, bout: Bout, episode: Episode, on: date) -> None:
        """Not well enough yet: the visits of the next two weeks are on hold too."""
        self.world.act("look again")
        self.episodes[bout.person] = holds.extend_hold(
            episode=episode, until=on + timedelta(days=LOOK_AGAIN), note="Not well enough yet.",
            by=self.world.therapist_of(self.person(bout))).episode

    def _return(self, bout: Bout, episode: Episode, on: date) -> None:
        """They are well again: a plan from tomorrow on, applied."""
        self.world.act("answer the phone")
        self._change(bout, "recovering", on)
        if episode.holds.filter(outcome="").exists():
            self._plan(bout, on)
        self.rebook(bout, on)
        self.closing[bout] = working(on + timedelta(days=CLOSED_AFTER))
        self.over(bout)

    def _plan(self, bout: Bout, on: date) -> None:
        """Proposed and applied; once more where the diary changed in between."""
        therapist = self.world.therapist_of(self.person(bout))
        for _ in range(2):
            self.world.act("propose a plan")
            plan = propose_plan(episode=self.episodes[bout.person], by=therapist, policy=self.policy,
                                return_on=on + timedelta(days=1))
            self.world.act("apply it")
            with suppress(PlanStale):
                apply_plan(plan=plan, by=therapist)
                return


class CatchingUp(Evenhand):
    """The same with the policy that squeezes missed visits in."""

    policy = "catch_up"


WAYS: dict[str, type[Way]] = {"evenhand": Evenhand, "catch-up": CatchingUp, "by-hand": ByHand}
