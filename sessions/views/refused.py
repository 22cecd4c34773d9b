"""What a refusal leaves open to the person in front of the page: a reason to go on all the same, other times."""

from __future__ import annotations

from datetime import datetime

from practice import clock
from practice.models import Membership
from practice.refusals import Refusal
from sessions.objections import Wish, find_clash

_BY_ANYONE = frozenset({"slot_taken", "outside_working_hours", "beyond_horizon", "invalid"})
_BY_THERAPISTS = _BY_ANYONE | {"client_in_relapse", "contraindicated", "clearance_missing"}


def takes_a_reason(refusal: Refusal | None, member: Membership, wish: Wish | None = None) -> bool:
    """Whether a reason may lift all of this for this role. The verb decides; a page only offers the field.

    A taken time is offered where only the break around another visit is in the way, never the visit itself.
    """
    if refusal is None:
        return False
    codes = {r["code"] for r in refusal.more.get("refusals", [])} or {refusal.code}
    if codes == {"invalid"} and "late" not in refusal.detail:
        return False
    if "slot_taken" in codes and (wish is None or find_clash(wish, None, buffers=False)[0] is not None):
        return False
    return codes <= (_BY_THERAPISTS if member.may_see_clinical else _BY_ANYONE)


def nearest_times(refusal: Refusal | None, zone: str) -> list[tuple[datetime, str]]:
    """The free times a refusal named, each with its words."""
    if refusal is None:
        return []
    starts = [datetime.fromisoformat(iso) for iso in refusal.more.get("nearest", [])]
    return [(start, clock.said(start, zone)) for start in starts]


def other_words(refusal: Refusal | None) -> list[str]:
    """What else speaks against it, beyond the first refusal."""
    return [r["detail"] for r in refusal.more.get("refusals", [])[1:]] if refusal else []
