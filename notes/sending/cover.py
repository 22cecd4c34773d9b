"""The page in front of a letter that goes by post or fax: to whom, from whom, how many pages, and if it went astray."""

from __future__ import annotations

from pathlib import Path

from notes.models import Sending
from practice import clock
from practice.typesetting.lines import one_line, placed, placed_all
from practice.typesetting.press import press

TEMPLATE = Path(__file__).parent.parent / "typesetting" / "cover.typ"


def cover_pdf(sending: Sending, *, pages: int) -> bytes:
    """The cover page; it names nobody but sender and receiver. `pages` counts all of them, this one too."""
    practice, doctor = sending.practice, sending.doctor
    on = clock.wall_of(sending.created_at, practice.time_zone)[0]
    is_fax = sending.way == Sending.Way.FAX
    here = [line.strip() for line in practice.address.splitlines() if line.strip() and line.strip() != practice.name]
    back = f" Ring {one_line(practice.phone)} and destroy it." if practice.phone else " Tell us and destroy it."
    lines = sending.to_address.splitlines() if not is_fax else doctor.address_lines()
    return press(TEMPLATE, {
        "paper": practice.paper, "title": "Fax" if is_fax else "Letter", "author": one_line(sending.sent_by.name),
        "date": [on.year, on.month, on.day], "practice": placed(practice.name),
        "ways": placed_all(", ".join(here), " · ".join(filter(None, (practice.phone, practice.email)))),
        "kind": "Fax" if is_fax else "Letter", "on": clock.said_date(on, year=True),
        "to": placed_all(doctor.name, doctor.specialty, *lines),
        "rows": [{"name": name, "value": placed(value)} for name, value in (
            ("Fax", sending.to_address if is_fax else ""), ("Telephone", doctor.phone),
            ("From", f"{sending.sent_by.name}, {practice.name}"), ("Answer to", practice.phone or practice.email),
            ("Pages", f"{pages}, this one included")) if value],
        "confidential": placed(
            "Confidential. This is about somebody’s health and is meant for the person named above alone. Did it reach "
            f"you by mistake?{back}")})
