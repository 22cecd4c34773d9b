"""The shapes of the steps that follow once the practice is open. What other pages ask too is asked by their forms."""

from __future__ import annotations

from typing import Any

from django import forms

from practice.fields import ChoiceOf, LineField, MailField, TextField
from practice.letterhead import MOST_LETTERS, MOST_LINES, PAPERS
from practice.models import Practice
from practice.supply_forms import RoomForm


class LetterheadForm(forms.Form):
    """The practice as letters and clients know it."""

    name = LineField(label="Name of the practice", missing="Write the practice's name.")
    address = TextField(label="Address", max_length=MOST_LETTERS, required=False,
                        help_text=f"As on an envelope, one line each, {MOST_LINES} at most.")
    phone = LineField(label="Telephone", max_length=40, required=False,
                      help_text="Stands in messages, for whoever cannot come.")
    email = MailField(label="E-mail of the practice", help_text="Answers to messages go there. Empty: nobody gets any.")
    paper = ChoiceOf(label="Letters are on", choices=list(PAPERS.items()), widget=forms.RadioSelect)

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        super().__init__(*args, initial={name: getattr(practice, name) for name in self.base_fields}, **kwargs)

    def seen(self) -> dict[str, str]:
        """What is typed, or what stands, to be drawn: right or wrong, within what a letter can hold."""
        return {name: str(self[name].value() or "").replace("\x00", "")[:MOST_LETTERS] for name in self.fields}


class FirstRoomForm(RoomForm):
    """A room, without its place in the order: they are offered as they were added."""

    position = None  # type: ignore[assignment]  # takes the field away
