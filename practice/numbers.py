"""The numbers a practice decides for itself: how long things are kept, asked again, and booked ahead."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from practice import audit
from practice.access import Actor, Role
from practice.models import LEAST_YEARS, Practice
from practice.refusals import BadInput, NotAllowed


@dataclass(frozen=True, slots=True)
class Number:
    """One number: what it is called and for, its bounds (both included), what it counts.

    Where something is `suggested`, it is our proposal (P), and the page says so: no source gives it but one
    named with it.
    """

    name: str
    label: str
    help: str
    least: int
    most: int
    counted_in: str
    may_be_empty: bool = False
    one_of: tuple[int, ...] = ()
    suggested: str = ""

    @property
    def hint(self) -> str:
        """What it is for, and what we suggest."""
        return f"{self.help} Suggested: {self.suggested}.".strip() if self.suggested else self.help

    @property
    def words(self) -> str:
        """What to write, in words."""
        if self.one_of:
            return f"Choose {', '.join(map(str, self.one_of[:-1]))} or {self.one_of[-1]} {self.counted_in}."
        empty = ", or leave it empty for never" if self.may_be_empty else ""
        return f"Write a number from {self.least} to {self.most} {self.counted_in}{empty}."


NUMBERS: dict[str, Number] = {n.name: n for n in (
    Number("retention_years", "Keep what is written for (years)",
           "After the last contact; a child’s years from the 18th birthday. Never less than four, the least any rule "
           "we found asks (NCBTMB, Standards III). "
           "Your law decides.",
           LEAST_YEARS, 100, "years",
           suggested="10, as Ontario’s college of massage therapists says (CMTO)"),
    Number("intake_every_months", "Ask the intake again after (months)", "Empty: never again.",
           1, 120, "months", may_be_empty=True, suggested="12"),
    Number("slot_grid_minutes", "Open times begin every (minutes)", "Counted from midnight.", 5, 60, "minutes",
           one_of=(5, 10, 15, 20, 30, 60)),
    Number("horizon_days", "Visits are booked ahead for (days)", "", 7, 1100, "days"),
    Number("notice_minutes", "You book no later than this before a visit (minutes)",
           "0: until it begins. The front desk may book later with a reason.", 0, 10080, "minutes"),
    Number("client_notice_hours", "Clients book for themselves no later than this before a visit (hours)",
           "", 0, 720, "hours", suggested="24"),
    Number("client_change_hours", "Clients move or cancel no later than this before a visit (hours)",
           "", 0, 720, "hours", suggested="24"),
    Number("waitlist_offers", "Time that comes free is offered to so many people on the waitlist at once",
           "0: nobody is written to, you offer by hand.", 0, 20, "people", suggested="3"),
    Number("waitlist_offer_hours", "Such an offer lasts for (hours)",
           "Never beyond the visit’s start less your notice.", 1, 72, "hours", suggested="2"),
    Number("confirm_days", "Ask clients to say yes so many days before a visit",
           "The reminder then asks whether they come; who has not said so the day before stands "
           "on Today, to be rung. 0: nobody is asked.", 0, 14, "days", suggested="0, which is off"),
    Number("check_before_hours", "Send the questions before a visit so many hours ahead",
           "A message of its own, where the reminder of that day does not ask them and nobody "
           "has answered. 0: the reminder alone leads to them.", 0, 48, "hours", one_of=(0, 24, 36, 48),
           suggested="0, which is off"),
    Number("follow_up_days", "Clients are asked how it was so many days after a visit",
           "Soreness shows by the next day, help often lasts longer. 0: nobody is asked.",
           0, 7, "days", suggested="3"),
    Number("messages_per_day", "Messages to one client on one day",
           "Answers to what they do themselves, and changes of their visits, do not count.",
           1, 5, "messages", suggested="1"),
    Number("messages_per_week", "The same in any seven days",
           "What is due on one day leaves as one message; a reminder of a visit goes first.",
           1, 14, "messages", suggested="3"),
    Number("quiet_from_hour", "Quiet hours begin at (hour)",
           "Nobody is written to then, on their own clock. US law: no sales calls after 21:00 (47 CFR 64.1200(c)(1)).",
           17, 23, "o’clock"),
    Number("quiet_until_hour", "Quiet hours end at (hour)",
           "US law: not before 8:00 (47 CFR 64.1200(c)(1)).",
           6, 11, "o’clock"),
    Number("reminder_gap_hours", "No reminder within so many hours of the confirmation",
           "0: it leaves in any case.", 0, 72, "hours", suggested="12"),
    Number("summary_after_visits", "A summary for the doctor is suggested after so many visits",
           "0: never for their number; a reaction, a relapse or a year still suggest one.",
           0, 100, "visits", suggested="8"),
    Number("intake_reminder_days", "Intake questions nobody answered are asked once more so many days before the visit",
           "0: they are not.", 0, 14, "days", suggested="3"),
    Number("recall_weeks", "A client without a next visit is written to after (weeks without one)",
           "Once after each last visit, with the link to book. Empty: nobody is.",
           2, 104, "weeks", may_be_empty=True, suggested="12"),
    Number("lock_minutes", "Staff pages lock after (minutes without a touch)",
           "Clients’ pages never lock.", 5, 60, "minutes", suggested="15"),
    Number("share_openings", "A link to a doctor opens so many times",
           "For what is shared from now on; each look and each download counts.", 1, 200, "times", suggested="20"),
)}


@transaction.atomic
def change_numbers(*, practice: Practice, by: Actor, **numbers: int | None) -> Practice:
    """Change some of a practice's numbers, from now on; what is on hold or asked already stays as it is.

    For the owner. Refuses unknown numbers and those out of bounds.
    """
    if by.role != Role.OWNER or by.practice_id != practice.pk:
        raise NotAllowed("These numbers are the owner's to decide. Ask them.")
    practice = Practice.objects.select_for_update(no_key=True).get(pk=practice.pk)
    for name, value in numbers.items():
        number = NUMBERS.get(name)
        if number is None:
            raise BadInput("There is no such number.", field=name)
        if value is None and number.may_be_empty:
            continue
        if value is None or not number.least <= value <= number.most or value not in (number.one_of or (value,)):
            raise BadInput(number.words, field=name)
    changed = [name for name, value in numbers.items() if getattr(practice, name) != value]
    for name in changed:
        setattr(practice, name, numbers[name])
    if changed:
        practice.save(update_fields=changed)
        audit.record(by=by, verb="practice_changed", subject=practice, fields=changed)
    return practice
