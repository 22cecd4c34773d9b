"""The product with its double-booking guards taken out, to show that the race test can fail.

Served as `practice.tests.unguarded:application` on a scratch database whose constraints were dropped.
"""

from typing import Any

from practice.wsgi import application
from sessions import booking, diary, objections, supply


def _see_nothing(wish: Any, room: Any, *, buffers: bool) -> tuple[list[Any], Any]:
    return [], room or supply.rooms_for(wish.service)[0]


diary.lock_diary = booking.lock_diary = lambda *_: None
objections.find_clashes = booking.find_clashes = _see_nothing

__all__ = ["application"]
