"""The diary: visits, what is on hold and why, plans for the return and for many at once, who waits, and calendars."""

from sessions.models.calendars import BusyTime, CalendarFeed, OutsideFeed
from sessions.models.many import BulkMove, BulkPlan
from sessions.models.recalls import Recall
from sessions.models.returning import CheckIn, Hold, Plan, PlanMove
from sessions.models.visits import RELEASED, Appointment, AppointmentEvent, OnlineBooking, Series
from sessions.models.waiting import FreedTime, WaitlistEntry, WaitlistOffer

__all__ = [
    "RELEASED", "Appointment", "AppointmentEvent", "BulkMove", "BulkPlan", "BusyTime", "CalendarFeed", "CheckIn",
    "FreedTime", "Hold", "OnlineBooking", "OutsideFeed", "Plan", "PlanMove", "Recall", "Series", "WaitlistEntry",
    "WaitlistOffer",
]
