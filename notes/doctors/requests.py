"""A clearance request: a letter that asks a doctor one thing, with boxes to tick; shared like any summary."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction

from clients.clearances import Terms, record_clearance
from clients.contraindications import Check
from clients.episodes import today_in
from clients.models import Clearance, Client, Doctor, Episode
from clients.standing import lock_client
from notes.doctors.asking import ask_of
from notes.letters.asked import ask_from_data
from notes.models import Share, Summary
from notes.sharing.sharing import SHARED
from notes.summaries.drafting import said_episode
from notes.summaries.summaries import OF_A_REQUEST
from notes.writing import refuse_unless_therapist
from practice import audit
from practice.access import Actor


@transaction.atomic
def compose_request(*, client: Client, doctor: Doctor, by: Actor, scope: str = "", terms: Terms | None = None,
                    reason: str = "", questions: str = "") -> Summary:
    """Draft a request for a clearance, within the limits the therapist would keep to; it needs no signed note.

    It counts as asked once it is shared. Refuses unknown codes.
    """
    refuse_unless_therapist(by)
    lock_client(client)
    columns = (terms or Terms()).columns()
    asked = ask_of(Clearance(scope=scope, state=Clearance.State.REQUESTED, **columns))
    today = today_in(client)
    summary = Summary.objects.create(
        practice=client.practice, client=client, doctor=doctor, author=by, from_on=today, until_on=today,
        kind=Summary.Kind.REQUEST, asked=asdict(asked), sections=list(OF_A_REQUEST), reason=reason.replace("\x00", ""),
        questions=questions.replace("\x00", ""))
    audit.record(by=by, verb="request_composed", subject=summary)
    return summary


def drafted(client: Client, check: Check) -> dict[str, str]:
    """How a request begins: about the episode that lasts or what waits for a doctor's word, with why in a sentence."""
    lasting = list(Episode.objects.filter(client=client, status__in=Episode.OPEN).order_by("-onset_on"))
    waiting = [reason.rule for reason in check.reasons if reason.level == "clearance"]
    scope = lasting[0].kind if lasting else waiting[0] if waiting else ""
    reason = " ".join(f"{said_episode(episode)}." for episode in lasting)
    return {"scope": scope, "reason": f"{client.name} comes for massage therapy beside your care. {reason}".strip(),
            "questions": f"May {client.called} have massage therapy now, and within which limits?"}


def _note_asked(share: Share, by: Actor) -> None:
    """From the first sharing on, the doctor stands as asked."""
    summary = share.summary
    if not summary.is_request or summary.shares.exclude(pk=share.pk).exists():
        return
    ask = ask_from_data(summary.asked)
    places = [(region, side) for region, _, side in (place.partition(":") for place in ask.places)]
    record_clearance(client=summary.client.standing, doctor=share.doctor, state=Clearance.State.REQUESTED, by=by,
                     scope=ask.scope, places=places, max_pressure=ask.max_pressure, minutes=ask.minutes,
                     excluded_techniques=ask.excluded_techniques)


SHARED.append(_note_asked)
