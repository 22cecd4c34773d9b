"""Readings as they are typed on the sheet: the client's few at once, the rest one fold away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from clients.models import Client
from notes.measures.measure import KINDS, Measure
from notes.measures.of_client import usual_of, with_goals


@dataclass(frozen=True, slots=True)
class Asked:
    """One measure on the sheet with its fields: before and after, or the one."""

    measure: Measure
    fields: tuple[forms.BoundField, ...]

    @property
    def is_pair(self) -> bool:
        return len(self.fields) == 2

    @property
    def is_touched(self) -> bool:
        """Whether something stands in it, or has to be put right."""
        return any(field.errors or field.value() not in (None, "") for field in self.fields)


class Readings(forms.Form):
    """Every measure this client can be asked, before and after; what is read once, once."""

    def __init__(self, data: Mapping[str, Any] | None, *, client: Client, initial: Mapping[str, Any] | None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        source = data if data is not None else initial or {}
        usual = usual_of(client)
        standing = {goal.code for goal in usual.goals if goal.ended_on is None}
        self.measures = {
            code: measure for code, measure in with_goals(usual.goals).items()
            if any(source.get(f"{code}_{when}") not in (None, "") for when in measure.times)
            or ((measure.kind != "goal" or code in standing) and (measure.kind != "questionnaire" or usual.asks_mood))}
        for code, measure in self.measures.items():
            for when in measure.times:
                self.fields[f"{code}_{when}"] = _field(measure, when)
        held = [code for code in self.measures if any(source.get(f"{code}_{w}") for w in ("before", "after"))]
        self.at_first = set(usual.first(held)) | {c for c, m in self.measures.items() if m.kind == "goal"}

    def readings(self) -> list[tuple[str, str, Any]]:
        """What was typed: measure, when, value."""
        typed = [(code, when, self.cleaned_data[f"{code}_{when}"]) for code, measure in self.measures.items()
                 for when in measure.times]
        return [row for row in typed if row[2] is not None]

    def standing(self) -> list[tuple[str, Any]]:
        """Each measure read once that holds a number, typed or saved."""
        found = []
        for code in self.measures:
            try:
                found.append((code, forms.DecimalField().clean(self[f"{code}_before"].value())))
            except (KeyError, forms.ValidationError):
                continue
        return found

    def asked(self) -> list[Asked]:
        """The questions and own goals shown at once, each with one field."""
        return [row for row in self._rows() if self._is_first(row) and not row.is_pair]

    def pairs(self) -> list[Asked]:
        """The measures shown at once that are read before and after."""
        return [row for row in self._rows() if self._is_first(row) and row.is_pair]

    def more(self) -> list[tuple[str, list[Asked]]]:
        """The rest, by kind."""
        rest = [row for row in self._rows() if not self._is_first(row)]
        return [(words, rows) for kind, words in KINDS.items()
                if (rows := [row for row in rest if row.measure.kind == kind])]

    def _is_first(self, row: Asked) -> bool:
        return row.measure.code in self.at_first or row.is_touched

    def _rows(self) -> list[Asked]:
        return [Asked(measure, tuple(self[f"{code}_{when}"] for when in measure.times))
                for code, measure in self.measures.items() if measure.times]


def _field(measure: Measure, when: str) -> forms.DecimalField:
    span = f"{measure.name} goes from {measure.low} to {measure.high}."
    single = measure.question or measure.name
    return forms.DecimalField(
        label=single if len(measure.times) == 1 else f"{measure.name} {when}", required=False, min_value=measure.low,
        max_value=measure.high, max_digits=7, decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "text" if measure.low < 0 else "decimal", "step": "any"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value", "max_digits"), span))
