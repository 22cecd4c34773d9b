"""What somebody looks for in the log: whose, of which kind, about which day, between which days."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet

from practice import outbox
from practice.clock import day_begins
from practice.fields import DayField
from practice.log.shelves import SHELF_OF_STATE
from practice.log.subjects import CLIENTS_LIKE, VISITS_ON, about_visits
from practice.models import Membership, Message

CHANNELS = {"email": "E-mail", "sms": "Text message", "secure": "Secure e-mail"}
_LONGEST = 100


class LogForm(forms.Form):
    """A search through the log; what is not understood is passed over."""

    who = forms.CharField(required=False, label="Client, address or phone", max_length=_LONGEST,
                          widget=forms.TextInput(attrs={"type": "search", "placeholder": "Client, address or phone",
                                                        "autocomplete": "off", "spellcheck": "false"}))
    kind = forms.ChoiceField(required=False, label="Kind")
    channel = forms.ChoiceField(required=False, label="By", choices=[("", "Any way"), *CHANNELS.items()])
    state = forms.ChoiceField(required=False, label="State", choices=[("", "Any"), *Message.State.choices])
    visit_on = DayField(required=False, label="About a visit on")
    first_on = DayField(required=False, label="From")
    last_on = DayField(required=False, label="To")
    client = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        kinds = sorted(((kind.code, kind.name) for kind in outbox.KINDS.values()), key=lambda pair: pair[1])
        self.fields["kind"].choices = [("", "All kinds"), *kinds]  # type: ignore[attr-defined]
        self.is_valid()
        self.said: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def shelf(self) -> str:
        """The view in which messages of the wished state stand; empty where no state was named."""
        return SHELF_OF_STATE.get(self.said.get("state", ""), "")

    @property
    def is_narrow(self) -> bool:
        """Whether anything was asked beyond whose they are."""
        return bool(self.said.keys() - {"client", "who"})

    def found(self, rows: QuerySet[Message]) -> QuerySet[Message]:
        """The messages that fit everything asked; days are those on which they were due."""
        said = self.said
        columns = {"kind": "kind", "channel": "channel", "client": "client_id", "state": "state"}
        rows = rows.filter(**{column: said[name] for name, column in columns.items() if name in said})
        if "visit_on" in said:
            visits = set(chain.from_iterable(on(self.member, said["visit_on"]) for on in VISITS_ON))
            rows = rows.filter(about_visits(visits))
        zone = self.member.practice.time_zone
        if "first_on" in said:
            rows = rows.filter(due_at__gte=day_begins(said["first_on"], zone))
        if "last_on" in said:
            rows = rows.filter(due_at__lt=day_begins(said["last_on"] + timedelta(days=1), zone))
        return rows.filter(self._whose(said["who"])) if "who" in said else rows

    def _whose(self, words: str) -> Q:
        """Clients who fit, whoever has this very address, and others by a part of name or address."""
        clients: set[UUID] = set(chain.from_iterable(like(self.member, words) for like in CLIENTS_LIKE))
        others = Q(client_id=None) & (Q(to_name__icontains=words) | Q(to_address__icontains=words))
        return Q(client_id__in=clients) | Q(to_address__in={words, words.lower()}) | others
