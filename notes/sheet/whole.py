"""A draft as a sheet to fill in: what was saved or typed, and what the safety check says of each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms

from clients.body import keys, label
from clients.contraindications import Body, Check
from clients.last_time import last_time
from clients.limits import body_of
from clients.reasons import said_cap
from notes.billing import Billed, billed_in
from notes.choices import whole_number
from notes.events.form import event_forms, events_as_saved
from notes.events.kinds import KINDS
from notes.forms import NoteWords
from notes.measures.form import Readings
from notes.measures.mood import Worrying, worrying_in
from notes.models import Note, Treatment
from notes.record.signing import ReasonRequired, VisitNotStarted, rows_without_reason
from notes.sheet.rows import TreatmentRow, raw, says_something, ways_of, what_was
from notes.sheet.visit import AddedWork, NextVisit, WholeVisit
from notes.totals import Totals, totals_of
from notes.writing import (
    GIVEN,
    LEFT_OUT,
    MOST_TREATMENTS,
    PLANNED,
    SOAP,
    MeasurementInput,
    TreatmentInput,
    check_note,
    given_in,
)
from sessions.caution_line import Line, Told, in_one_line


class Sheet:
    """A draft as it is typed; stands in for a form where a page asks for errors, fields and their summary."""

    def __init__(self, note: Note, data: Mapping[str, Any] | None = None, *,
                 initial: dict[str, Any] | None = None) -> None:
        self.note, self.is_bound = note, data is not None
        source: Mapping[str, Any] = data if data is not None else initial or {}
        count = min(max(whole_number(source.get("rows")) or 0, 0), MOST_TREATMENTS)
        self.words = NoteWords(data, initial=initial)
        self.visit = WholeVisit(data, initial=initial)
        self.next = NextVisit(data, initial=initial)
        self.rows = [TreatmentRow(data, prefix=f"row-{i}", initial=_of_row(source, i) if data is None else None)
                     for i in range(count)]
        ways = self.visit.ways()
        for row in self.rows:
            row.visit = ways
        self.added: AddedWork | None = None
        self.readings = Readings(data, client=note.client.standing, initial=initial)
        self.events = event_forms(data, source, _worked(source, count))
        self.event_kinds = list(KINDS.items())
        self.told = Told((), ())
        self.line: Line | None = None
        self.is_asking = False  # what happened was asked about: signing again goes through
        self.body: Body | None = None  # what is known of the client, once it was checked

    @classmethod
    def of(cls, note: Note) -> Sheet:
        """The draft as it was saved, with a row to fill."""
        sheet = cls(note, initial=_as_saved(note))
        sheet.words.fields["subjective"].widget.attrs["autofocus"] = True
        return sheet.checked()

    @classmethod
    def sent(cls, note: Note) -> tuple[Sheet, dict[str, Any]]:
        """The draft as if it had just been sent as saved, and what was sent."""
        saved = _as_saved(note)
        data = {name: "" if value is None else str(value) for name, value in saved.items() if value is not False}
        return cls(note, data), data

    @classmethod
    def typed(cls, note: Note, data: Mapping[str, Any]) -> Sheet:
        """What is typed and not yet to be judged."""
        return cls(note, initial={**data, "only_me": bool(data.get("only_me"))}).checked()

    @classmethod
    def rearranged(cls, note: Note, data: Mapping[str, Any], *, carry: Sequence[Treatment] = (),
                   added: Sequence[Mapping[str, Any]] = (), drop: int | None = None, confirm: bool = False,
                   opens: bool = False) -> Sheet:
        """What is typed, with rows carried in as planned, added, dropped, confirmed as given; `opens` an empty one."""
        count = min(max(whole_number(data.get("rows")) or 0, 0), MOST_TREATMENTS)
        rows = [row for i in range(count) if i != drop and says_something(row := _of_row(data, i))]
        visit = WholeVisit(initial=dict(data)).ways()
        if carry and not rows and not any(visit.values()):
            visit = ways_of(carry)
            data = {**data, **{f"visit_{name}": said for name, said in visit.items()}}
        there = {(row["place"], row["technique"]) for row in rows}
        again = [raw(row, visit) | _UNCONFIRMED for row in carry]
        rows += [row for row in again if (row["place"], row["technique"]) not in there]
        rows += [{name: row.get(name, "") for name in TreatmentRow.base_fields} for row in added]
        if confirm:
            rows = [row | {"state": GIVEN.value} if row["state"] == PLANNED else row for row in rows]
        sheet = cls.typed(note, _with_rows(dict(data), rows, adds_one=opens))
        if opens and sheet.rows:
            sheet.rows[-1].is_next = True
            sheet.rows[-1].fields["place"].widget.attrs["autofocus"] = True
        return sheet

    def over(self, version: int, data: Mapping[str, Any]) -> Sheet:
        """The same as typed, now to be saved over another version; what was refused is still said."""
        kept = {name: value for name, value in data.items() if not name.endswith("-carried")}
        again = Sheet(self.note, {**kept, "version": str(version)})
        for error in self.words.non_field_errors():
            again.words.add_error(None, error)
        again.words.refusal = self.refusal  # type: ignore[attr-defined]
        again._say_all()
        return again.checked()

    def asked_of_events(self) -> bool:
        """Whether an event says nothing of where or what; then that is asked for at its field, once."""
        asked = [question for event in self.events if (question := event.ask_what_is_missing())]
        self.is_asking = bool(asked)
        if asked:
            self.words.add_error(None, f"{' '.join(asked)} Add it, or press Sign again.")
        return self.is_asking

    def _say_all(self) -> None:
        """Every refusal of a signature, not only the one that decided; a missing reason also at its row."""
        for further in self._refusals()[1:]:
            self.words.add_error(None, further["detail"])
        if not any(refused["code"] == ReasonRequired.code for refused in self._refusals()):
            return
        planned = [(row, given) for row in self.rows if (given := row.as_input()) is not None]
        first_given = next((index for index, (_, given) in enumerate(planned) if given.state == GIVEN), 0)
        asked = (row["treatment"] for row in rows_without_reason(self.note))
        for index in dict.fromkeys(first_given if number is None else number for number in asked):
            for row, _ in planned[index:index + 1]:
                where = label(*str(row["place"].value()).split(":"))
                row.add_error("override_reason", f"Say why it is right today: {where}. Or change this row.")

    def _refusals(self) -> list[dict[str, str]]:
        return list(self.refusal.more.get("refusals", ())) if self.refusal is not None else []

    @property
    def is_early(self) -> bool:
        """Whether signing was refused because the visit has not begun."""
        return any(refused["code"] == VisitNotStarted.code for refused in self._refusals())

    def beside(self, last: Note | None) -> Sheet:
        """The sheet with what each row was last time, where it is changed."""
        before = given_in(last) if last else []
        for row in self.rows if before else ():
            given = row.as_input()
            row.was = what_was(given, before) if given else ""
        return self

    def _inputs(self) -> list[TreatmentInput]:
        return [given for row in self.rows if (given := row.as_input()) is not None]

    @property
    def totals(self) -> Totals:
        """The minutes given so far."""
        return totals_of(self._inputs(), self.note.minutes_of_visit)

    @property
    def billed(self) -> Billed | None:
        """The units they come to with the rest of the day's work, where the practice typed codes."""
        return billed_in(self.note, self._inputs(), self.note.author) if self.totals.minutes else None

    @property
    def has_planned(self) -> bool:
        """Whether something still waits to be confirmed as given."""
        return any(row.whether == PLANNED and not row.is_blank for row in self.rows)

    def checked(self) -> Sheet:
        """The sheet with what the safety check says of each row, and of the body and visit as a whole."""
        if self.rows and all(row.is_blank for row in self.rows):
            self.rows[-1].is_next = True
        planned = [(row, given) for row in self.rows if (given := row.as_input()) is not None]
        self.body = body_of(self.note.client.standing)
        check = check_note(self.note, [given for _, given in planned], body=self.body)
        for index, (row, given) in enumerate(planned):
            row.reasons = tuple(r for r in check.about(index) if r.level != "info")
            row.cap = _cap_of(check, given)
        totals = self.totals
        for row, given in planned:
            row.asks = totals.asks if given.minutes and given.state == GIVEN else ""
        whole = [r for r in check.reasons if r.treatment is None]
        outright = tuple(r for r in whole if r.level in ("stop", "clearance"))
        done = sorted((pair for pair in planned if pair[1].state != LEFT_OUT), key=lambda pair: pair[1].state != GIVEN)
        first = done[0][0] if done else None  # one that was given, where there is one: only it is asked for a reason
        if outright and first and not any(one.override_reason.strip() for _, one in planned if one.state == GIVEN):
            first.reasons = (*outright, *first.reasons)
        body = check_note(self.note, (), body=self.body) if planned else check
        self.line = in_one_line(body)
        self.told = Told(tuple(r for r in body.reasons if r.level != "info"),
                         tuple(r for r in body.reasons if r.level == "info"),
                         last_time(self.note.author, self.note.client.standing, self.note.day))
        return self

    def changes(self) -> dict[str, Any]:
        """What was typed, as `write_note` takes it."""
        return {
            **self.words.words(), **self.next.plan(), "expected_version": self.words.cleaned_data["version"],
            "visibility": "author" if self.words.cleaned_data["only_me"] else "therapists",
            "treatments": self._inputs(),
            "events": [event.as_input() for event in self.events],
            "measurements": [MeasurementInput(*reading) for reading in self.readings.readings()]}

    @property
    def worrying(self) -> list[Worrying]:
        """The scores on the sheet that the practice looks closer at."""
        return worrying_in(self.note, self.readings.standing())

    # --- what a form answers to a page -------------------------------------------------------------------------

    def _forms(self) -> list[forms.Form]:
        return [self.words, self.visit, *self.rows, *self.events, self.readings, self.next,
                *([self.added] if self.added else [])]

    def is_valid(self) -> bool:
        return not self.errors

    @property
    def errors(self) -> list[Any]:
        return [form.errors for form in self._forms() if form.errors]

    def non_field_errors(self) -> list[str]:
        return [error for form in self._forms() for error in form.non_field_errors()]

    def __iter__(self) -> Iterator[forms.BoundField]:
        return (field for form in self._forms() for field in form)

    @property
    def refusal(self) -> Any:
        return getattr(self.words, "refusal", None)


# Of a row carried forward, nothing is said about today yet.
_UNCONFIRMED = {"state": PLANNED.value, "response": "", "tolerated": "", "override_reason": ""}


def _as_saved(note: Note) -> dict[str, Any]:
    initial: dict[str, Any] = {name: getattr(note, name) for name in SOAP}
    initial |= {"version": note.version, "only_me": note.visibility == "author"}
    initial |= NextVisit.initial_of(note.next_in_days, note.next_focus)
    initial |= {f"{m.measure}_{m.when}": m.value.normalize() + 0 for m in note.measurements.all()}
    rows = list(note.treatments.all())
    visit = ways_of(rows)
    initial |= {f"visit_{name}": said for name, said in visit.items()}
    initial |= events_as_saved(note)
    return _with_rows(initial, [raw(given, visit) for given in rows])


def _of_row(data: Mapping[str, Any], index: int) -> dict[str, Any]:
    row = {name: data.get(f"row-{index}-{name}", "") for name in TreatmentRow.base_fields}
    return row | {"state": row["state"] or GIVEN.value}  # what counts where nothing is said is shown as chosen


def _worked(source: Mapping[str, Any], rows: int) -> list[str]:
    """Where and how these rows worked, as an event names it."""
    chosen = [(source.get(f"row-{i}-place") or "", source.get(f"row-{i}-technique") or "") for i in range(rows)]
    return [f"{place} {technique}" for place, technique in chosen if place and technique]


def _with_rows(initial: dict[str, Any], rows: Sequence[Mapping[str, Any]], *, adds_one: bool = False,
               ) -> dict[str, Any]:
    """What is typed with these rows, and an empty one to fill where it is asked for or there is none."""
    count = min(len(rows) + 1 if adds_one or not rows else len(rows), MOST_TREATMENTS)
    flat = {f"row-{i}-{name}": value for i, row in enumerate(rows[:MOST_TREATMENTS]) for name, value in row.items()}
    kept = {name: value for name, value in initial.items() if not name.startswith("row-")}
    return {**kept, **flat, "rows": count}


def _cap_of(check: Check, row: TreatmentInput) -> str:
    """The least cap of the row's places in words, "" where there is none."""
    caps = [cap for key in keys(row.region, row.side) if (cap := check.max_pressure_by_region.get(key)) is not None]
    return said_cap(min(caps, key=lambda cap: -1 if cap == "none" else cap)) if caps else ""
