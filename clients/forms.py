"""The forms about people: new client, profile, doctor. They check the shape; what may be is said by the verbs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from clients.fields import (
    ChoiceOf,
    ClockField,
    DayField,
    LineField,
    MailField,
    NumberField,
    PhoneField,
    RowField,
    SomeOf,
    TextField,
)
from clients.models import Client, Doctor
from clients.profiles import ProfileFields, ReminderConsent
from clients.wishes import (
    LONGEST,
    MOST_AREAS,
    MOST_WINDOWS,
    PLACES_TO_WORK,
    SHORTEST,
    WEEKDAYS,
    Wishes,
    wishes_of,
)
from practice import clock
from practice.models import Membership

CHANNEL_WORDS = [("email", "E-mail"), ("sms", "Text message")]
WAYS = ["in person", "by phone", "on paper", "in an e-mail", "intake form"]
LANGUAGES = {
    "en": "English", "es": "Español", "fr": "Français", "de": "Deutsch", "pt": "Português", "it": "Italiano",
    "nl": "Nederlands", "pl": "Polski", "uk": "Українська", "ru": "Русский", "tr": "Türkçe", "ar": "العربية",
    "fa": "فارسی", "hi": "हिन्दी", "zh": "中文", "ja": "日本語", "ko": "한국어", "vi": "Tiếng Việt", "so": "Soomaali",
}
_TOLD = ("Read out to them: we write about appointments only; they can end it at any time, by the link in every e-mail "
         "or by answering STOP. Text messages go to the number above, with its country (+1 206 555 0100).")
_AGREED = "They get no reminders before they agree. When did they?"


class NewClientForm(forms.Form):
    """A name and one way to reach them; the rest can wait."""

    name = LineField(label="Name", missing="Write their name.", widget=forms.TextInput(attrs={"autocomplete": "off"}))
    phone = PhoneField(label="Phone", help_text="A phone number or an e-mail address is enough.")
    email = MailField(label="E-mail")
    channels = SomeOf(label="They agreed to reminders by", choices=CHANNEL_WORDS, help_text=_TOLD)
    agreed_how = ChoiceOf(label="How they agreed", required=False, choices=[("", "Choose"), *((w, w) for w in WAYS)],
                          help_text="Only where they agreed to reminders just now.")

    def clean(self) -> dict[str, Any]:
        kept: dict[str, Any] = super().clean() or self.cleaned_data
        if kept.get("channels") and not kept.get("agreed_how"):
            self.add_error("agreed_how", "Say how they agreed: in person, on paper, by phone.")
        return kept

    def profile(self, today: date) -> ProfileFields:
        """What was typed, as the verb takes it; an agreement is of today."""
        said = self.cleaned_data
        profile = ProfileFields(name=said["name"], phone=said["phone"], email=said["email"], channels=said["channels"])
        if said["channels"]:
            profile["reminder_consent"] = ReminderConsent(today, said["agreed_how"])
        return profile


class ProfileForm(forms.Form):
    """Everything about a person that is not clinical, and for therapists how their body takes heat and cold."""

    fields_of = {"reminder_consent/given_on": "agreed_on", "reminder_consent/source": "agreed_how",
                 "preferences/minutes": "minutes", "preferences/works_on": "works_on",
                 "preferences/weekdays": "weekdays",
                 **{f"preferences/windows/{n}": f"until_{n}" for n in range(MOST_WINDOWS)},
                 **{f"preferences/therapists/{n}": "therapists" for n in range(20)}}

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = LineField(label="Name", missing="Write their name.")
    preferred_name = LineField(label="Likes to be called", max_length=60, required=False)
    birth_date = DayField(label="Born on", required=False)
    language = ChoiceOf(label="Language")
    time_zone = ChoiceOf(label="Time zone", required=False, help_text="Only where it differs from the practice's.")
    phone = PhoneField(label="Phone", help_text="A phone number or an e-mail address is enough.")
    email = MailField(label="E-mail")
    channels = SomeOf(label="Reminders by", choices=CHANNEL_WORDS, help_text=_TOLD)
    first_way = ChoiceOf(label="Where both, first by", choices=CHANNEL_WORDS, required=False,
                         help_text="The other stands in where one does not arrive.")
    agreed_on = DayField(label="They agreed on", required=False)
    agreed_how = LineField(label="How they agreed", required=False, help_text="In person, by phone, on paper.")
    wants_follow_ups = forms.BooleanField(label="Ask them how it was after a visit", required=False,
                                          help_text="By a link, some days later. They can say no there too.")
    wants_recalls = forms.BooleanField(label="Write to them once after a long time without a visit", required=False,
                                       help_text="Where the practice does so. They can say no by a link.")
    weekdays = SomeOf(label="Days that suit", choices=list(enumerate(WEEKDAYS)))
    therapists = SomeOf(label="Prefers to see")
    minutes = NumberField(label="Usual length in minutes", least=SHORTEST, most=LONGEST, required=False)
    mobility = LineField(label="Getting about", max_length=200, required=False,
                         help_text="A stick, a wheelchair, step-free way in.")
    transfer = LineField(label="Getting on the table", max_length=200, required=False,
                         help_text="Alone, one person helps, hoist.")
    works_on = ChoiceOf(label="Works best", required=False,
                        choices=[("", "Not said"), *PLACES_TO_WORK.items()])
    room_temperature = LineField(label="The room", max_length=60, required=False, help_text="Cool, warm, no draught.")
    declined_areas = TextField(label="Not to be touched", required=False, rows=2,
                               help_text="In their own words, with commas between.")
    heat_sensitive = forms.BooleanField(label="Heat makes it worse", required=False)
    cold_sensitive = forms.BooleanField(label="Cold makes it worse", required=False)

    def __init__(self, *args: Any, client: Client, member: Membership, **kwargs: Any) -> None:
        wishes = wishes_of(client)
        super().__init__(*args, initial=_initial(client, wishes), **kwargs)
        self.wishes, self.member = wishes, member
        self.rows_of_windows = min(max(len(wishes.windows or ()) + 1, 2), MOST_WINDOWS)
        for n in range(self.rows_of_windows):
            opens, closes = (wishes.windows or ())[n] if n < len(wishes.windows or ()) else (None, None)
            self.fields[f"from_{n}"] = ClockField(label=f"From, stretch {n + 1}", initial=opens)
            self.fields[f"until_{n}"] = ClockField(label=f"Until, stretch {n + 1}", initial=closes)
        self._fill_lists(client)
        if not member.may_see_clinical:
            del self.fields["heat_sensitive"], self.fields["cold_sensitive"]

    def _fill_lists(self, client: Client) -> None:
        languages = LANGUAGES if client.language in LANGUAGES else LANGUAGES | {client.language: client.language}
        self.fields["language"].choices = list(languages.items())  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = _zones(client)  # type: ignore[attr-defined]
        people = Membership.objects.visible_to(self.member).filter(is_therapist=True).select_related("user")
        chosen = set(self.wishes.therapists or ())
        self.fields["therapists"].choices = [  # type: ignore[attr-defined]
            (str(m.pk), m.name) for m in people.order_by("user__name", "pk") if m.is_active or m.pk in chosen]

    def windows(self) -> list[tuple[Any, Any]]:
        """The bound pairs of from and until, for the page."""
        return [(self[f"from_{n}"], self[f"until_{n}"]) for n in range(self.rows_of_windows)]

    def clean(self) -> dict[str, Any]:
        kept: dict[str, Any] = super().clean() or self.cleaned_data
        for n in range(self.rows_of_windows):
            if bool(kept.get(f"from_{n}")) != bool(kept.get(f"until_{n}")):
                self.add_error(f"until_{n}", "A stretch of the day has a beginning and an end: write both, or neither.")
        if kept.get("channels") and not kept.get("agreed_on") and "agreed_on" not in self.errors:
            self.add_error("agreed_on", _AGREED)
        kept["channels"] = sorted(kept.get("channels") or (), key=lambda way: way != kept.get("first_way"))
        areas = [area.strip() for area in (kept.get("declined_areas") or "").split(",") if area.strip()]
        if len(areas) > MOST_AREAS or any(len(area) > 60 for area in areas):
            self.add_error("declined_areas", f"At most {MOST_AREAS} areas of 60 letters each, with commas between.")
        kept["areas"] = areas
        return kept

    def profile(self) -> ProfileFields:
        """What was typed, as the verb takes it."""
        said = self.cleaned_data
        agreed = ReminderConsent(said["agreed_on"], said["agreed_how"]) if said["agreed_on"] else None
        plain = {key: said[key] for key in (
            "name", "preferred_name", "birth_date", "language", "time_zone", "phone", "email", "channels",
            "wants_follow_ups", "wants_recalls", "heat_sensitive", "cold_sensitive") if key in said}
        return ProfileFields(**plain, reminder_consent=agreed, preferences=self._wishes())  # type: ignore[typeddict-item]

    def _wishes(self) -> Wishes:
        said = self.cleaned_data
        pairs = [(said[f"from_{n}"], said[f"until_{n}"]) for n in range(self.rows_of_windows)]
        ticked = set(said["therapists"])
        kept = [pk for pk in self.wishes.therapists or () if str(pk) in ticked]  # their order is an order of preference
        added = [m.pk for m in Membership.objects.filter(pk__in=ticked) if m.pk not in kept]
        return Wishes(
            weekdays=tuple(int(day) for day in said["weekdays"]) or None,
            windows=tuple((a, b) for a, b in pairs if a and b) or None, therapists=(*kept, *added) or None,
            minutes=said["minutes"], mobility=said["mobility"], transfer=said["transfer"],
            works_on=said["works_on"], room_temperature=said["room_temperature"],
            declined_areas=tuple(said["areas"]) or None)


def _initial(client: Client, wishes: Wishes) -> dict[str, Any]:
    plain = {name: getattr(client, name) for name in (
        "version", "name", "preferred_name", "birth_date", "language", "time_zone", "phone", "email", "channels",
        "wants_follow_ups", "wants_recalls", "heat_sensitive", "cold_sensitive")}
    return plain | {
        "first_way": next(iter(client.channels), "email"),
        "agreed_on": client.reminder_consent_on, "agreed_how": client.reminder_consent_source,
        "weekdays": list(wishes.weekdays or ()), "therapists": [str(pk) for pk in wishes.therapists or ()],
        "minutes": wishes.minutes, "mobility": wishes.mobility, "transfer": wishes.transfer,
        "works_on": wishes.works_on,
        "room_temperature": wishes.room_temperature, "declined_areas": ", ".join(wishes.declined_areas or ())}


def _zones(client: Client) -> list[tuple[str, Any]]:
    """Zones by continent, the practice's own first."""
    areas: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(clock.zone_names()):
        area, _, city = name.partition("/")
        if city and area not in ("Etc", "SystemV", "US", "posix", "right"):
            areas.setdefault(area, []).append((name, city.replace("_", " ")))
    known = {name for zones in areas.values() for name, _ in zones}
    own = [] if not client.time_zone or client.time_zone in known else [(client.time_zone, client.time_zone)]
    return [("", f"As the practice: {client.practice.time_zone}"), *own, *areas.items()]


class DoctorDetailsForm(forms.Form):
    """Who a doctor is, how they are reached, and what they are to this client."""

    role = LineField(label="To this client they are", max_length=60, required=False,
                     help_text="Neurologist, family doctor.")
    name = LineField(label="Name", max_length=120, missing="Write the doctor’s name.")
    specialty = LineField(label="Specialty", max_length=80, required=False)
    email = MailField(label="E-mail", help_text="Letters can be opened through a link sent there.")
    phone = PhoneField(label="Phone")
    mobile = PhoneField(label="Mobile", help_text="The code that opens a letter can go there as a text message.")
    fax = PhoneField(label="Fax")
    address = TextField(label="Address", required=False, max_length=500,
                        help_text="As on an envelope, one line each.")


class DoctorForm(DoctorDetailsForm):
    """A doctor of the list, or a new one, and what they are to this client."""

    doctor = RowField(label="A doctor you have already", required=False, empty_label="Somebody new")
    name = LineField(label="Name of somebody new", max_length=120, required=False)
    field_order = ("doctor", "role", "name")

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["doctor"].queryset = Doctor.objects.visible_to(member)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        kept: dict[str, Any] = super().clean() or self.cleaned_data
        if not kept.get("doctor") and not kept.get("name") and not self.errors:
            self.add_error("name", "Choose a doctor you have, or write the name of a new one.")
        return kept
