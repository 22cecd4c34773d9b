"""The shapes of what the owner says about services, rooms, hours, time off and closed days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms

from practice import clock, stretches
from practice.closures import Holiday, countries, regions_of, with_substitutes
from practice.fields import ChoiceOf, ClockField, DayField, LineField, NumberField, RowField, SomeOf
from practice.hours import LAST_DAY
from practice.models import Membership, Room, Service, Skill
from practice.money import price_from, typed_price
from practice.offers import LONGEST, MOST_BUFFER, MOST_NOTE, SHORTEST, Offer
from practice.stretches import EXAMPLE, Stretch

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_AND_ANOTHER = "Separate several with commas."


def therapists_of(member: Membership) -> Any:
    """Who gives sessions in this member's practice, by name."""
    rows = Membership.objects.visible_to(member).filter(is_therapist=True, is_active=True)
    return rows.select_related("user", "practice").order_by("user__name", "pk")


class RowsField(forms.ModelMultipleChoiceField):
    """Any rows of the practice, as boxes to tick."""

    def __init__(self, **kwargs: Any) -> None:
        words = dict.fromkeys(("invalid_choice", "invalid_pk_value", "list"), "Choose from the list.")
        super().__init__(None, required=False, widget=forms.CheckboxSelectMultiple, error_messages=words, **kwargs)


class SkillsForm(forms.Form):
    """Skills of the practice as boxes to tick, and new ones by name."""

    skills = SomeOf(label="Has these")
    new_skills = LineField(label="Another skill", required=False, max_length=200, help_text=_AND_ANOTHER)

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        names = [skill.name for skill in Skill.objects.visible_to(member)]
        self.fields["skills"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        if not names:
            del self.fields["skills"]

    def names(self) -> tuple[str, ...]:
        """Every skill ticked or typed."""
        typed = [part.strip() for part in self.cleaned_data["new_skills"].split(",")]
        return (*self.cleaned_data.get("skills", ()), *filter(None, typed))


class ServiceForm(SkillsForm):
    """What is offered: its length, what is kept free around it, its price, by whom, where, with which skills."""

    name = LineField(label="Name", max_length=60, missing="Write a name, for example Neuro 45.")
    minutes = NumberField(label="Minutes", least=SHORTEST, most=LONGEST, counted_in="minutes")
    buffer_before = NumberField(label="Kept free before, for transfer (minutes)", least=0, most=MOST_BUFFER,
                                counted_in="minutes", initial=0)
    buffer_after = NumberField(label="Kept free after, for cooling and airing (minutes)", least=0, most=MOST_BUFFER,
                               counted_in="minutes", initial=0)
    price = LineField(label="Price", required=False, max_length=20)
    therapists = RowsField(label="Given by", help_text="None ticked: by everybody who has the skills it needs.")
    rooms = RowsField(label="Given in", help_text="None ticked: in every room.")

    field_order = ("name", "minutes", "buffer_before", "buffer_after", "price", "therapists", "rooms", "skills",
                   "new_skills")

    def __init__(self, *args: Any, member: Membership, service: Service | None = None, **kwargs: Any) -> None:
        self.currency = member.practice.currency
        super().__init__(*args, member=member, initial=self._as_it_is(service), **kwargs)
        self.fields["therapists"].queryset = therapists_of(member)  # type: ignore[attr-defined]
        self.fields["rooms"].queryset = Room.objects.visible_to(member).filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["price"].label = f"Price in {self.currency}"
        self.fields["new_skills"].label = "Another skill it needs" if "skills" in self.fields else "Skills it needs"
        if "skills" in self.fields:
            self.fields["skills"].label = "Skills it needs"

    def _as_it_is(self, service: Service | None) -> dict[str, Any]:
        if service is None:
            return {}
        plain = {name: getattr(service, name) for name in ("name", "minutes", "buffer_before", "buffer_after")}
        return plain | {
            "price": typed_price(service.price, self.currency), "therapists": service.therapists.all(),
            "rooms": service.rooms.all(), "skills": [skill.name for skill in service.needed_skills.all()]}

    def clean_price(self) -> int | None:
        try:
            return price_from(self.cleaned_data["price"], self.currency)
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from wrong

    def offer(self) -> Offer:
        """What was typed, as the verb takes it."""
        said = self.cleaned_data
        return Offer(said["name"], said["minutes"], said["buffer_before"], said["buffer_after"], said["price"],
                     tuple(said["therapists"]), tuple(said["rooms"]), self.names())


class SupervisorForm(forms.Form):
    """Who co-signs a therapist's notes."""

    supervisor = RowField(label="Notes are co-signed by", required=False, empty_label="Nobody: they stand alone",
                          help_text="From the next note on. What waits already stays waiting.")

    def __init__(self, *args: Any, person: Membership, **kwargs: Any) -> None:
        super().__init__(*args, initial={"supervisor": person.supervisor_id}, **kwargs)
        self.fields["supervisor"].queryset = therapists_of(person).exclude(pk=person.pk)  # type: ignore[attr-defined]


class RoomForm(forms.Form):
    """A room: its name, how one gets in, how warm it is, and its place in the order."""

    name = LineField(label="Name", max_length=60, missing="Write a name, for example Garden room.")
    access_notes = LineField(label="Getting in", required=False, max_length=MOST_NOTE,
                             help_text="Step-free, hoist, table height. Shown where one books.")
    temperature_notes = LineField(label="Temperature", required=False, max_length=MOST_NOTE,
                                  help_text="Stays at 20 °C, warms up in the afternoon. Shown where one books.")
    position = NumberField(label="Place in the order", least=0, most=999, initial=0,
                           help_text="The first free room is offered first.")


class HoursField(LineField):
    """Stretches of a day: "09:00–12:00, 13:00–17:00"."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}))
        super().__init__(max_length=200, **kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        try:
            return stretches.stretches_from(typed)
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from wrong


class WeekForm(forms.Form):
    """A week of work, and from which date it holds."""

    def __init__(self, *args: Any, week: dict[int, list[Stretch]], today: date, **kwargs: Any) -> None:
        initial = {f"day_{day}": stretches.said(found) for day, found in week.items()} | {
            "since": today + timedelta(days=7 - today.weekday())}
        super().__init__(*args, initial=initial, **kwargs)
        for day, name in enumerate(DAYS):
            self.fields[f"day_{day}"] = HoursField(label=name, required=False)
        self.fields["since"] = DayField(label="From", help_text="The days before keep their hours.")
        self.fields["until"] = DayField(label="Until", required=False, help_text="Empty: until you change them again.")

    def days(self) -> list[forms.BoundField]:
        """The fields of the seven days, for the page."""
        return [self[f"day_{day}"] for day in range(7)]

    def week(self) -> dict[int, list[Stretch]]:
        """The stretches of each day, Monday is 0."""
        return {day: self.cleaned_data[f"day_{day}"] for day in range(7)}


class DayHoursForm(forms.Form):
    """Other hours on one date."""

    on = DayField(label="Date")
    hours = HoursField(label="Hours of that day",
                       help_text=f"For example {EXAMPLE}. They hold in the place of the usual ones.",
                       missing="Write the hours of that day. Not working at all is time off.")
    reason = LineField(label="Why", required=False)


class TimeOffForm(forms.Form):
    """Who is away from when until when: whole days, or from and until a time."""

    WHICH = (("0", "The first"), ("1", "The second, after clocks went back"))

    therapist = RowField(label="Who", empty_label=None)
    first = DayField(label="First day")
    first_at = ClockField(label="Away from", help_text="Empty: the whole day.")
    first_which = forms.ChoiceField(label="Which of the two?", required=False, widget=forms.HiddenInput, choices=WHICH)
    last = DayField(label="Last day", required=False, help_text="Empty: that day only.")
    last_at = ClockField(label="Back at", help_text="Empty: the day after.")
    last_which = forms.ChoiceField(label="Which of the two?", required=False, widget=forms.HiddenInput, choices=WHICH)
    reason = LineField(label="Why", required=False, help_text="For your colleagues; clients are not told.")

    fields_of = {"starts_at": "first", "ends_at": "last"}

    def __init__(self, *args: Any, member: Membership, own_only: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = therapists_of(member)
        self.zone = member.practice.time_zone
        self.fields["therapist"].queryset = rows.filter(pk=member.pk) if own_only else rows  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first = said.get("first")
        last = said.get("last") or first
        if not first or not last or self.errors:
            return said
        if last < first:
            self.add_error("last", f"{clock.said_date(last)} lies before {clock.said_date(first)}.")
        elif last >= LAST_DAY:
            self.add_error("last", f"Choose a day before {LAST_DAY.year}.")
        else:
            said["starts_at"] = self._instant("first", first, said.get("first_at"), first)
            said["ends_at"] = self._instant("last", last, said.get("last_at"), last + timedelta(days=1))
        return said

    def _instant(self, name: str, on: date, at: time | None, whole: date) -> datetime | None:
        """The instant of a wall time, or the midnight that begins `whole`; what the clocks make of it in words."""
        if at is None:
            return clock.day_begins(whole, self.zone)
        fold = {"0": 0, "1": 1}.get(self.cleaned_data.get(f"{name}_which", ""))
        try:
            return clock.instant_of(on, at, self.zone, fold)
        except clock.WallTimeMissing as gap:
            self.add_error(f"{name}_at", str(gap))
        except clock.WallTimeAmbiguous as twice:
            which = self.fields[f"{name}_which"]
            which.widget = forms.RadioSelect(choices=self.WHICH)
            self.add_error(f"{name}_which", str(twice))
        return None


class ClosureForm(forms.Form):
    """From when until when the whole practice is closed, and what that is called."""

    name = LineField(label="What it is called", max_length=80,
                     missing="Write what is told to whoever asks, for example Summer break.",
                     help_text="Staff read it where they book.")
    first = DayField(label="First day closed")
    last = DayField(label="Last day closed", required=False, help_text="Empty: that day only.")


class PlaceForm(forms.Form):
    """Whose public holidays are looked up."""

    country = ChoiceOf(label="Country", missing="Choose a country.")
    region = ChoiceOf(label="Part of the country", required=False)

    def __init__(self, *args: Any, country: str, region: str, **kwargs: Any) -> None:
        super().__init__(*args, initial={"country": country, "region": region}, **kwargs)
        self.fields["country"].choices = [("", "Choose"), *countries()]  # type: ignore[attr-defined]
        regions = regions_of(str(self["country"].value() or ""))
        self.fields["region"].choices = [("", "The whole country"), *regions]  # type: ignore[attr-defined]
        if not regions:
            del self.fields["region"]


class HolidaysForm(forms.Form):
    """The public holidays of the coming year, to tick those the practice closes on."""

    days = SomeOf(label="Closed on")

    def __init__(self, *args: Any, ahead: list[Holiday], today: date, **kwargs: Any) -> None:
        rows = with_substitutes(ahead)
        self.substitutes = {h.on: [other.on for other in others] for h, others in rows}
        super().__init__(*args, initial={"days": [h.on.isoformat() for h, _ in rows if h.is_ticked]}, **kwargs)
        self.fields["days"].choices = [  # type: ignore[attr-defined]
            (h.on.isoformat(), ", and ".join([f"{clock.said_date(h.on, today=today)}: {h.name}", *(
                f"{clock.said_date(other.on, today=today)} in its place" for other in others)])) for h, others in rows]

    def dates(self) -> set[date]:
        """The days ticked, with the days kept in their place."""
        ticked = {date.fromisoformat(day) for day in self.cleaned_data["days"]}
        return ticked.union(*(self.substitutes[day] for day in ticked))
