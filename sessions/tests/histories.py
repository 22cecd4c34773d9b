"""Some weeks in the life of a practice, at random: what people do with their visits, and what leaves about them.

Every hand-over is judged at the moment it happens, by what is true then; at the end every visit that stood is asked
for its reminders. One history is one client's.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from clients.models import Client
from clients.profiles import ReminderConsent, change_client
from clients.writing import ways_to
from conftest import make_client, make_member
from practice import clock, outbox
from practice.models import Message, Practice, Room, Service
from practice.outbox.doors import DOORS, NotTaken
from practice.refusals import Refusal
from sessions import booking, holds, reminders, rescheduling, restoring, series, series_changes
from sessions.letters import ALIVE, stamp_of
from sessions.models import Appointment, AppointmentEvent, Plan
from sessions.rhythm import Rhythm

ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kolkata", "Pacific/Auckland")
NO_REMINDER = ("Booked less than", "The time was told less than", "At most ")  # what may keep one back in a quiet life
AFTER_A_BREAK = (*NO_REMINDER, "Too late to be of use")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Door:
    """Takes what is handed over and judges it; refuses while the channel is down."""

    world: World
    channel: str
    down_until: datetime | None = None

    def __call__(self) -> Door:
        return self

    def hand_over(self, message: Message, letter: Any) -> str:
        if self.down_until and timezone.now() < self.down_until:
            raise NotTaken("Down.")
        try:
            self.world.judge(message, letter)
        except AssertionError as wrong:  # whoever hands over takes any trouble for the door's
            self.world.wrong.append(wrong)
        return ""

    def close(self) -> None:
        pass


@dataclass
class World:
    """A practice, its clients, and what left to whom."""

    seed: int
    people: int
    travel: Any
    days: int = 16
    left: dict[Any, list[tuple[datetime, bool]]] = field(default_factory=lambda: defaultdict(list))
    told: Counter[Any] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    troubled: set[Any] = field(default_factory=set)  # whose life was not quiet: some reminders may be missing
    reasons: tuple[str, ...] = NO_REMINDER
    is_down: bool = False
    wrong: list[AssertionError] = field(default_factory=list)

    @property
    def nothing_breaks(self) -> bool:
        """In every other world: there, what does not leave has to do with the visit and the client alone."""
        return self.seed % 2 == 1

    def begin(self) -> None:
        self.chance = random.Random(self.seed)
        self.practice = Practice.objects.create(name="Riverside", time_zone="America/New_York", reminder_days=[7, 2])
        self.by = make_member(self.practice, "Ana Alves", f"ana{self.seed}@riverside.example", "therapist")
        self.others = [make_member(self.practice, f"T {n}", f"t{n}-{self.seed}@riverside.example", "therapist")
                       for n in range(self.people // 6)]
        for n in range(self.people // 6 + 1):
            Room.objects.create(practice=self.practice, name=f"Room {n}", position=n)
        self.service = Service.objects.create(practice=self.practice, name="Neuro 45", minutes=45)
        self.clients = [
            make_client(self.practice, f"Person {n}", email=f"p{n}@many.example", phone=f"+1206555{n:04d}",
                        channels=self.chance.choice([["email"], ["email", "sms"], ["sms"]]),
                        time_zone=self.chance.choice([*ZONES, "", "", ""]))
            for n in range(self.people)]
        self.doors = {channel: Door(self, channel) for channel in ("email", "sms")}
        DOORS.update(self.doors)  # type: ignore[arg-type]

    # --- what people do ---------------------------------------------------------------------------------------------

    def live(self) -> None:
        """So many days, an act of somebody every while, and everything due leaves in time."""
        now = timezone.now()
        end, acts = now + self.days * DAY, self.people * 9
        for at in sorted(now + self.chance.random() * (end - now) for _ in range(acts)):
            self.pass_time(at)
            self.act(self.chance.choice(self.clients))
        self.pass_time(end + 14 * DAY)

    def pass_time(self, until: datetime) -> None:
        """Let the hours go by; the pump runs whenever something is due, unless it is down."""
        if self.is_down:
            self.travel.move_to(until)
            return
        while True:
            due = Message.objects.filter(state="waiting").order_by("due_at").values_list("due_at", "claimed_until")
            at = min((max(filter(None, row)) for row in due), default=None)
            if at is None or at > until:
                break
            self.travel.move_to(max(at, timezone.now()) + timedelta(seconds=20))
            outbox.drain()
            if self.wrong:
                raise self.wrong[0]
        self.travel.move_to(max(until, timezone.now()))

    def act(self, client: Client) -> None:
        verb = self.chance.choice([
            *[self.book] * 6, self.course, self.shift, *[self.move] * 4, *[self.cancel, self.ask] * 2, self.hold, *[self.let_go, self.keep] * 2,
            *[self.plan, self.undo] * 2, self.withdraw_consent, self.agree, self.new_address, self.something_breaks])
        try:
            verb(Client.objects.select_related("practice").get(pk=client.pk))
        except Refusal:
            return
        self.done[verb.__name__] += 1

    def some_time(self) -> datetime:
        on = clock.wall_of(timezone.now(), "America/New_York")[0] + timedelta(days=self.chance.randrange(0, 13))
        at = clock.instant_of(on, time(self.chance.choice([9, 10, 11, 13, 14, 15]), self.chance.choice([0, 30])),
                              "America/New_York")
        if at <= timezone.now():
            raise Refusal("over already")
        return at

    def visit(self, client: Client, *states: str) -> Appointment:
        rows = Appointment.objects.select_related("client__practice", "practice", "service", "therapist", "room")
        found = list(rows.filter(client=client, status__in=states, starts_at__gt=timezone.now()).order_by("pk"))
        if not found:
            raise Refusal("nothing there")
        return self.chance.choice(found)

    def book(self, client: Client) -> None:
        booking.book_appointment(client=client, therapist=self.chance.choice([self.by, *self.others]), by=self.by,
                                 service=self.service, starts_at=self.some_time(), override_reason="x")

    def course(self, client: Client) -> None:
        """Three visits in one act, days apart."""
        series.book_series(client=client, therapist=self.by, service=self.service, first_starts_at=self.some_time(),
                           rhythm=Rhythm(self.chance.choice([1, 2]), 3), by=self.by, override_reason="x")

    def shift(self, client: Client) -> None:
        """What is left of a course, a little later."""
        visit = self.visit(client, *ALIVE)
        series_changes.move_visits(appointment=visit, scope="all", starts_at=visit.starts_at + HOUR, by=self.by,
                                   override_reason="x")

    def move(self, client: Client) -> None:
        visit = self.visit(client, *ALIVE)
        booking.move_appointment(appointment=visit, starts_at=self.some_time(), by=self.by, override_reason="x")

    def cancel(self, client: Client) -> None:
        booking.cancel_appointment(appointment=self.visit(client, *ALIVE), by=self.by)

    def hold(self, client: Client) -> None:
        holds.report_episode(client=client, kind="relapse", status="confirmed", by=self.by,
                             onset_on=clock.wall_of(timezone.now(), client.zone)[0] - DAY)
        self.troubled.add(client.pk)

    def let_go(self, client: Client) -> None:
        restoring.release_appointment(appointment=self.visit(client, "held"), by=self.by)

    def keep(self, client: Client) -> None:
        restoring.keep_appointment(appointment=self.visit(client, "held"), by=self.by, reason="x")

    def plan(self, client: Client) -> None:
        episode = client.episodes.filter(holds__outcome="").distinct().first()
        if episode is None:
            raise Refusal("nothing on hold")
        rescheduling.apply_plan(plan=rescheduling.propose_plan(episode=episode, by=self.by), by=self.by)

    def undo(self, client: Client) -> None:
        plan = Plan.objects.filter(client=client, status="applied").select_related("client__practice").first()
        if plan is None:
            raise Refusal("no plan")
        rescheduling.undo_plan(plan=plan, by=self.by)

    def withdraw_consent(self, client: Client) -> None:
        change_client(client=client, by=self.by, reminder_consent=None)
        self.troubled.add(client.pk)

    def agree(self, client: Client) -> None:
        if client.reminder_consent_on:
            raise Refusal("agreed already")
        change_client(client=client, by=self.by, reminder_consent=ReminderConsent(date(2026, 1, 5), "by phone"))

    def new_address(self, client: Client) -> None:
        change_client(client=client, by=self.by, email=f"{self.chance.randrange(10**6)}@many.example")

    def something_breaks(self, client: Client) -> None:
        if self.nothing_breaks or self.chance.random() < 0.7:
            raise Refusal("all is well")
        self.chance.choice([self.channel_breaks, self.pump_breaks])()

    def channel_breaks(self) -> None:
        door = self.doors[self.chance.choice(["email", "sms"])]
        door.down_until = timezone.now() + self.chance.choice([0.2, 1, 6, 30]) * HOUR
        self.troubled |= {row.pk for row in self.clients}

    def pump_breaks(self) -> None:
        """Nothing drains for six hours."""
        self.is_down, self.reasons = True, AFTER_A_BREAK
        self.pass_time(timezone.now() + 6 * HOUR)
        self.is_down = False

    def ask(self, client: Client) -> None:
        """Something that counts and is no reminder: it may not take a reminder's place."""
        for way in ways_to(client)[:1]:
            outbox.queue_message(
                practice=client.practice, kind="asked", subject_id=client.pk, channel=way.channel, due_at=timezone.now(),
                to_address=way.address, time_zone=client.zone, client_id=client.pk, why="Asks something.",
                start_version=str(self.chance.random())[:30])

    # --- what must hold -----------------------------------------------------------------------------------------------

    def judge(self, message: Message, letter: Any) -> None:
        """At the moment it leaves: to the right person, about the time that stands, at an hour that is not quiet."""
        now, kind = timezone.now(), outbox.KINDS[message.kind]
        client = Client.objects.get(pk=message.client_id)
        assert outbox.Way(message.channel, message.to_address) in ways_to(client), "written to without agreement"
        if kind.keeps_quiet_hours:
            assert time(8) <= clock.wall_of(now, client.zone)[1] < time(21), "written to in the quiet hours"
        if message.kind in ("booked-together", "moved-together"):
            self.judge_together(message, letter)
        counted = [message, *self.inside(message)] if kind.counts else []
        for one in counted:
            if one.kind == "reminder":
                self.judge_reminder(one, letter, now)
        if counted:
            self.left[client.pk].append((now, True))
            self.judge_caps(client)

    def inside(self, message: Message) -> list[Message]:
        """What leaves inside this message: all that counts, of this client, in the same worker's hand and this letter."""
        rows = Message.objects.filter(client_id=message.client_id, state="sending", claimed_by=message.claimed_by,
                                      channel=message.channel, to_address=message.to_address).exclude(pk=message.pk)
        return [row for row in rows if outbox.KINDS[row.kind].counts]

    def judge_reminder(self, message: Message, letter: Any, now: datetime) -> None:
        visit = Appointment.objects.get(pk=message.subject_id)
        assert visit.status in ALIVE, "reminded of a visit that does not stand"
        assert visit.starts_at > now, "reminded of what is over"
        assert message.start_version.startswith(stamp_of(visit)), "reminded of another time"
        assert visit.said in f"{letter.body} {letter.sms}", "the letter names another time"
        self.told[message.subject_id, message.start_version] += 1
        assert self.told[message.subject_id, message.start_version] == 1, "reminded twice"

    def judge_together(self, message: Message, letter: Any) -> None:
        """What one act did is told as it stands: each visit that stands where the act put it, and no other."""
        steps = AppointmentEvent.objects.filter(detail__act=str(message.subject_id), verb__in=("booked", "moved"),
                                                appointment__client=message.client_id).select_related("appointment")
        named = 0
        for step in steps:
            visit, is_news = step.appointment, step.verb == "booked" or "unsaid" in step.detail
            stands = visit.status in ALIVE and step.detail["stamp"] == stamp_of(visit)
            is_named = f"\n{step.detail['at']} (" in letter.body
            named += is_named
            if is_news == (message.kind == "booked-together") and visit.starts_at > timezone.now():
                assert is_named == stands, "a visit of several is told that does not stand, or one that does is not"
        assert named, "a message about several visits names none"

    def judge_what_they_know(self) -> None:
        """Of whoever lived in quiet: every visit that stood was told at the time it stood at."""
        stood = Appointment.objects.filter(practice=self.practice, status__in=ALIVE, starts_at__lte=timezone.now())
        for visit in stood.exclude(client__in=self.troubled):
            told = reminders._last_told(visit)
            assert told and told.startswith(stamp_of(visit)), "nobody told them of a visit, or of its time"

    def judge_caps(self, client: Client) -> None:
        days = [clock.wall_of(at, client.zone)[0] for at, _ in self.left[client.pk]]
        assert max(Counter(days).values()) == 1, "two that count on one day"
        assert all(sum(on <= day < on + 7 * DAY for day in days) <= 3 for on in days), "more than three in seven days"

    def judge_what_is_missing(self) -> None:
        """Every visit that stood has each of its reminders, or the reason why not."""
        stood = Appointment.objects.filter(practice=self.practice, status__in=ALIVE, starts_at__lte=timezone.now())
        for visit in stood:
            for days in (7, 2):
                version = f"{stamp_of(visit)}-{days}d"
                all_ways = Message.objects.filter(subject_id=visit.pk, start_version=version)
                rows = list(all_ways.exclude(why="The address was changed: it goes to the new one."))
                is_quiet = visit.client_id not in self.troubled
                assert rows or not is_quiet, "no word of a reminder"
                for row in rows:
                    assert row.state != "sent" or self.told[row.subject_id, version] == 1, "said to be sent, never left"
                    assert row.state not in ("waiting", "sending"), "a reminder never left"
                    assert row.state == "sent" or row.why, "a reminder is missing without a reason"
                    assert row.state == "sent" or not is_quiet or row.why.startswith(self.reasons), (
                        f"a reminder did not leave: {row.state}, {row.why}")
