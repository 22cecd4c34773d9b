"""What a therapist does with a doctor's answer: accepts it, never wider than it was given, sets it aside, rings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clients.body import covers, keys
from clients.clearances import Terms, accept_clearance, set_aside_clearance
from clients.models import Clearance, Episode
from notes.models import AnswerDone, DoctorAnswer, Share
from notes.writing import refuse_unless_therapist
from practice import audit, clock
from practice.access import Actor
from practice.refusals import BadInput, Refusal, WrongState
from sessions.models import Plan
from sessions.rescheduling import propose_plan

RETURN_RULE = "return-clearance"


class WiderThanAnswered(Refusal):
    """A therapist may work within a doctor's word, never beyond it."""

    code: ClassVar[str] = "wider_than_answered"
    title: ClassVar[str] = "Wider than the doctor's word"


class AnsweredSince(Refusal):
    """The doctor has said something else on the same thing since."""

    code: ClassVar[str] = "answered_since"
    title: ClassVar[str] = "They answered again"


def accept_answer(*, answer: DoctorAnswer, by: Actor, terms: Terms) -> Clearance:
    """Let a doctor's word count, with the limits given here: theirs, or narrower ones.

    Refuses a wider one, an answer that says nothing on the work, one that was dealt with already, and one the doctor
    has followed by another. Earlier ones on the same thing are set aside with it.
    """
    refuse_unless_therapist(by)
    with transaction.atomic():
        answer = _open(answer)
        if answer.clearance is None:
            raise WrongState("This answer allows and forbids nothing. Note that you have seen it.")
        if wider := next(_wider(answer, terms), None):
            field, words = wider
            raise WiderThanAnswered(f"{words} Ask again for more.", field=field)
        _refuse_if_answered_since(answer)
        state = answer.kind if answer.kind == DoctorAnswer.Kind.GRANTED else Clearance.State.REFUSED
        clearance = accept_clearance(clearance=answer.clearance, state=state, terms=terms, by=by)
        _note_done(answer, AnswerDone.What.ACCEPTED, by)
        for older in _same_word(answer).filter(done_with=None, at__lt=answer.at):
            set_aside_answer(answer=older, by=by, reason="They answered again, and that answer was accepted.")
    return clearance


def set_aside_answer(*, answer: DoctorAnswer, by: Actor, reason: str) -> AnswerDone:
    """Do not let an answer count, with a reason; what was asked waits for an answer again."""
    refuse_unless_therapist(by)
    reason = " ".join(reason.replace("\x00", "").split())
    if not reason:
        raise BadInput("Write why you set it aside.", field="reason")
    with transaction.atomic():
        answer = _open(answer)
        if answer.clearance is not None:
            set_aside_clearance(clearance=answer.clearance, by=by)
        return _note_done(answer, AnswerDone.What.SET_ASIDE, by, reason[:500])


def note_answer_done(*, answer: DoctorAnswer, by: Actor) -> AnswerDone:
    """Note that the doctor was rung, or that their note was seen; refuses a word that waits to be accepted."""
    refuse_unless_therapist(by)
    with transaction.atomic():
        answer = _open(answer)
        if answer.clearance is not None:
            raise WrongState("This answer waits to be accepted or set aside.")
        is_call = answer.kind == DoctorAnswer.Kind.CALL
        return _note_done(answer, AnswerDone.What.RUNG if is_call else AnswerDone.What.SEEN, by)


def plan_after(*, clearance: Clearance, by: Actor) -> Plan | None:
    """A return plan for what the accepted word lets come back, where visits are on hold; None where nothing waits.

    A plan that was sent to the client stays as it is. Nothing moves by itself.
    """
    episode = episode_freed(clearance)
    if episode is None:
        return None
    sent = Plan.objects.filter(episode=episode, status=Plan.Status.PROPOSED, sent_at__isnull=False,
                               expires_at__gt=timezone.now()).first()
    try:
        return sent or propose_plan(episode=episode, by=by)
    except Refusal:  # nothing can be placed today; the episode's page says why
        return None


def episode_freed(clearance: Clearance | None) -> Episode | None:
    """The episode whose visits are on hold and may come back by this word; None where it is no grant for one."""
    if clearance is None or clearance.state != Clearance.State.GRANTED:
        return None
    given_on = clock.wall_of(clearance.recorded_at, clearance.practice.time_zone)[0]
    waiting = Episode.objects.filter(client=clearance.client_id, status__in=Episode.OPEN, onset_on__lte=given_on,
                                     holds__outcome="").select_related("client__practice", "practice").distinct()
    return next((e for e in waiting if clearance.scope in ("", RETURN_RULE, e.kind)), None)


def plan_open(episode: Episode | None) -> Plan | None:
    """The plan that stands proposed for it."""
    return Plan.objects.filter(episode=episode, status=Plan.Status.PROPOSED,
                               expires_at__gt=timezone.now()).first() if episode else None


def _open(answer: DoctorAnswer) -> DoctorAnswer:
    """The answer, where nothing was done with it yet; its share's row is locked meanwhile."""
    Share.objects.select_for_update(no_key=True).get(pk=answer.share_id)
    answer = DoctorAnswer.objects.select_related(
        "clearance__client__practice", "share__summary__client__merged_into", "practice").get(pk=answer.pk)
    done = AnswerDone.objects.filter(answer=answer).select_related("by__user").first()
    if done:
        raise WrongState(f"{done.by.name} has dealt with this answer: {done.get_what_display().lower()}.")
    return answer


def _same_word(answer: DoctorAnswer) -> QuerySet[DoctorAnswer]:
    """This doctor's words on the same thing for the same client, through whatever link."""
    client = answer.share.summary.client.standing
    return DoctorAnswer.objects.filter(share__doctor=answer.share.doctor_id, scope=answer.scope,
                                       clearance__client=client).exclude(pk=answer.pk)


def _refuse_if_answered_since(answer: DoctorAnswer) -> None:
    later = _same_word(answer).filter(at__gt=answer.at).exclude(done_with__what=AnswerDone.What.SET_ASIDE)
    if newest := later.order_by("at").last():
        at = clock.said(newest.at, answer.practice.time_zone)
        raise AnsweredSince(f"They answered the same again on {at}. Read that answer first.")


def _note_done(answer: DoctorAnswer, what: str, by: Actor, reason: str = "") -> AnswerDone:
    done = AnswerDone.objects.create(practice=answer.practice, answer=answer, what=what, by=by, reason=reason)
    audit.record(by=by, verb=f"doctors_answer_{what}", subject=answer, client_id=answer.share.summary.client_id)
    return done


def _wider(answer: DoctorAnswer, terms: Terms) -> Iterator[tuple[str, str]]:
    """Each limit that would reach beyond the doctor's word: which field, and what they said."""
    if answer.kind == DoctorAnswer.Kind.NOT_YET:
        until = terms.expires_on
        if until and (answer.until is None or until < answer.until):
            asked = f"until {clock.said_date(answer.until, year=True)}" if answer.until else "without naming a day"
            yield "expires_on", f"They said not yet, {asked}."
        return
    for field, said, own, unit in (("max_pressure", answer.max_pressure, terms.max_pressure, "pressure {} at most"),
                                   ("minutes", answer.minutes, terms.minutes, "{} minutes at most")):
        if said is not None and (own is None or own > said):
            yield field, f"They allowed {unit.format(said)}."
    if answer.until and (terms.expires_on is None or terms.expires_on > answer.until):
        yield "expires_on", f"Their word counts until {clock.said_date(answer.until, year=True)}."
    if set(answer.excluded_techniques) - set(terms.excluded_techniques):
        yield "excluded_techniques", "They left out more techniques than are ticked here."
    if answer.regions and not _is_within(answer, terms):
        yield "regions", "They allowed work in fewer places."


def _is_within(answer: DoctorAnswer, terms: Terms) -> bool:
    """Whether every place lies inside one the doctor named; no places would be everywhere."""
    allowed = [(place["region"], place["side"]) for place in answer.regions]
    return bool(terms.places) and all(
        any(covers(*place, key) for place in allowed) for region, side in terms.places for key in keys(region, side))
