"""What a refusal leaves open to the person in front of the page: a reason to go on all the same, other times."""

from __future__ import annotations

from datetime import datetime

from django.forms import Form
from django.utils import timezone

from practice import clock
from practice.models import Membership, Room
from practice.refusals import Refusal
from sessions.clashes import find_clashes
from sessions.objections import is_for_nobody
from sessions.wished import Wish

_BY_ANYONE = frozenset({"slot_taken", "outside_working_hours", "too_short_notice", "beyond_horizon", "invalid"})
_OF_THE_BODY = frozenset({"client_in_relapse", "contraindicated", "clearance_missing"})
_BY_THERAPISTS = _BY_ANYONE | _OF_THE_BODY


def takes_a_reason(refusal: Refusal | None, member: Membership, wish: Wish | None = None,
                   room: Room | None = None) -> bool:
    """Whether a reason may lift all of this for this role. The verb decides; a page only offers the field.

    A taken time is offered where only the break around another visit is in the way, never the visit itself.
    """
    if refusal is None:
        return False
    codes = {r["code"] for r in _all_of(refusal)}
    if codes == {"invalid"} and "late with a reason" not in refusal.detail:
        return False
    if "slot_taken" in codes and (wish is None or find_clashes(wish, room, buffers=False)[0]):
        return False
    if is_for_nobody(refusal):
        return False
    return codes <= (_BY_THERAPISTS if member.may_see_clinical else _BY_ANYONE)


def plainly(form: Form) -> None:
    """A refusal on a form without its “Free instead”: the page has these times to press."""
    refusal = getattr(form, "refusal", None)
    if refusal is None or not refusal.more.get("nearest") or not refusal.more.get("refusals"):
        return
    told = refusal.more["refusals"]
    for errors in form.errors.values():
        errors[:] = [told[0]["detail"] if error == refusal.detail else error for error in errors]


def nearest_times(refusal: Refusal | None, zone: str) -> list[tuple[datetime, str]]:
    """The free times a refusal named, each with its words."""
    if refusal is None:
        return []
    starts = [datetime.fromisoformat(iso) for iso in refusal.more.get("nearest", [])]
    today = clock.wall_of(timezone.now(), zone)[0]
    return [(start, clock.said(start, zone, today=today)) for start in starts]


def other_words(refusal: Refusal | None) -> list[str]:
    """What else speaks against it, beyond the first refusal."""
    return [r["detail"] for r in refusal.more.get("refusals", [])[1:]] if refusal else []


def is_taken(refusal: Refusal | None) -> bool:
    """Whether a visit of somebody is in the way."""
    return any(r["code"] == "slot_taken" for r in _all_of(refusal))


def words_against(refusal: Refusal | None) -> list[str]:
    """Everything that speaks against it, each in a sentence, without the free times."""
    return [r["detail"] for r in _all_of(refusal)]


def times_against(refusal: Refusal | None) -> list[str]:
    """What speaks against the time itself, before anybody pressed; the body is told elsewhere on the page."""
    return [r["detail"] for r in _all_of(refusal) if r["code"] not in _OF_THE_BODY]


def _all_of(refusal: Refusal | None) -> list[dict[str, str]]:
    if refusal is None:
        return []
    return refusal.more.get("refusals") or [{"code": refusal.code, "detail": refusal.detail}]
