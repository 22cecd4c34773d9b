"""What tells a client of several visits at once: those one act booked, those one act moved.

The row names the act, its visits stand in their history: whatever was cancelled or moved since is left out at the door.
When each is queued is told in `sessions/reminders.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from clients.contacts import copied_to
from clients.writing import not_agreed_any_more, reads
from practice import clock, outbox, wording
from practice.models import Message
from practice.outbox import Kind, Said
from practice.wording.examples import example_of
from sessions.calendars import visit_file, visits_file
from sessions.letters import (
    ALIVE,
    BOOKED_TOGETHER,
    CHECK_OPENS,
    LINK,
    MOVED_TOGETHER,
    QUESTIONS_LINE,
    SETS_A_TIME,
    SEVERAL,
    STAMP,
    TOGETHER,
    said_together,
    stamp_of,
    steps_of,
    visit_url,
)
from sessions.models import Appointment, AppointmentEvent

_LETS_GO = ("cancel", "undo-booked", "held", "no-show", "asked")
_STANDS_AGAIN = ("undo-cancel", "keep", "restore", "undo-no-show")
_Steps = list[tuple[Appointment, AppointmentEvent]]


# --- which visits, which messages --------------------------------------------------------------------------------


def told_by(act: UUID, visit: Appointment, left_at: datetime | None) -> str | None:
    """The start of a visit that the message of one act told; None where the visit did not stand there as it left.

    Without `left_at` it is in a worker's hand, and may name whatever the act did.
    """
    step = steps_of(act).filter(appointment=visit).first()
    if step is None or left_at is None:
        return str(step.detail["stamp"]) if step else None
    at, stands = step.detail["at"], True
    since = AppointmentEvent.objects.filter(Q(at__gt=step.at) | Q(at=step.at, pk__gt=step.pk), appointment=visit,
                                            at__lt=left_at)
    for verb, detail in since.order_by("at", "pk").values_list("verb", "detail"):
        if verb in SETS_A_TIME:
            at, stands = detail.get("at", ""), True
        stands = verb in _STANDS_AGAIN or (stands and verb not in _LETS_GO)
    return str(step.detail["stamp"]) if stands and at == step.detail["at"] else None


def together_of(visits: Collection[UUID]) -> Q:
    """The messages of acts that booked or moved one of these visits, with others or alone."""
    steps = AppointmentEvent.objects.filter(appointment__in=list(visits), verb__in=SETS_A_TIME, detail__has_key="act")
    found = list(steps.values_list("detail__act", "appointment__client_id"))
    return Q(kind__in=TOGETHER, subject_id__in={UUID(act) for act, _ in found},
             client_id__in={client for _, client in found})


def shown_with(visits: Collection[UUID]) -> Q:
    """The same for whoever looks: of what waits, only what will name one of these visits as it stands now."""
    steps = AppointmentEvent.objects.filter(appointment__in=list(visits), verb__in=SETS_A_TIME, detail__has_key="act",
                                            appointment__status__in=ALIVE).select_related("appointment")
    named = {UUID(step.detail["act"]) for step in steps if step.detail["stamp"] == stamp_of(step.appointment)}
    on_its_way = (Message.State.WAITING, Message.State.SENDING)
    return together_of(visits) & (Q(subject_id__in=named) | ~Q(state__in=on_its_way))


def is_on_its_way(visit: Appointment) -> bool:
    """Whether a message about several visits waits that will tell of this one at the time it stands at."""
    waits = Message.objects.filter(together_of([visit.pk]), state=Message.State.WAITING)
    acts = list(waits.values_list("subject_id", flat=True))
    return any(steps_of(act).filter(appointment=visit, detail__stamp=stamp_of(visit)).exists() for act in acts)


# --- checked again at the door, then written ---------------------------------------------------------------------


def _named(message: Message) -> _Steps:
    """The visits of the act that still stand where it put them: those the client had not heard of, or the others."""
    is_news = message.kind == BOOKED_TOGETHER
    steps = steps_of(message.subject_id).filter(appointment__client_id=message.client_id).select_related(
        "appointment__client__practice", "appointment__practice", "appointment__therapist__user")
    return sorted(((step.appointment, step) for step in steps
                   if (step.verb == "booked" or "unsaid" in step.detail) == is_news
                   and step.appointment.status in ALIVE and step.detail["stamp"] == stamp_of(step.appointment)),
                  key=lambda pair: pair[0].starts_at)


def _stands(message: Message) -> str | None:
    named = _named(message)
    if not any(visit.starts_at > timezone.now() for visit, _ in named):
        return "None of these times stands any more."
    return not_agreed_any_more(message, named[0][0].client)


def _said_was(visit: Appointment, step: AppointmentEvent, language: str) -> str:
    """The time it had, in the reader's language; steps noted before it was kept exactly say it in English."""
    was: dict[str, str] = step.detail["was"]
    if "stamp" not in was:
        return was["at"]
    before = datetime.strptime(was["stamp"], STAMP).replace(tzinfo=UTC)
    return clock.said(before, visit.time_zone, language=language)


def _about_moved(message: Message) -> Said:
    moved = _named(message)
    client, visits = moved[0][0].client, [visit for visit, _ in moved]
    language = reads(client)
    lines = [wording.piece("sessions", "moved_line", language, visit=visit.said_in(language),
                           minutes=str(visit.minutes), therapist=visit.therapist.name,
                           was=_said_was(visit, step, language), link=visit_url(visit)) for visit, step in moved]
    values = {"times": "\n\n".join(lines), "visit": visits[0].said_in(language), "count": str(len(visits)),
              "visits": said_together(visits, language), "link": visit_url(visits[0])}
    return Said(values, client.called, _variant(visits), language, tuple(visit_file(visit) for visit in visits),
                copied_to(client))


def _about_booked(message: Message) -> Said:
    """All dates in a list, one file for all of them, and the link of the first."""
    visits = [visit for visit, _ in _named(message) if visit.starts_at > timezone.now()]
    first, client, language = visits[0], visits[0].client, reads(visits[0].client)
    is_soon = first.starts_at <= timezone.now() + CHECK_OPENS
    values = {"dates": "\n".join(_line(visit, language) for visit in visits), "count": str(len(visits)),
              "visit": first.said_in(language), "last": visits[-1].said_in(language), "link": visit_url(first),
              "questions": wording.piece("sessions", "questions", language) if is_soon else ""}
    return Said(values, client.called, _variant(visits), language, (visits_file(visits),), copied_to(client))


def _line(visit: Appointment, language: str) -> str:
    return wording.piece("sessions", "booked_line", language, visit=visit.said_in(language),
                         minutes=str(visit.minutes))


def _variant(visits: list[Any]) -> str:
    return "one" if len(visits) == 1 else "several"


_TWO = ("Tue 24 Nov, 10:30", "Tue 1 Dec, 10:30")
_MOVED = example_of("sessions", "moved_line", *(
    {"visit": to, "was": was, "minutes": "45", "therapist": "Ana Alves", "link": LINK}
    for to, was in zip(_TWO, ("Mon 23 Nov, 14:00", "Mon 30 Nov, 14:00"), strict=True)))
_BOOKED = example_of("sessions", "booked_line", *({"visit": at, "minutes": "45"} for at in _TWO))
outbox.declare(Kind(BOOKED_TOGETHER, "Confirmation of several visits", _stands, _about_booked,
                    keeps_quiet_hours=False, variants=("one", "several"), about="About their visits",
                    variables={"count": "2", "visit": _TWO[0], "last": _TWO[1], "dates": _BOOKED, "link": LINK,
                               "questions": QUESTIONS_LINE},
                    when="Three minutes after several visits are booked at once."))
outbox.declare(Kind(MOVED_TOGETHER, "New times of several visits", _stands, _about_moved, keeps_quiet_hours=False,
                    variants=("one", "several"), variables={**SEVERAL, "times": _MOVED},
                    about="About their visits", when="Three minutes after one act moved several visits."))
