"""The day sheet: a day's visits on paper, for each therapist or for everybody; what stands when the server is down.

As a page, as a PDF, and written every evening for the day after (`save_day_sheets`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone

from clients.contacts import BOOKED_AHEAD
from clients.contraindications import cautions_for
from clients.limits import bodies_of
from clients.models import Contact
from clients.wishes import PLACES_TO_WORK, wishes_of
from practice import clock
from practice.clock import day_begins
from practice.models import Practice
from practice.typesetting.lines import one_line, placed, placed_all
from practice.typesetting.press import press
from sessions.caution_line import in_one_line
from sessions.models import RELEASED, Appointment

TEMPLATE = Path(__file__).parent / "typesetting" / "day_sheet.typ"
KEPT_DAYS = 7
EVENING = time(18)  # where the practice is; from then on the sheet of the day after is written every hour anew


@dataclass(frozen=True, slots=True)
class Row:
    """One visit on paper; `limits` is empty on the front desk's sheet and on every one kept as a file."""

    begins: str
    ends: str
    client: str
    reach: str  # by phone, else by e-mail
    service: str
    room: str
    therapist: str
    state: str
    needs: tuple[str, ...]
    limits: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One heading with its visits: a therapist, or everybody."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class DaySheet:
    """A day on paper."""

    practice: str
    paper: str
    on: date
    printed_at: datetime
    zone: str
    parts: tuple[Part, ...]
    names_therapist: bool

    @property
    def said_printed(self) -> str:
        """Until when what stands there is known to be true."""
        return f"As of {clock.said(self.printed_at, self.zone)}"


def day_sheet(practice: Practice, on: date, *, by_therapist: bool, with_limits: bool) -> DaySheet:
    """The day's standing visits; `with_limits` only for whoever may know what limits the work."""
    begin, end = day_begins(on, practice.time_zone), day_begins(on + timedelta(days=1), practice.time_zone)
    company = Contact.objects.filter(role__in=BOOKED_AHEAD).order_by("-role", "name")
    visits = list(
        Appointment.objects.filter(practice=practice, starts_at__gte=begin, starts_at__lt=end)
        .exclude(status__in=RELEASED).exclude(status="proposed", expires_at__lte=timezone.now())
        .select_related("client__practice", "therapist__user", "room", "service", "online")
        .prefetch_related(Prefetch("client__contacts", company, to_attr="company")).order_by("starts_at", "pk"))
    limits = _limits(visits, on) if with_limits else {}
    rows = [(visit.therapist, _row(visit, limits.get(visit.pk, ""))) for visit in visits]
    if by_therapist:
        people = {t.pk: t.user.name for t, _ in rows}
        parts = tuple(Part(name, tuple(r for t, r in rows if t.pk == pk))
                      for pk, name in sorted(people.items(), key=lambda item: item[1]))
    else:
        parts = (Part("Everybody", tuple(row for _, row in rows)),)
    return DaySheet(practice.name, practice.paper, on, timezone.now(), practice.time_zone,
                    parts or (Part("Everybody", ()),), not by_therapist)


def _limits(visits: Sequence[Appointment], on: date) -> dict[Any, str]:
    bodies = bodies_of({v.client_id: v.client for v in visits}.values()) if visits else {}
    lines = {v.pk: in_one_line(cautions_for(bodies[v.client_id], on=on, minutes=v.minutes)) for v in visits}
    return {pk: line.words for pk, line in lines.items() if line}


def _row(visit: Any, limits: str) -> Row:
    client, wishes, online = visit.client, wishes_of(visit.client), getattr(visit, "online", None)
    said = [
        f"Getting on the table: {wishes.transfer}" if wishes.transfer else "",
        f"Getting in and onto the table: “{online.remark}”" if online and online.remark else "",
        f"Getting about: {wishes.mobility}" if wishes.mobility else "",
        PLACES_TO_WORK.get(wishes.works_on or "", ""),
        f"The room: {wishes.room_temperature}" if wishes.room_temperature else "",
        *(f"{who.get_role_display()}: {who.name}{f', {who.phone}' if who.phone else ''}" for who in client.company)]
    ends = clock.wall_of(visit.ends_at, visit.time_zone)[1]
    return Row(clock.said_time(visit.wall_time), clock.said_time(ends), client.name, client.phone or client.email,
               visit.service.name, visit.room.name, visit.therapist.user.name,
               visit.get_status_display(), tuple(filter(None, said)), limits)


def day_sheet_pdf(sheet: DaySheet) -> bytes:
    """The sheet as a tagged PDF on the practice's paper, page x of y on each page; refuses with `NotTypeset`."""
    day = clock.said_date(sheet.on, year=True)
    return press(TEMPLATE, {
        "paper": sheet.paper, "title": f"Day sheet, {day}", "practice": one_line(sheet.practice),
        "author": one_line(sheet.practice), "date": [sheet.on.year, sheet.on.month, sheet.on.day],
        "foot": f"{day} · {sheet.said_printed}",
        "parts": [{"heading": placed(day if part.heading == "Everybody" else f"{day}, {part.heading}"),
                   "lead": placed(f"{len(part.rows)} visit{'s' * (len(part.rows) != 1)}. {sheet.said_printed}."),
                   "rows": [_to_print(row, sheet) for row in part.rows]} for part in sheet.parts]})


def _to_print(row: Row, sheet: DaySheet) -> dict[str, Any]:
    place = f"{row.room}, {row.therapist}" if sheet.names_therapist else row.room
    return {"time": row.begins, "until": f"to {row.ends}", "client": placed(row.client), "reach": one_line(row.reach),
            "what": placed(row.service), "place": placed(place), "state": placed(row.state),
            "needs": placed_all(*row.needs), "limits": placed_all(row.limits)}


# --- kept as files -----------------------------------------------------------------------------------------------


def save_day_sheets(now: datetime | None = None) -> list[Path]:
    """Where it is evening, write the sheet of the day after, for each practice; throw away what is a week old."""
    written = []
    for practice in Practice.objects.order_by("pk"):
        today, at, _ = clock.wall_of(now or timezone.now(), practice.time_zone)
        folder = settings.DATA_DIR / "day-sheets" / str(practice.pk)
        if at >= EVENING:
            written.append(save_day_sheet(practice, today + timedelta(days=1)))
        for old in folder.glob("*.pdf"):
            if old.stem < (today - timedelta(days=KEPT_DAYS)).isoformat():
                old.unlink(missing_ok=True)
    return written


def save_day_sheet(practice: Practice, on: date, path: Path | None = None) -> Path:
    """Write one sheet, without a word of what was found, whole or not at all; only its owner can read the file."""
    path = path or settings.DATA_DIR / "day-sheets" / str(practice.pk) / f"{on.isoformat()}.pdf"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pdf = day_sheet_pdf(day_sheet(practice, on, by_therapist=False, with_limits=False))
    handle, unfinished = tempfile.mkstemp(dir=path.parent, suffix=".part")  # made with mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pdf)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    return path
