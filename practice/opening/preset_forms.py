"""The proposed services on one page: each a tick and what may be changed of it, together one form."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django import forms

from practice.models import Membership, Service
from practice.offers import Offer
from practice.opening.presets import SERVICES, ServicePreset
from practice.supply_forms import ServiceForm


class PresetForm(ServiceForm):
    """One proposed service. Unticked, nothing of it is looked at."""

    take = forms.BooleanField(required=False)
    def __init__(self, *args: Any, member: Membership, preset: ServicePreset, in_use: Collection[str], **kwargs: Any,
                 ) -> None:
        super().__init__(*args, member=member, prefix=preset.code, **kwargs)
        self.preset, self.is_there = preset, preset.name.casefold() in in_use
        self.initial = {name: getattr(preset, name) for name in ("name", "minutes", "buffer_before", "buffer_after")}
        self.initial["take"] = preset.is_ticked and not in_use
        for name in ("therapists", "rooms", "skills", "new_skills"):
            self.fields.pop(name, None)
        self.fields["take"].label = preset.name
        self.fields["take"].help_text = preset.why
        self.fields["buffer_before"].label, self.fields["buffer_after"].label = "Free before", "Free after"

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and not self.is_taken:
            self._errors = forms.utils.ErrorDict()

    @property
    def is_taken(self) -> bool:
        """Whether its box is ticked."""
        return bool(self["take"].value())

    def offer(self) -> Offer:
        """What was typed, as the verb takes it."""
        said = self.cleaned_data
        return Offer(said["name"], said["minutes"], said["buffer_before"], said["buffer_after"], said["price"])


class Presets:
    """All of them, answering as one form does: to the page, to its summary of errors, and to a verb's refusal."""

    def __init__(self, member: Membership, sent: Any = None) -> None:
        rows = Service.objects.visible_to(member).filter(is_active=True)
        in_use = {name.casefold() for name in rows.values_list("name", flat=True)}
        self.forms = {preset.code: PresetForm(sent, member=member, preset=preset, in_use=in_use)
                      for preset in SERVICES}
        self.is_bound, self._own = sent is not None, list[str]()
        self.fields = {f"{code}-{name}": field
                       for code, form in self.forms.items() for name, field in form.fields.items()}

    def __iter__(self) -> Iterator[forms.BoundField]:
        return (field for form in self.forms.values() if form.is_taken for field in form)

    def is_valid(self) -> bool:
        """Whether every ticked one can be taken, and one is ticked."""
        if not self.taken:
            self.add_error(None, "Tick what you offer. You can write others of your own afterwards.")
        wrong = [form for form in self.taken.values() if not form.is_valid()]  # each of them is looked at
        return not wrong and not self._own

    @property
    def taken(self) -> dict[str, PresetForm]:
        """Those that are ticked, by code."""
        return {code: form for code, form in self.forms.items() if form.is_taken}

    @property
    def errors(self) -> list[str]:
        """What is to put right; empty where nothing is."""
        if not self.is_bound:
            return []
        return [*self._own, *(str(error) for field in self for error in field.errors)]

    def non_field_errors(self) -> list[str]:
        """What speaks about no field."""
        return self._own

    def add_error(self, field: str | None, words: str) -> None:
        """Put what a verb refused beside its field, named "code-field"."""
        code, _, name = (field or "").partition("-")
        if code in self.forms and name in self.forms[code].fields:
            self.forms[code].add_error(name, words)
        else:
            self._own.append(words)

    def offers(self) -> dict[str, Offer]:
        """What is taken, by code."""
        return {code: form.offer() for code, form in self.taken.items()}
