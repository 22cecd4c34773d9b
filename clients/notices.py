"""Telling a client's doctor that something is new, with the client's agreement; what it is, is said from mouth to ear.

The mail asks the doctor to ring and names neither the client nor anything about them. Each telling is kept: whom, when,
how, by whom, under which agreement.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from clients.consents import NOTICE, ConsentMissing, stands
from clients.disclosures import WAYS, record_disclosure
from clients.doctors import corrected_since
from clients.episodes import note_facts, today_in
from clients.models import Client, Consent, Doctor, Episode, EpisodeNotice
from clients.standing import lock_client
from practice import audit, clock, outbox
from practice.access import Actor, Role
from practice.models import Membership, Message
from practice.outbox import Kind, Said
from practice.refusals import BadInput, NotAllowed, WrongState

TEXT_VERSION = "2026-11"  # of the words in `words_to_ask`
KIND = "doctor-to-ring"
ONE_PRESS = timedelta(minutes=10)  # the same telling again within this time is the same press: our proposal


def doctors_to_tell(client: Client) -> QuerySet[Doctor]:
    """The doctors who treat or refer this client, the first named first."""
    return Doctor.objects.filter(client_links__client=client.standing_id).order_by("client_links__pk")


def words_to_ask(client: Client, doctor: Doctor) -> str:
    """The very words with which the client is asked, as `TEXT_VERSION` names them."""
    return (f"May I tell {doctor.name} when something about your health is new, so that they can look at it? "
            "You can take this back at any time.")


def agreement_to_tell(client: Client, doctor: Doctor) -> Consent:
    """The client's live agreement that this doctor is told; else `ConsentMissing` with the reason and words to ask."""
    today = today_in(client)
    given = Consent.objects.filter(client=client.standing_id, kind=NOTICE)
    theirs = list(given.filter(doctor=doctor))
    for consent in theirs:
        if consent.given_on <= today and stands(consent, today):
            return consent
    last = theirs[0] if theirs else None
    if last is None:
        what, reason = (("The agreement names another doctor.", "other_doctor") if given.exists()
                        else ("No agreement is recorded.", "missing"))
    elif last.withdrawn_at:
        what, reason = "The agreement was withdrawn.", "withdrawn"
    elif last.until and last.until < today:
        what, reason = f"The agreement ended on {clock.said_date(last.until)}.", "expired"
    else:
        what, reason = "The agreement only begins later.", "missing"
    raise ConsentMissing(f"{what} Ask {client.standing.called}: “{words_to_ask(client, doctor)}”", reason=reason)


def with_last_told(episodes: QuerySet[Episode]) -> QuerySet[Episode]:
    """Episodes with `told_at`, `told_whom`, `told_by_name` and `told_how` of the last telling, in the same query."""
    last = EpisodeNotice.objects.filter(episode=OuterRef("pk")).order_by("-at", "-pk")
    columns = {"told_at": "at", "told_whom": "doctor__name", "told_by_name": "told_by__user__name", "told_how": "how"}
    return episodes.annotate(**{name: Subquery(last.values(column)[:1]) for name, column in columns.items()})


@transaction.atomic
def tell_doctor(*, episode: Episode, doctor: Doctor, how: str, by: Actor) -> EpisodeNotice:
    """Ask a doctor by e-mail to ring, or keep that they were told by phone; pressed twice, it is one telling.

    For therapists. Refuses an episode that is over, a doctor who is none of the client's, a mail to nowhere, and, with
    the words to ask with, an agreement that is missing, withdrawn, over or for another doctor.
    """
    if not isinstance(by, Membership) or not (by.role == Role.THERAPIST or by.is_therapist):
        raise NotAllowed("A therapist tells the doctor. Ask one of them.")
    client = episode.client
    lock_client(client)
    if not episode.is_open:
        raise WrongState("It is over. Report a new episode if it has come back.")
    if how not in EpisodeNotice.How.values:
        raise BadInput(f"Choose one of: {', '.join(EpisodeNotice.How.values)}.", field="how")
    if not doctors_to_tell(client).filter(pk=doctor.pk).exists():
        raise BadInput(f"{doctor.name} is not among {client.called}'s doctors. Add them there first.", field="doctor")
    consent = agreement_to_tell(client, doctor)
    if how == EpisodeNotice.How.MAIL and not doctor.email:
        raise BadInput(f"No e-mail address is known for {doctor.name}. Ring them, and write down that you did.",
                       field="doctor")
    same = EpisodeNotice.objects.filter(episode=episode, doctor=doctor, how=how, at__gt=timezone.now() - ONE_PRESS)
    if (told := same.first()) is not None:
        return told
    notice = EpisodeNotice.objects.create(practice_id=episode.practice_id, episode=episode, doctor=doctor,
                                          consent=consent, told_by=by, how=how)
    audit.record(by=by, verb="doctor_told", subject=episode, doctor=str(doctor.pk), consent=str(consent.pk), how=how,
                 notice=str(notice.pk))
    if how == EpisodeNotice.How.MAIL:
        _ask_to_ring(notice)
    else:
        _was_told(notice)
    return notice


def _was_told(notice: EpisodeNotice) -> None:
    """What was said on the phone has left the house: it stands in the accounting, and among the episode's facts."""
    episode, doctor, by = notice.episode, notice.doctor, notice.told_by
    record_disclosure(
        client=episode.client.standing, to_name=doctor.name, to_address=doctor.phone, by=by, how=WAYS["phone"],
        what=f"{episode.get_kind_display()}, {episode.get_status_display().lower()}, since "
             f"{clock.said_date(episode.onset_on, year=True)}",
        why=f"Treatment; agreed on {clock.said_date(notice.consent.given_on, year=True)}", subject_id=notice.pk)
    if episode.doctor_contacted_on is None:
        note_facts(episode=episode, by=by, doctor_contacted_on=today_in(episode.client))


def _ask_to_ring(notice: EpisodeNotice) -> None:
    outbox.queue_message(
        practice=notice.practice, kind=KIND, subject_id=notice.pk, to_address=notice.doctor.email,
        to_name=notice.doctor.name, due_at=timezone.now(), client_id=notice.episode.client_id,
        why=f"{notice.told_by.name} asks the doctor to ring.")


# --- the message --------------------------------------------------------------------------------------------------


def _may_be_told(message: Message) -> str | None:
    agreed = EpisodeNotice.objects.select_related("doctor").filter(pk=message.subject_id, consent__withdrawn_at=None)
    notice = agreed.first()
    return corrected_since(message, notice.doctor.email) if notice else "The client has taken the agreement back."


def _asks_to_ring(message: Message) -> Said:
    notice = EpisodeNotice.objects.select_related("doctor", "told_by__user").get(pk=message.subject_id)
    return Said({"therapist": notice.told_by.name}, notice.doctor.name)


outbox.declare(Kind(KIND, "Asks a doctor to ring", _may_be_told, _asks_to_ring, keeps_quiet_hours=False,
                    variables={"therapist": "Ana Alves"}, is_to="doctor",
                    when="At once, when a therapist asks a client's doctor to ring."))
