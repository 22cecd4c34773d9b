"""How it is meanwhile: while an episode lasts, its client is asked every so many days and answers by one tap.

An answer only proposes: a therapist is asked to look today, or Today suggests the return. Nothing moves by itself.
Rows are the truth: what a missed hour left undone, the next one does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.episode_policies import policy_of
from clients.episodes import today_in
from clients.models import Client, Episode
from clients.standing import lock_client
from clients.words import one_line
from clients.writing import is_written_to
from practice import audit, clock
from practice.access import Actor, Outsider
from practice.models import Membership
from practice.refusals import BadInput, Refusal, WrongState
from sessions import check_in_letters, reminders
from sessions.models import Appointment, CheckIn

Answer = CheckIn.Answer
ASKED_IN = check_in_letters.ASKED_IN
RING_AFTER_DAYS = 2  # without an answer to a message: our proposal
_GOOD = (Answer.BETTER, Answer.USUAL)
_AT_STAKE = ("proposed", "booked", "confirmed", "held")


@dataclass(frozen=True, slots=True)
class HowItIs:
    """Where the asking stands: the last answer, the question that waits, and what they propose."""

    last: CheckIn | None
    waits: CheckIn | None
    is_worse: bool  # the last answer, and no therapist has looked
    is_ready: bool  # better twice in a row or back to usual, and no therapist has looked
    is_to_ring: bool  # nobody can be written to, or a message brought no answer


def how_it_is(client: Client, rows: Sequence[CheckIn], today: date) -> HowItIs:
    """Read the check-ins of one episode, in the order of their days."""
    answered = [row for row in rows if row.answer]
    last = answered[-1] if answered else None
    waits = rows[-1] if rows and not rows[-1].answer else None
    is_unseen = last is not None and last.seen_at is None
    is_good = last is not None and (
        last.answer == Answer.USUAL or (len(answered) > 1 and {row.answer for row in answered[-2:]} <= set(_GOOD)))
    is_silent = waits is not None and (today - waits.asked_for).days >= RING_AFTER_DAYS
    return HowItIs(last, waits, is_unseen and last is not None and last.answer == Answer.WORSE,
                   is_unseen and is_good, waits is not None and (is_silent or not is_written_to(client)))


def asked_now(client: Client) -> Episode | None:
    """The client's latest episode in which they are asked how it is, if any."""
    rows = Episode.objects.filter(client=client, status__in=ASKED_IN).select_related("client__practice")
    return next((row for row in rows if policy_of(client.practice, row.kind).check_in_days), None)


def ask_how_it_is() -> int:
    """Ask everybody whose day has come, once each; how many. Of several episodes of a client the latest asks."""
    in_course = Q(steps__status__in=ASKED_IN)
    rows = (Episode.objects.filter(status__in=ASKED_IN, client__archived_at=None)
            .annotate(last=Max("check_ins__asked_for"), began=Min("steps__on", filter=in_course))
            .select_related("client__practice").order_by("client", "-onset_on", "-pk"))
    count, met = 0, set()
    for episode in rows:
        days = policy_of(episode.client.practice, episode.kind).check_in_days
        if not days or episode.client_id in met:
            continue
        met.add(episode.client_id)
        since = episode.last or episode.began or episode.onset_on
        if today_in(episode.client) >= since + timedelta(days=days):
            count += _ask(episode)
    return count


def _ask(episode: Episode) -> bool:
    """Write the question down and queue its message, where nobody else just did."""
    try:
        with transaction.atomic():
            lock_client(episode.client)
            today = today_in(episode.client)
            is_meant = Episode.objects.filter(pk=episode.pk, client=episode.client_id, status__in=ASKED_IN).exists()
            if not is_meant or CheckIn.objects.filter(episode=episode, asked_for__gt=_last_of(episode)).exists():
                return False
            row = CheckIn.objects.create(practice=episode.practice, episode=episode, asked_for=today)
            audit.record(by=Outsider(episode.client.practice, "system", "Evenhand"), verb="check_in_asked",
                         subject=row, client_id=episode.client_id)
            check_in_letters.ask(row)
    except Refusal:  # merged into another row this very moment: the next hour asks there
        return False
    return True


def _last_of(episode: Episode) -> date:
    """The day of the last question as it was read before the lock."""
    last: date | None = vars(episode).get("last")
    return last or date.min


def ask_by_hand(*, client: Client, answer: str, by: Actor, words: str = "") -> CheckIn:
    """Keep what a client said when they were rung; refuses where nobody is asked how it is."""
    episode = asked_now(client)
    if episode is None:
        raise WrongState(f"{client.name} is not being asked how it is: nothing is running.")
    return answer_check_in(episode=episode, answer=answer, by=by, words=words)


@transaction.atomic
def answer_check_in(*, episode: Episode, answer: str, by: Actor, words: str = "") -> CheckIn:
    """Keep how it is today. Said several times in a day it is one answer, and the last one counts.

    It answers the question that waits; without one it is a row of its own. “Worse” asks the therapist to look today.
    Refuses an episode in which nobody is asked any more, and an answer that is none of the four.
    """
    if answer not in Answer.values:
        raise BadInput(_("Choose one: worse, about the same, better or back to usual."), field="answer")
    lock_client(episode.client)
    episode = Episode.objects.select_related("client__practice", "practice").get(pk=episode.pk)
    if episode.status not in ASKED_IN:
        raise WrongState(_("This is over: nobody is asked how it is any more."))
    row, words = _row_of(episode, today_in(episode.client)), one_line(words)[:500]
    if row.answer == answer and words in ("", row.words):
        return row
    is_new = row.answer != answer
    row.answer, row.words, row.by_name = answer, words or row.words, by.name[:120]
    row.answered_at = row.answered_at or timezone.now()
    if is_new:
        is_known = isinstance(by, Membership) and by.may_see_clinical and answer == Answer.WORSE
        row.seen_at = timezone.now() if is_known else None  # whoever wrote it down knows
    row.save()
    audit.record(by=by, verb="check_in_answered", subject=row, client_id=episode.client_id)
    if is_new:
        _ask_to_look(row)
    return row


@transaction.atomic
def add_words(*, episode: Episode, words: str, by: Actor) -> CheckIn:
    """Keep what somebody adds to today's answer; refuses words before one."""
    row = _row_of(episode, today_in(episode.client))
    if not row.answer:
        raise BadInput(_("Tap one of the four first."), field="answer")
    return answer_check_in(episode=episode, answer=row.answer, by=by, words=words)


def answer_of_today(episode: Episode) -> CheckIn | None:
    """What was answered today already, if anything."""
    row = _row_of(episode, today_in(episode.client))
    return row if row.answer else None


def _row_of(episode: Episode, today: date) -> CheckIn:
    """The question that waits, else today's answer, else a new row for today, not saved."""
    last = CheckIn.objects.filter(episode=episode).order_by("-asked_for").first()
    if last and not last.answer:
        return last
    zone = episode.client.practice.time_zone
    if last and last.answered_at and clock.wall_of(last.answered_at, zone)[0] == today:
        return last
    return CheckIn(practice_id=episode.practice_id, episode=episode, asked_for=today)


def see_answers(episode: Episode, by: Actor, *answers: str) -> None:
    """A therapist has looked at the answers so far (or only at these); Today asks for it no more."""
    rows = CheckIn.objects.filter(episode=episode, seen_at=None).exclude(answer="")
    rows = rows.filter(answer__in=answers) if answers else rows
    if rows.update(seen_at=timezone.now()):
        audit.record(by=by, verb="check_ins_seen", subject=episode)


def _ask_to_look(row: CheckIn) -> None:
    """Worse: the therapist of the next visit, on hold or not, is asked today. Said otherwise since, nobody is."""
    if row.answer != Answer.WORSE or row.seen_at:
        check_in_letters.ask_no_more(row)
        return
    visits = Appointment.objects.filter(client=row.episode.client_id).select_related("therapist__user", "practice")
    coming = visits.filter(status__in=_AT_STAKE, ends_at__gt=timezone.now()).order_by("starts_at").first()
    about = coming or visits.exclude(status="cancelled").order_by("-starts_at").first()
    if about:
        reminders.ask_therapist(about, row)
