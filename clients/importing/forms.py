"""The forms of moving in: a file, what its columns become, whom and what its names mean, one row."""

from __future__ import annotations

from typing import Any

from django import forms

from clients.importing.files import MOST_BYTES, MOST_ROWS
from clients.importing.kinds import Ask, Kind, Kinds
from clients.importing.values import ORDERS
from clients.models import Import, ImportRow
from practice.fields import ChoiceOf

LEFT_OUT = "Leave out"


class FileForm(forms.Form):
    """A list, and of what."""

    kind = ChoiceOf(label="What is on the list", widget=forms.RadioSelect)
    file = forms.FileField(
        label="The list", help_text=f"A CSV file, at most {MOST_BYTES // 1024 // 1024} MB and {MOST_ROWS:,} rows. From "
        "Excel: File, Save as, “CSV UTF-8”. Nothing is brought in before you have seen what becomes of it.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        error_messages={"required": "Choose the file.", "empty": "This file is empty. Export the list once more.",
                        "invalid": "Choose the file."})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind.code, kind.many.capitalize()) for kind in Kinds.known.values()]


class ColumnsForm(forms.Form):
    """One question for each column: what it becomes. Where its days can be read in two ways, how they are written."""

    fields_of = {"mapping": "column_0"}

    def __init__(self, *args: Any, brought: Import, what: Kind, orders: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.brought = brought
        targets = [("", LEFT_OUT), *((t.code, t.label) for t in what.targets if not t.is_clinical)]
        for index, header in enumerate(brought.columns):
            self.fields[f"column_{index}"] = ChoiceOf(
                label=header, choices=targets, required=False, initial=brought.mapping[index])
        if len(orders) != 1:
            self.fields["date_order"] = ChoiceOf(
                label="How the list writes its days", initial=brought.date_order,
                choices=[("", "Choose"), *((code, ORDERS[code]) for code in ORDERS if not orders or code in orders)],
                help_text="No day in it can be read in one way only.",
                missing="Say how the list writes its days: they could be read in more than one order.")
        for tick in what.ticks:
            self.fields[f"tick_{tick.name}"] = forms.BooleanField(
                label=tick.label, help_text=tick.help, required=False, initial=brought.options.get(tick.name, False))

    def mapping(self) -> list[str]:
        """What each column becomes, in their order."""
        return [self.cleaned_data[f"column_{index}"] for index in range(len(self.brought.columns))]

    def options(self) -> dict[str, Any]:
        """What was ticked."""
        return {name.removeprefix("tick_"): value for name, value in self.cleaned_data.items()
                if name.startswith("tick_")}

    def questions(self) -> list[Any]:
        """The columns' own fields."""
        return [self[f"column_{index}"] for index in range(len(self.brought.columns))]

    def further(self) -> list[Any]:
        """The other fields."""
        return [self[name] for name in self.fields if not name.startswith("column_")]


class NamesForm(forms.Form):
    """Whom or what each name of the list means here."""

    def __init__(self, *args: Any, brought: Import, asks: dict[str, Ask], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks = asks
        for code, ask in asks.items():
            said = brought.names.get(code, {})
            for index, name in enumerate(ask.names):
                self.fields[f"{code}_{index}"] = ChoiceOf(
                    label=name, required=False, choices=[("", "Not here: leave these rows out"), *ask.choices],
                    initial=said.get(name, ask.guessed.get(name, "")))

    def names(self) -> dict[str, dict[str, str]]:
        """What was said of each, by target."""
        return {code: {name: self.cleaned_data[f"{code}_{index}"] for index, name in enumerate(ask.names)
                       if self.cleaned_data[f"{code}_{index}"]} for code, ask in self.asks.items()}

    def groups(self) -> list[tuple[str, list[Any]]]:
        """The questions, by what they are about."""
        return [(ask.label, [self[f"{code}_{index}"] for index in range(len(ask.names))])
                for code, ask in self.asks.items()]


class RowForm(forms.Form):
    """The cells of one row that become something."""

    def __init__(self, *args: Any, row: ImportRow, what: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wrong = {one["column"]: one["words"] for one in row.faults}
        for index, code in enumerate(row.of.mapping):
            if code:
                header = row.of.columns[index]
                self.fields[f"cell_{index}"] = forms.CharField(
                    label=header, required=False, max_length=5_000, initial=row.cells[index],
                    help_text=wrong.get(header, ""), error_messages={"max_length": "At most 5,000 letters."})

    def cells(self) -> dict[int, str]:
        """What was written, by column."""
        return {int(name.removeprefix("cell_")): words for name, words in self.cleaned_data.items()}
