"""What belongs to an open practice, read from the practice itself: what is there, what is missing, what comes next.

Nothing is noted as done. Rooms to the right register their own steps here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, Value
from django.urls import reverse
from django.utils.text import get_text_list

from practice.access import Role
from practice.models import (
    Closure,
    CodeApp,
    Invitation,
    Membership,
    Message,
    MessageText,
    Passkey,
    Practice,
    Room,
    Service,
    SetAside,
    WorkingHours,
)
from practice.opening.mail import CATCHER, TEST_KIND, mail_host
from practice.wording import LANGUAGES
from practice.wording.clinical import clinical_words_in

EVERYTHING = "everything"  # set aside as a step: the owner wants to hear no more of it
REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, why it is asked, and how the practice shows that it is done.

    `done` makes an expression over a practice's row; `is_done` reads what no expression can from the practice itself,
    and either will do. `route` is where it is done; `needed`: nothing can be booked
    without it, or without as much of it as `enough` says. `without` is what the owner presses who does without it;
    empty: there is no without.
    """

    code: str
    position: int
    name: str
    why: str
    done: Callable[[], Any]
    route: str = ""
    needed: bool = False
    enough: Callable[[], Any] | None = None
    without: str = ""
    aside: str = "You do without it."  # as the list says it afterwards
    is_done: Callable[[Practice], bool] | None = None

    @property
    def url(self) -> str:
        """Where it is done."""
        return reverse(self.route or f"practice:opening_{self.code}")


@dataclass(frozen=True, slots=True)
class Standing:
    """How one step stands."""

    step: Step
    is_done: bool
    is_aside: bool
    is_enough: bool  # one can book, though it is not all there

    @property
    def is_needed(self) -> bool:
        """Nothing can be booked before."""
        return self.is_missing and self.step.needed and not self.is_enough

    @property
    def is_missing(self) -> bool:
        return not (self.is_done or self.is_aside)


@dataclass(frozen=True, slots=True)
class Checklist:
    """Every step as it stands, in order; `is_dismissed`: Today says no more of it."""

    steps: tuple[Standing, ...]
    is_dismissed: bool

    @property
    def missing(self) -> list[Step]:
        return [row.step for row in self.steps if row.is_missing]

    @property
    def needed(self) -> list[Step]:
        """Of these, what nothing can be booked without."""
        return [row.step for row in self.steps if row.is_needed]

    @property
    def next(self) -> Step | None:
        """The first that is missing, in order."""
        return next(iter(self.missing), None)

    @property
    def done_count(self) -> int:
        return sum(not row.is_missing for row in self.steps)



def said_steps(steps: Sequence[Step], most: int = 3) -> str:
    """Steps inside a sentence: “hours, rooms and services”; of many, the first and how many more."""
    names = [step.name[:1].lower() + step.name[1:] for step in steps]
    if len(names) > most + 1:
        names = [*names[:most], f"{len(names) - most} more"]
    return get_text_list(names, "and")


STEPS: dict[str, Step] = {}


def register_step(step: Step) -> None:
    """Add a step; called once at start by the room it belongs to."""
    STEPS[step.code] = step


def steps_in_order() -> list[Step]:
    return sorted(STEPS.values(), key=lambda step: step.position)


def checklist_of(practice: Practice) -> Checklist:
    """The list of one practice, in two queries."""
    steps = steps_in_order()
    found = Practice.objects.filter(pk=practice.pk).annotate(
        **{f"has_{step.code}": step.done() for step in steps},
        **{f"enough_{step.code}": step.enough() for step in steps if step.enough}).get()
    aside = set(SetAside.objects.filter(practice=practice).values_list("step", flat=True))
    return Checklist(tuple(Standing(step, _is_done(step, found), step.code in aside,
                                    bool(getattr(found, f"enough_{step.code}", False))) for step in steps),
                     EVERYTHING in aside)


def _is_done(step: Step, found: Practice) -> bool:
    return bool(getattr(found, f"has_{step.code}")) or bool(step.is_done and step.is_done(found))


def is_there(model: Any, **where: Any) -> Exists:
    """Whether the practice has such a row."""
    return Exists(model.objects.filter(practice=OuterRef("pk"), **where))


def _of_the_practice(q: Q) -> ExpressionWrapper:
    return ExpressionWrapper(q, output_field=BooleanField())


def _therapists(**where: Any) -> Any:
    return Membership.objects.filter(practice=OuterRef("pk"), is_therapist=True, is_active=True, **where)


def _hours() -> Any:
    """Everybody who gives sessions has hours, and somebody does."""
    hours = WorkingHours.objects.filter(therapist=OuterRef("pk"))
    return Exists(_therapists()) & ~Exists(_therapists().filter(~Exists(hours)))


def _colleagues() -> Any:
    """Two work here, or somebody is invited."""
    invited = Exists(Invitation.objects.filter(practice=OuterRef("pk"), revoked_at=None))
    here = Membership.objects.filter(practice=OuterRef("pk"), is_active=True).order_by().values("practice")
    return invited | Exists(here.annotate(count=Count("pk")).filter(count__gte=2))


def _second_step() -> Any:
    """An owner has an app or a passkey besides the password."""
    owner = {"user__memberships__practice": OuterRef("pk"), "user__memberships__role": Role.OWNER}
    return Exists(CodeApp.objects.filter(confirmed_at__isnull=False, **owner)) | Exists(Passkey.objects.filter(**owner))


def says_what_for(name: str) -> bool:
    """Whether a name, in any language clients read, tells what somebody comes for."""
    return any(clinical_words_in(name, language) for language in LANGUAGES)


def _mail() -> Any:
    """A test has left, by a server that reaches people."""
    if not settings.EMAIL_URL or mail_host() == CATCHER:
        return Value(False, output_field=BooleanField())
    return is_there(Message, kind=TEST_KIND, state=Message.State.SENT)


for _step in (
    Step("letterhead", 10, "Address and letterhead",
         "Stands on every letter to a doctor, and tells clients where to come and whom to ring.",
         lambda: _of_the_practice(~Q(address="") & ~Q(phone="", email=""))),
    Step("hours", 20, "Hours", "Visits are offered within them. Without hours no time is open.", _hours, needed=True,
         enough=lambda: Exists(_therapists(working_hours__isnull=False))),
    Step("rooms", 30, "Rooms", "Each visit takes one; the same room is never booked twice.",
         lambda: is_there(Room, is_active=True), needed=True),
    Step("services", 40, "Services", "What can be booked, for how long, and what is kept free around it.",
         lambda: is_there(Service, is_active=True), needed=True),
    Step("mail", 50, "A test message", "Whether mail leaves this server, seen with your own eyes.", _mail,
         without="We write no mail", aside="You write no mail."),
    Step("people", 60, "Colleagues", "Therapists and the front desk get a link by mail and choose their own password.",
         _colleagues, without="I work alone", aside="You work alone."),
    Step("holidays", 70, "Public holidays", "Nothing is booked on the days you close.",
         lambda: is_there(Closure), without="We close on none of them", aside="You close on none of them."),
    Step("reminders", 80, "Words of reminders", "What clients read before a visit. Ours say nothing of why they come.",
         lambda: is_there(MessageText, kind=REMINDER), without="Keep these words", aside="You keep our words."),
    Step("sender", 82, "A neutral name for messages",
         "Whoever sees a message on a phone reads whom it is from. A neutral name does not say why somebody comes.",
         lambda: _of_the_practice(~Q(sender_name="")), route="practice:words", without="Keep our name",
         aside="You write under the practice's own name.", is_done=lambda practice: not says_what_for(practice.name)),
    Step("second-step", 85, "A second step when you sign in",
         "An app or a passkey besides the password: what will stand here is about health.", _second_step,
         route="practice:security", without="The password is enough", aside="Your password is enough."),
):
    register_step(_step)
