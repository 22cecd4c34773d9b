"""What a text from a client does in the diary: yes confirms, no asks somebody to ring, not well is told on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from clients.models import Client, Reply
from clients.replies.meanings import Meaning, meaning_of, plain
from clients.replies.reading import words_for
from clients.replies.receiving import ACTS, Done
from practice.access import Outsider
from practice.models import Membership, Message
from sessions.answers import is_not_well, will_come
from sessions.letters import ALIVE, OF_A_TIME, TOGETHER, stamp_of, steps_of
from sessions.models import Appointment
from sessions.needs import MORE_NEEDS, Need
from sessions.together_letters import told_by

MOST = 20
ANSWERS_LAST = timedelta(days=5)  # after a text, for which a yes or no is taken to be about it: our proposal


def visits_texted_about(client: Client) -> list[Appointment]:
    """The visits still to come of whose time, as it stands, texts of the last days spoke; soonest first."""
    texts = Message.objects.filter(client_id=client.pk, channel="sms", state=Message.State.SENT,
                                   sent_at__gte=timezone.now() - ANSWERS_LAST)
    versions = list(texts.filter(kind__in=OF_A_TIME).values_list("appointment_id", "start_version"))
    for act, left_at in texts.filter(kind__in=TOGETHER).values_list("subject_id", "sent_at"):
        versions += [(step.appointment_id, told) for step in steps_of(act).filter(appointment__client=client)
                     .select_related("appointment") if (told := told_by(act, step.appointment, left_at))]
    visits = (Appointment.objects.filter(pk__in={pk for pk, _ in versions}, client=client, status__in=ALIVE,
                                         starts_at__gt=timezone.now())
              .select_related("client__practice", "practice", "therapist__user", "room", "service")
              .order_by("starts_at", "pk"))
    return [visit for visit in visits
            if any(pk == visit.pk and version.startswith(stamp_of(visit)) for pk, version in versions)]


def _yes(client: Client, text: str) -> Done:
    visits = visits_texted_about(client)
    if len(visits) != 1:
        return Done(_which(visits), is_all=False)
    will_come(appointment=visits[0], by=Outsider(client.practice, "client", client.name))
    return Done(f"Confirmed {visits[0].said}.")


def _no(client: Client, text: str) -> Done:
    visits = visits_texted_about(client)
    if len(visits) != 1:
        return Done(_which(visits), is_all=False)
    return Done(f"Cannot come {visits[0].said}: ring them. The visit stands until you agree another time.",
                is_all=False)


def _which(visits: list[Appointment]) -> str:
    if not visits:
        return "No text of the last days spoke of a visit as it stands: ask what they mean."
    return f"{len(visits)} visits were texted about: ask which they mean."


def _unwell(client: Client, text: str) -> Done:
    """The same as "I am not feeling well" behind the link; the words of a text that says more go with it."""
    says_more = len(plain(text).split()) > 1 and meaning_of(text) == Meaning.UNWELL
    is_not_well(client, text.strip()[:500] if says_more else "")
    return Done("Told to their therapist, as from the link.")


def reply_needs(member: Membership, mine: Q) -> Iterator[Need]:
    """Texts nobody has dealt with, oldest first; whoever has no visit to come is everybody's."""
    coming = Appointment.objects.filter(client=OuterRef("client"), status__in=ALIVE, ends_at__gt=timezone.now())
    rows = (Reply.objects.visible_to(member).filter(seen_at=None)
            .filter(Q(client=None) | Exists(coming.filter(mine)) | ~Exists(coming))
            .select_related("client").order_by("received_at", "pk"))
    for reply in rows[:MOST]:
        who = short_name(reply.client.name) if reply.client else reply.said_number
        words = textwrap.shorten(words_for(member, reply), 90, placeholder=" …")
        yield Need(f"Reply from {who}: “{words}”{reply.outcome and f' {reply.outcome}'}",
                   reverse("clients:reply", args=[reply.pk]))


def short_name(name: str) -> str:
    """Enough of a name for a list: "Maria L."."""
    first, *rest = name.split()
    return f"{first} {rest[-1][0]}." if rest else first


MORE_NEEDS.append(reply_needs)
ACTS |= {Meaning.YES: _yes, Meaning.NO: _no, Meaning.UNWELL: _unwell}
