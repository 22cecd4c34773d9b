"""What one answer would change in the profile, beside what it says now; each acceptance is one verb."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

from clients.asking.becoming import (
    ToCard,
    ToCondition,
    ToDoctor,
    ToEpisode,
    ToFinding,
    ToMedicine,
    ToPage,
    ToProfile,
    ToWish,
)
from clients.asking.questionnaires import questions_of
from clients.asking.questions import Answer, Answers, said_roughly
from clients.body import keys, said
from clients.conditions import CONDITIONS, line_of
from clients.doctors import create_doctor, link_doctor
from clients.emergency import card_of, change_card
from clients.episodes import record_episode
from clients.findings import FINDINGS
from clients.medicine_kinds import MEDICINES, kind_named
from clients.medicines import record_medicine
from clients.models import Client, ClientCondition, Doctor, EmergencyCard, Episode, Finding, Medicine, Questionnaire
from clients.profiles import ReminderConsent, change_client
from clients.recording import record_condition, record_finding
from clients.sentences import in_a_sentence
from clients.wishes import Wishes, said_windows, wishes_of
from practice import clock
from practice.access import Actor

SOURCE = "intake form"
RECENT = timedelta(days=90)  # an older relapse is read, not reported: our proposal
_TIME = re.compile(r"\b([01]?\d|2[0-3])[:.h]([0-5]\d)\b")
_NOTHING = "nothing yet"
_WISHES = {"windows": "Times that suit", "mobility": "Getting about", "transfer": "Getting on the table",
           "works_on": "Works best in the", "room_temperature": "The room", "declined_areas": "Not to be touched"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing an answer would change. `accept` does it; None where the profile says it already.

    `is_added` where it adds and overwrites nothing: ticked beforehand. `other_act` is what the tick does where it
    neither just accepts nor changes.
    """

    key: str
    becomes: str
    now: str
    accept: Callable[[Client, Actor], object] | None
    is_added: bool = True
    other_act: str = ""

    @property
    def act(self) -> str:
        """What the tick does, as it stands beside it."""
        return self.other_act or ("Accept" if self.is_added else "Change")

    @property
    def is_offered(self) -> bool:
        """Whether there is anything to accept."""
        return self.accept is not None


@dataclass(frozen=True, slots=True)
class Profile:
    """What the profile says now, read once."""

    row: Questionnaire
    today: date
    answers: Answers
    conditions: tuple[ClientCondition, ...]
    findings: tuple[Finding, ...]
    medicines: tuple[Medicine, ...]
    doctors: tuple[str, ...]
    card: EmergencyCard
    wishes: Wishes

    @property
    def client(self) -> Client:
        return self.row.client

    @property
    def answered_on(self) -> date | None:
        """The day the answers were sent, where the practice is."""
        sent = self.row.submitted_at
        return clock.wall_of(sent, self.client.practice.time_zone)[0] if sent else None

    def findings_of(self, code: str) -> list[Finding]:
        """The open findings of this kind."""
        return [finding for finding in self.findings if finding.finding == code]


def _condition(profile: Profile, to: ToCondition, given: Answer, key: str) -> list[Proposal]:
    since = profile.answers.get(to.since, Answer())
    known = [CONDITIONS[row.condition].name for row in profile.conditions]
    is_there = any(to.code in line_of(row.condition) for row in profile.conditions)
    words = f"Condition: {CONDITIONS[to.code].name}" + (f", since {said_roughly(since.on)}" if since.on else "")

    def accept(client: Client, by: Actor) -> object:
        return record_condition(client=client, condition=to.code, since=since.first_day(), by=by)

    return [Proposal(key, words, ", ".join(known) or _NOTHING, None if is_there else accept)]


def _finding(profile: Profile, to: ToFinding, given: Answer, key: str) -> list[Proposal]:
    where = given.places or profile.answers.get(to.where, Answer()).places
    began = profile.answers.get(to.when, Answer())
    detail = to.detail or ", ".join(given.parts(at_commas=True))
    known = profile.findings_of(to.code)
    noted = {key for f in known for p in f.places.all() for key in keys(p.region, p.side)}
    wanted = {key for place in where for key in keys(*place.split(":"))}
    is_there = bool(known) and wanted <= noted and (not detail or any(detail in f.detail for f in known))
    name = FINDINGS[to.code].name
    words = [f"Finding: {name}", said(tuple(sorted(wanted))), began.on and f"since {said_roughly(began.on)}", detail]
    now = "; ".join(filter(None, [", ".join(filter(None, [name, said(tuple(sorted(noted)))])) if known else "",
                                  *(f.detail for f in known)]))

    def accept(client: Client, by: Actor) -> object:
        places = [(region, side) for region, _, side in (place.partition(":") for place in where)]
        return record_finding(client=client, finding=to.code, places=places, detail=detail, by=by,
                              began_on=profile.answered_on if to.is_new else began.first_day(), is_as_answered=True)

    return [Proposal(key, ", ".join(filter(None, words)), now or _NOTHING, None if is_there else accept)]


def _field(profile: Profile, to: ToProfile, given: Answer, key: str) -> list[Proposal]:
    if to.field == "reminders":
        return [_reminders(profile, key)]
    value: Any = {"phone": given.words, "birth_date": given.first_day()}.get(to.field, True)
    label = {"phone": "Phone", "birth_date": "Born", "heat_sensitive": "Heat makes it worse",
             "cold_sensitive": "Cold makes it worse"}[to.field]
    now = getattr(profile.client, to.field)

    def accept(client: Client, by: Actor) -> object:
        return change_client(client=client, by=by, **{to.field: value})

    return [Proposal(key, label if value is True else f"{label}: {_said(value)}",
                     _said(now) if now and now is not True else label if now else _NOTHING,
                     None if now == value else accept, is_added=not now)]


def _reminders(profile: Profile, key: str) -> Proposal:
    row = profile.row
    assert row.submitted_at
    agreed_on = clock.wall_of(row.submitted_at, profile.client.practice.time_zone)[0]
    asked = next((q for q in questions_of(row) if q.code == key.partition(":")[0]), None)
    agreed = ReminderConsent(agreed_on, SOURCE, f"{asked.text} {asked.help}".strip() if asked else "")

    def accept(client: Client, by: Actor) -> object:
        return change_client(client=client, by=by, channels=[*client.channels, "email"], reminder_consent=agreed)

    return Proposal(key, "Reminders by e-mail", "agreed" if profile.client.may_be_mailed else "not agreed",
                    None if profile.client.may_be_mailed else accept)


def _wish(profile: Profile, to: ToWish, given: Answer, key: str) -> list[Proposal]:
    label = _WISHES[to.field]
    wanted = [part.strip() for part in to.words.split(",")] if to.words else list(given.parts(at_commas=True))
    now = getattr(profile.wishes, to.field) or ()
    known = (said_windows(profile.wishes.windows).replace(" to ", "-").split(", ") if to.field == "windows"
             else list(now) if isinstance(now, tuple) else now.split(", ") if now else [])
    new = [part for part in wanted if part not in known]
    adds = to.field in ("room_temperature", "declined_areas")

    def accept(client: Client, by: Actor) -> object:
        wishes = wishes_of(client)
        parts = wanted
        if adds:
            before = getattr(wishes, to.field) or ()
            before = list(before) if isinstance(before, tuple) else before.split(", ")
            parts = [*before, *(part for part in wanted if part not in before)]
        return change_client(client=client, by=by, preferences=replace(wishes, **{to.field: _as_wish(to.field, parts)}))

    words, before = ", ".join(wanted), ", ".join(filter(None, known))
    if to.field == "windows":
        words, before = words.replace("-", " to "), before.replace("-", " to ")
    return [Proposal(key, f"{label}: {words}", before or _NOTHING, accept if new else None, is_added=adds or not now)]


def _as_wish(field: str, parts: list[str]) -> Any:
    if field == "windows":
        spans = [part.split("-") for part in parts]
        return tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in spans)
    return tuple(parts) if field == "declined_areas" else ", ".join(parts)


def _medicines(profile: Profile, to: ToMedicine, given: Answer, key: str) -> list[Proposal]:
    return [_medicine(profile, to, line, f"{key}.{n}") for n, line in enumerate(given.parts())]


def _medicine(profile: Profile, to: ToMedicine, line: str, key: str) -> Proposal:
    times = [time(int(hour), int(minute)) for hour, minute in _TIME.findall(line)]
    name = _TIME.split(line)[0].strip(" ,;:–-") or line
    kind = MEDICINES[to.kind or kind_named(name)]
    known = [m.name for m in profile.medicines if m.name.casefold() == name.casefold()]
    first = name.casefold().split()[:1]  # “Baclofen 10 mg three times” may be the baclofen that stands there
    alike = [m.name for m in profile.medicines if m.name.casefold().split()[:1] == first]
    words = [f"Medicine: {name}", "" if kind.code == "other" else f"({in_a_sentence(kind.name)})",
             f"at {', '.join(map(clock.said_time, times))}" if times else ""]

    def accept(client: Client, by: Actor) -> object:
        return record_medicine(client=client, name=name, kind=kind.code, by=by, times=times)

    return Proposal(key, " ".join(filter(None, words)), ", ".join(known or alike) or _NOTHING,
                    None if known else accept, is_added=not alike, other_act="Add beside it" if alike else "")


def _card(profile: Profile, to: ToCard, given: Answer, key: str) -> list[Proposal]:
    card, person = profile.card, ", ".join(filter(None, [given.name, given.role, given.phone]))
    parts: dict[str, str]
    if to.part == "contact":
        parts = {"contact_name": given.name, "contact_phone": given.phone, "contact_relationship": given.role}
        label, now = "Call in an emergency", ", ".join(filter(None, [
            card.contact_name, card.contact_relationship, card.contact_phone]))
    elif to.part == "representative":
        parts = {"representative_name": given.name, "representative_phone": given.phone,
                 "may_consent": ", ".join(filter(None, [given.name, given.role]))}
        label, now = "Decides for or with them", ", ".join(filter(None, [
            card.representative_name or card.may_consent, card.representative_phone]))
    else:
        parts, label, now = {"plan": given.words}, "Emergency plan", card.plan
    is_there = all(value in getattr(card, name) if name == "plan" else getattr(card, name) == value
                   for name, value in parts.items())

    def accept(client: Client, by: Actor) -> object:
        before = card_of(client).plan  # two answers may add to one plan; nothing that stands there is lost
        fields = parts | ({"plan": "\n\n".join(filter(None, [before, parts["plan"]]))} if "plan" in parts else {})
        return change_card(client=client, by=by, **fields)  # type: ignore[arg-type]

    return [Proposal(key, f"Emergency card, {in_a_sentence(label)}: {person or given.words}", now or _NOTHING,
                     None if is_there else accept, is_added=not now)]


def _doctor(profile: Profile, to: ToDoctor, given: Answer, key: str) -> list[Proposal]:
    is_there = given.name.casefold() in {name.casefold() for name in profile.doctors}

    def accept(client: Client, by: Actor) -> object:
        doctor = Doctor.objects.filter(practice_id=client.practice_id, name__iexact=given.name).first()
        doctor = doctor or create_doctor(practice=client.practice, name=given.name, specialty=given.role,
                                         phone=given.phone, by=by)
        return link_doctor(client=client, doctor=doctor, by=by, role=given.role)

    return [Proposal(key, "Doctor: " + ", ".join(filter(None, [given.name, given.role, given.phone])),
                     ", ".join(profile.doctors) or _NOTHING, None if is_there else accept)]


def _episode(profile: Profile, to: ToEpisode, given: Answer, key: str) -> list[Proposal]:
    onset = given.first_day()
    if onset is None or profile.today - onset > RECENT:
        return []
    label = Episode.Kind(to.kind).label
    known = profile.client.episodes.filter(kind=to.kind, status__in=Episode.OPEN).first()

    def accept(client: Client, by: Actor) -> object:
        return record_episode(client=client, kind=to.kind, onset_on=onset, by=by, reported_by=profile.row.answered_by,
                              symptoms="As answered in the intake.")

    now = f"{label} since {clock.said_date(known.onset_on, year=True)}" if known else "none is open"
    return [Proposal(key, f"Possible {label}, since {said_roughly(given.on)}", now, None if known else accept,
                     is_added=False, other_act="Report it as possible")]


def _page(profile: Profile, to: ToPage, given: Answer, key: str) -> list[Proposal]:
    key = page_key(key.partition(":")[0])
    return [Proposal(key, f"On the client’s page, “{to.label}”: {given.words}", _NOTHING, lambda client, by: client)]


def page_key(question: str) -> str:
    """The key under which a question's own words go to the client's page."""
    return f"{question}:page"


def _said(value: Any) -> str:
    return clock.said_date(value, year=True) if isinstance(value, date) else str(value)


BUILDERS: dict[type, Callable[[Profile, Any, Answer, str], list[Proposal]]] = {
    ToCondition: _condition, ToFinding: _finding, ToProfile: _field, ToWish: _wish, ToMedicine: _medicines,
    ToCard: _card, ToDoctor: _doctor, ToEpisode: _episode, ToPage: _page}
