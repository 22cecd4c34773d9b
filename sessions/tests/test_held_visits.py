"""No visit on hold is ever lost sight of: whatever people do over some months, each is exactly one of four things."""

import random
from collections import Counter
from datetime import time, timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from clients.episodes import today_in
from clients.keeping.archiving import archive_client, restore_client
from clients.keeping.merging import merge_clients
from clients.models import Client, Episode
from conftest import at, make_client
from practice import clock
from practice.access import Outsider
from practice.refusals import Refusal
from practice.tests.sizes import size
from sessions import booking, check_ins, holds, plan_changes, rescheduling, reserved, restoring, sending
from sessions.booking import book_appointment
from sessions.models import Appointment, Hold, Plan, PlanMove
from sessions.needs import needs_of
from sessions.rhythm import Rhythm
from sessions.series import book_series
from sessions.views.on_hold import everybody_on_hold

HISTORIES = size(1, 60)
STEPS = 30


class History:
    """Acts at random on the diary of a few clients, as people do over some months; refusals are part of life."""

    def __init__(self, seed, clients, therapists, service, travel):
        self.chance, self.service, self.travel = random.Random(seed), service, travel
        self.clients, self.therapists, self.by = clients, therapists, therapists[0]
        self.done = Counter()

    def step(self):
        """One act that is not refused; what a refused one left behind is looked at too."""
        while self.refused_when_trying():
            if self.chance.random() < 0.2:
                check_everything_is_accounted_for(self.by)

    def refused_when_trying(self):
        act = self.chance.choice([
            *[self.report, self.move_on, self.early_end, self.not_a_relapse, self.look_again] * 2,
            *[self.plan, self.apply, self.undo] * 5, *[self.send, self.say_yes] * 3, self.some_do_not_suit,
            self.plan_rest_anew, self.change, self.take_back, self.lapse, self.keep, self.release, self.book, self.book_all_the_same,
            self.cancel, self.cancel_by_link, self.move, self.confirm, self.ask, self.answer, self.merge, self.archive,
            self.restore, self.wait, self.wait])
        try:
            act()
        except Refusal:
            return True
        self.done[act.__name__] += 1
        return False

    def any(self, rows, **fitting):
        """One of the rows, most often a fitting one."""
        found = list((rows.filter(**fitting) if self.chance.random() < 0.85 else rows).distinct().order_by("pk"))
        if not found:
            raise Refusal("nothing there")
        return self.chance.choice(found)

    def client(self):
        """Mostly the first, who has the relapses; now and then a row that was merged or put away meanwhile."""
        return Client.objects.get(pk=self.chance.choice([self.clients[0].pk] * 4 + [c.pk for c in self.clients]))

    def episode(self, **fitting):
        return self.any(Episode.objects.select_related("client__practice"), **fitting)

    def visit(self, **fitting):
        return self.any(Appointment.objects.select_related("client__practice"), **fitting)

    def today(self):
        return today_in(self.clients[0])

    def some_day(self, hour, minute=0):
        day = self.today() + timedelta(days=self.chance.randrange(1, 40))
        return clock.instant_of(day, time(hour, minute), "America/New_York")

    def report(self):
        holds.report_episode(
            client=self.client(), kind=self.chance.choice(["relapse", "relapse", "pain_flare"]), by=self.by,
            onset_on=self.today() - timedelta(days=self.chance.randrange(5)),
            status=self.chance.choice(["suspected", "confirmed", "confirmed"]))

    def move_on(self):
        episode = self.episode(status__in=Episode.OPEN)
        then = {"suspected": "confirmed", "confirmed": "recovering", "recovering": "resolved"}.get(episode.status, "resolved")
        holds.change_episode(episode=episode, status=then, on=self.today(), by=self.by)

    def early_end(self):
        holds.change_episode(episode=self.episode(status="confirmed"), status="resolved", on=self.today(), by=self.by)

    def not_a_relapse(self):
        holds.change_episode(episode=self.episode(holds__outcome=""), status="not_a_relapse", on=self.today(), by=self.by)

    def look_again(self):
        holds.extend_hold(episode=self.episode(status="confirmed"), by=self.by, note="not yet",
                          until=self.today() + timedelta(days=self.chance.randrange(1, 60)))

    def keep(self):
        restoring.keep_appointment(appointment=self.visit(status="held"), by=self.by, reason="x")

    def release(self):
        restoring.release_appointment(appointment=self.visit(status="held"), by=self.by)

    def plan(self):
        rescheduling.propose_plan(
            episode=self.episode(holds__outcome=""), by=self.by,
            policy=self.chance.choice(["append", "catch_up", "drop"]),
            return_on=self.chance.choice([None, self.today() + timedelta(days=self.chance.randrange(30))]),
            minutes=self.chance.choice([None, None, 30]))

    def apply(self):
        rescheduling.apply_plan(plan=self.any(Plan.objects.select_related("client__practice"), status="proposed"), by=self.by)

    def undo(self):
        rescheduling.undo_plan(plan=self.any(Plan.objects.select_related("client__practice"), status="applied"), by=self.by)

    def sent(self, **fitting):
        return self.any(Plan.objects.select_related("client__practice", "practice"),
                        status="proposed", sent_at__isnull=False, **fitting)

    def send(self):
        plans = Plan.objects.select_related("client__practice", "practice")
        sending.send_plan(plan=self.any(plans, status="proposed", sent_at=None), by=self.by)

    def say_yes(self):
        sending.accept_plan(plan=self.sent(answered_at=None))

    def some_do_not_suit(self):
        plan = self.sent(answered_at=None)
        moves = list(plan.moves.order_by("pk").values_list("pk", flat=True))
        sending.some_do_not_suit(plan=plan, moves=set(self.chance.sample(moves, 1)))

    def take_back(self):
        sending.take_back_plan(plan=self.sent(), by=self.by)

    def plan_rest_anew(self):
        plan_changes.plan_rest_anew(plan=self.sent(answered_at__isnull=False), by=self.by)

    def change(self):
        plan = self.any(Plan.objects.select_related("client__practice"), status="proposed", sent_at=None)
        visit = self.chance.choice(list(plan.moves.order_by("pk").values_list("appointment_id", flat=True)))
        plan_changes.change_plan(plan=plan, appointment=visit, by=self.by, to=None)

    def lapse(self):
        if not reserved.lapse_plans():
            raise Refusal("nothing has run out")

    def book(self, reason=""):
        book_appointment(client=self.client(), therapist=self.chance.choice(self.therapists), service=self.service,
                         starts_at=self.some_day(self.chance.choice([9, 10, 14]), 30), by=self.by, override_reason=reason)

    def book_all_the_same(self):
        self.book("she wants to")

    def cancel(self):
        booking.cancel_appointment(appointment=self.visit(status__in=["booked", "held"]), by=self.by)

    def cancel_by_link(self):
        visit = self.visit(status__in=["booked", "held"])
        booking.cancel_appointment(appointment=visit, by=Outsider(visit.client.practice, "client", visit.client.name))

    def confirm(self):
        booking.confirm_appointment(appointment=self.visit(status="booked"), by=self.by)

    def move(self):
        booking.move_appointment(appointment=self.visit(), starts_at=self.some_day(11), by=self.by)

    def ask(self):
        check_ins.ask_how_it_is()

    def answer(self):
        check_ins.answer_check_in(episode=self.episode(status__in=["confirmed", "recovering"]), by=self.by,
                                  answer=self.chance.choice(["worse", "same", "better", "back-to-usual"]))

    def merge(self):
        if self.chance.random() < 0.7:  # or nobody is left
            raise Refusal("not today")
        one, other = self.chance.sample(self.clients, 2)
        merge_clients(client=Client.objects.get(pk=one.pk), into=Client.objects.get(pk=other.pk), by=self.by)

    def archive(self):
        archive_client(client=self.client(), by=self.by)

    def restore(self):
        client = self.client()
        if client.archived_at is None:
            raise Refusal("not archived")
        restore_client(client=client, by=self.by)

    def wait(self):
        self.travel.move_to(timezone.now() + timedelta(days=self.chance.choice([1, 3, 10, 20])))


def what_became_of(hold):
    """Exactly one of: awaiting review, in a plan, restored, cancelled."""
    live = Plan.objects.filter(status="proposed", expires_at__gt=timezone.now(), moves__appointment=hold.appointment)
    applied = Plan.objects.filter(status="applied", moves__before__hold=str(hold.pk))
    found = [
        name
        for name, is_so in (
            ("awaiting review", hold.outcome == "" and not live.exists()),
            ("in a plan", (hold.outcome == "" and live.exists()) or hold.outcome == "planned"),
            ("restored", hold.outcome == "restored"),
            ("cancelled", hold.outcome == "cancelled"),
        )
        if is_so
    ]
    assert len(found) == 1
    assert live.count() <= 1, "a visit stands in one plan at a time"
    assert (hold.outcome == "planned") <= applied.exists(), "a visit moved by a plan names an applied one"
    return found[0]


def check_everything_is_accounted_for(member):
    open_holds = Counter(Hold.objects.filter(outcome="").values_list("appointment_id", flat=True))
    held = set(Appointment.objects.filter(Q(status="held") | Q(reserved_by__isnull=False)).values_list("pk", flat=True))
    assert set(open_holds) == held, "a visit is on hold, or its new time kept for an answer, exactly while a hold is open"
    keeping = Appointment.objects.filter(reserved_by__isnull=False)
    assert not keeping.exclude(reserved_by__status="proposed", reserved_by__sent_at__isnull=False).exists(), (
        "only a plan that waits for an answer keeps times")
    assert all(count == 1 for count in open_holds.values())
    for hold in Hold.objects.select_related("appointment__client", "episode__client"):
        became = what_became_of(hold)
        assert hold.episode.client_id == hold.appointment.client_id, "visit and episode are one person's"
        is_last = not Hold.objects.filter(appointment=hold.appointment, began_at__gt=hold.began_at).exists()
        if is_last and became == "cancelled":
            assert hold.appointment.status == "cancelled"
        if is_last and became == "restored":
            assert hold.appointment.status != "held"
    live = Plan.objects.filter(status="proposed", expires_at__gt=timezone.now())
    moves = PlanMove.objects.filter(plan__in=live).filter(Q(plan__sent_at=None) | Q(starts_at__isnull=False))
    counted_on = set(moves.values_list("appointment", flat=True))  # of a sent plan those it keeps a time for
    assert counted_on <= held, "a plan that may be applied counts only on visits that are on hold"
    check_everything_is_seen(member, held)


def check_everything_is_seen(member, held):
    """Each visit on hold stands on the page once; an episode that is over, or whose review has come, rises on Today."""
    people = everybody_on_hold(member)
    assert sorted(one.visit.pk for row in people for one in row.visits) == sorted(held)
    told = " ".join(need.words for need in needs_of(member, Q(), [], [], []))
    for one in people:
        assert not one.overdue or f"{one.client.name}: " in told, f"{one.client.name} is {one.overdue}, and nobody is told"


def live_through(history):
    series = {"client": history.clients[0], "service": history.service, "rhythm": Rhythm(7, 4), "by": history.by}
    for therapist, day, hour in zip(history.therapists, (2, 3), (10, 14), strict=True):
        book_series(therapist=therapist, first_starts_at=at(hour, 30, days=day), **series)
    holds.report_episode(client=history.clients[0], kind="relapse", status="confirmed", by=history.by)
    for _ in range(STEPS):
        history.step()
        check_everything_is_accounted_for(history.by)


@pytest.fixture
def people(now, maria, ines):
    return [maria, ines, make_client(maria.practice, "Otto Other")]


@pytest.mark.sized
@pytest.mark.parametrize("seed", range(HISTORIES))
def test_every_held_visit_is_always_exactly_one_of_four_things(people, ana, ben, neuro_45, garden, time_machine, seed,
                                                               record_property):
    time_machine.move_to(timezone.now())
    history = History(seed, people, [ana, ben], neuro_45, time_machine)
    live_through(history)
    assert history.done.total() == STEPS
    record_property("figure", f"{STEPS} acts of {len(history.done)} kinds, {Hold.objects.count()} holds, none lost")


@pytest.mark.parametrize("broken", ["end_holds", "spoil_plans"])
def test_a_verb_that_forgets_the_hold_or_the_plan_is_found_out(relapse, weekly, ana, monkeypatch, broken):
    """The twin: a product that frees a visit and leaves its hold open, or the plan that counted on it standing."""
    rescheduling.propose_plan(episode=relapse, by=ana)
    check_everything_is_accounted_for(ana)
    monkeypatch.setattr(restoring, broken, lambda *_: None)
    restoring.keep_appointment(appointment=weekly[0], by=ana, reason="x")
    with pytest.raises(AssertionError):
        check_everything_is_accounted_for(ana)


def test_a_plan_of_somebody_put_away_is_not_undone_until_they_are_back(relapse, ana, time_machine):
    """Letting visits go can be undone long after; in the archive nobody would look at what came back on hold."""
    plan = rescheduling.apply_plan(by=ana, plan=rescheduling.propose_plan(
        episode=relapse, by=ana, policy="drop", return_on=today_in(relapse.client) + timedelta(days=20)))
    assert not plan.moves.exclude(starts_at=None).exists()
    time_machine.move_to(at(8, days=60))
    archive_client(client=relapse.client, by=ana)
    with pytest.raises(rescheduling.UndoConflict, match="in the archive"):
        rescheduling.undo_plan(plan=plan, by=ana)
    restore_client(client=relapse.client, by=ana)
    rescheduling.undo_plan(plan=plan, by=ana)
    check_everything_is_accounted_for(ana)


def test_in_a_merge_visits_on_hold_come_over_with_their_episode_and_an_older_plan_is_not_applied(relapse, weekly, ana):
    plan = rescheduling.propose_plan(episode=relapse, by=ana)
    twin = make_client(relapse.practice, "M. Lindquist", email="m@work.example")
    book_appointment(client=twin, therapist=ana, service=weekly[0].service, starts_at=at(14, days=30), by=ana)
    merge_clients(client=relapse.client, into=twin, by=ana)
    check_everything_is_accounted_for(ana)
    assert [row.client for row in everybody_on_hold(ana)] == [twin]
    with pytest.raises(rescheduling.PlanStale):
        rescheduling.apply_plan(plan=Plan.objects.select_related("client__practice").get(pk=plan.pk), by=ana)
    rescheduling.apply_plan(by=ana, plan=rescheduling.propose_plan(
        episode=Episode.objects.select_related("client__practice").get(), by=ana))
    check_everything_is_accounted_for(ana)
    assert not Appointment.objects.filter(status="held").exists()
