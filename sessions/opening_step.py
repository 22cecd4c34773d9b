"""The step of opening a practice that belongs to the diary: the first visit."""

from __future__ import annotations

from practice.opening.checklist import Step, is_there, register_step
from sessions.models import Appointment

register_step(Step("visit", 100, "The first visit", "Once one is booked, the doors are open.",
                   lambda: is_there(Appointment), route="sessions:book"))
