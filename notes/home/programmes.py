"""Give a client something to do at home: assign, change, pause with a relapse, resume by hand, end.

The check that speaks beside a note speaks here too: a stop or a doctor's missing word refuses, a caution asks for a
reason. What stands is asked again each day: what the check would refuse by now, the client is told to leave out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from django.db import transaction
from django.utils import timezone

from clients.contraindications import Body, Check, Reason, cautions_for
from clients.episodes import today_in
from clients.limits import body_of
from clients.models import Client, Episode
from clients.standing import lock_client
from clients.words import one_line
from notes.home.catalogue import EXERCISES, STOP
from notes.models import HomeItem, HomeProgramme, Note
from notes.record.signing import ReasonRequired
from notes.writing import refuse_unless_therapist
from practice import audit, clock
from practice.access import Actor
from practice.refusals import BadInput, Refusal, WrongState

MOST_ITEMS = 8  # more is not done: our proposal
_BARS = ("stop", "clearance")
_JUST_SIGNED = timedelta(days=1)  # who signs first still assigns from that note


class HomeBarred(Refusal):
    """The check speaks against it outright, or a doctor's word is missing."""

    code: ClassVar[str] = "home_barred"
    title: ClassVar[str] = "Not for now"


class WordMissing(Refusal):
    """The source asks for somebody's yes before this is done at home, and none is written down."""

    code: ClassVar[str] = "word_missing"
    title: ClassVar[str] = "A yes is needed first"


@dataclass(frozen=True, slots=True)
class Word:
    """A yes as it was given: whose, on which day, how."""

    of: str
    on: date
    how: str


@dataclass(frozen=True, slots=True)
class ItemInput:
    """One item as chosen: of the catalogue by `code` (with its place, where it asks for one), or in own words.

    `steps` and `stop_rule` are read for own words only.
    """

    code: str = ""
    place: str = ""
    name: str = ""
    steps: str = ""
    stop_rule: str = ""
    how_much: str = ""
    how_often: str = ""
    remark: str = ""
    word: Word | None = None
    reason: str = ""


@transaction.atomic
def assign_programme(*, client: Client, items: Sequence[ItemInput], by: Actor, note: Note | None = None,
                     ) -> HomeProgramme:
    """Assign these items in place of what stood; answers the new version.

    Refuses an empty or a too long list, an unknown item or place, what the check bars, a missing yes, a caution
    without its reason, and a note of somebody else, or one signed more than a day ago. `note` is the one from whose
    plan it is assigned.
    """
    refuse_unless_therapist(by)
    lock_client(client)
    today = today_in(client)
    _refuse_shape(items, today)
    if note is not None:
        _refuse_note(note, client, by)
    _refuse_against_the_check(client, items, today)
    now = timezone.now()
    earlier = HomeProgramme.objects.filter(client=client)
    last = earlier.order_by("-version").values_list("version", flat=True).first() or 0
    earlier.filter(ended_at=None).update(ended_at=now)
    programme = HomeProgramme.objects.create(practice_id=client.practice_id, client=client, note=note, author=by,
                                             version=last + 1, assigned_at=now)
    HomeItem.objects.bulk_create(_item(programme, position, given) for position, given in enumerate(items))
    audit.record(by=by, verb="home_programme_assigned", subject=programme, version=programme.version)
    return programme


@transaction.atomic
def end_programme(*, programme: HomeProgramme, by: Actor) -> HomeProgramme:
    """Nothing is to be done at home any more; refuses one that has ended."""
    programme = _standing(programme, by)
    programme.ended_at = timezone.now()
    programme.save(update_fields=["ended_at"])
    audit.record(by=by, verb="home_programme_ended", subject=programme)
    return programme


@transaction.atomic
def resume_programme(*, programme: HomeProgramme, by: Actor) -> HomeProgramme:
    """Let it run again after a relapse; refuses one that is not paused, and what the check bars today."""
    programme = _standing(programme, by)
    if paused_by(programme) is None:
        raise WrongState("It is not paused.")
    barred = barred_today(programme)
    if barred:
        names = ", ".join(f"“{item.name}”" for item in programme.items.all() if item.pk in barred)
        said = next(iter(barred.values())).text
        raise HomeBarred(f"The check still speaks against {names}: {said} Change the programme, or wait.")
    programme.resumed_at = timezone.now()
    programme.save(update_fields=["resumed_at"])
    audit.record(by=by, verb="home_programme_resumed", subject=programme)
    return programme


def programme_of(client: Client) -> HomeProgramme | None:
    """The programme that stands, with its items."""
    return (HomeProgramme.objects.filter(client=client.standing_id, ended_at=None)
            .select_related("client__practice", "author__user", "practice").prefetch_related("items").first())


def paused_by(programme: HomeProgramme) -> Episode | None:
    """The episode that pauses it: one that holds visits, confirmed since it was assigned or last resumed.

    It stays paused when that episode is over, until a therapist resumes it. One written down later, whose hold was
    over before, pauses nothing.
    """
    since = programme.resumed_at or programme.assigned_at
    day = clock.wall_of(since, programme.practice.time_zone)[0]
    return (Episode.objects.filter(client=programme.client_id, holds_visits=True, hold_until__gt=day,
                                   steps__status=Episode.Status.CONFIRMED, steps__at__gt=since)
            .exclude(status=Episode.Status.NOT_A_RELAPSE).order_by("-hold_until", "-pk").first())


def barred_today(programme: HomeProgramme) -> dict[object, Reason]:
    """The items the check bars as things stand today, each with its worst reason."""
    items = list(programme.items.all())
    check, owners = _checked(body_of(programme.client), [(item.code, item.place) for item in items],
                             today_in(programme.client))
    whole = next((r for r in check.reasons if r.treatment is None and r.level in _BARS), None)
    if whole is not None:
        return dict.fromkeys((item.pk for item in items), whole)
    found: dict[object, Reason] = {}
    for reason in check.reasons:
        if reason.treatment is not None and reason.level in _BARS:
            found.setdefault(items[owners[reason.treatment]].pk, reason)
    return found


def spoken_of(client: Client) -> dict[str, tuple[Reason, ...]]:
    """What the check says today of each exercise of the catalogue, the worst first; a place chosen may change it."""
    check, owners = _checked(body_of(client), [(code, "") for code in EXERCISES], today_in(client))
    codes = list(EXERCISES)
    said: dict[str, dict[tuple[str, str], Reason]] = {code: {} for code in codes}
    for reason in check.reasons:
        for code in ([codes[owners[reason.treatment]]] if reason.treatment is not None else codes):
            if reason.level in _BARS or (reason.level == "caution" and reason.treatment is not None):
                said[code].setdefault((reason.rule, reason.text), reason)
    return {code: tuple(found.values()) for code, found in said.items()}


# --- what is refused ----------------------------------------------------------------------------------------------


def _standing(programme: HomeProgramme, by: Actor) -> HomeProgramme:
    refuse_unless_therapist(by)
    lock_client(programme.client)
    programme = HomeProgramme.objects.select_related("client__practice").get(pk=programme.pk)
    if programme.ended_at is not None:
        raise WrongState("This version has ended. Look at the one that stands now.")
    return programme


def _refuse_note(note: Note, client: Client, by: Actor) -> None:
    if note.client.standing_id != client.pk:
        raise BadInput("This note is another client's.", field="note")
    if note.author_id != by.pk:
        raise BadInput(f"{note.author.name} wrote this note. Assign it from a note of your own, or without one.",
                       field="note")
    if note.signed_at is not None and note.signed_at < timezone.now() - _JUST_SIGNED:
        raise BadInput("This note was signed more than a day ago. Assign it without a note.", field="note")


def _refuse_shape(items: Sequence[ItemInput], today: date) -> None:
    if not items:
        raise BadInput("Choose at least one thing to do at home.", field="items")
    if len(items) > MOST_ITEMS:
        raise BadInput(f"{len(items)} is more than anybody does. Choose {MOST_ITEMS} at most.", field="items")
    seen: set[str] = set()
    for index, given in enumerate(items):
        where = f"items/{index}"
        key = f"{given.code}@{given.place}" if given.code else one_line(given.name).casefold()
        if key in seen:
            raise BadInput(f"“{_named(given)}” is there twice.", field=where)
        seen.add(key)
        _refuse_item(given, where, today)


def _refuse_item(given: ItemInput, where: str, today: date) -> None:
    if given.code:
        exercise = EXERCISES.get(given.code)
        if exercise is None:
            raise BadInput(f"“{given.code[:60]}” is not in the catalogue of things to do at home.",
                           field=f"{where}/code")
        if exercise.places and given.place not in exercise.places:
            raise BadInput(f"Say where: {exercise.name.lower()}.", field=f"{where}/place")
        if given.place and not exercise.places:
            raise BadInput("This one has its places already.", field=f"{where}/place")
        if exercise.needs_word_of and given.word is None:
            raise WordMissing(f"“{exercise.name}” is given after a yes of {exercise.needs_word_of}. Write down who "
                              "said yes, when and how.", source=exercise.source)
    elif not one_line(given.name) or not given.steps.strip():
        field = "name" if not one_line(given.name) else "steps"
        raise BadInput("Say in a few words what it is." if field == "name" else "Say how it is done, a line for each "
                       "step.", field=f"{where}/{field}")
    if given.word is not None:
        if not one_line(given.word.of) or not one_line(given.word.how):
            raise BadInput("Say who said yes, and how: in person, by phone, by letter.", field=f"{where}/word")
        if given.word.on > today:
            day = clock.said_date(given.word.on, today=today)
            raise BadInput(f"{day} is still to come: a yes is written down once it was given.",
                           field=f"{where}/word/on")


def _refuse_against_the_check(client: Client, items: Sequence[ItemInput], today: date) -> None:
    """A stop or a missing clearance refuses; a caution about an item's own work asks that item for a reason."""
    check, owners = _checked(body_of(client), [(given.code, given.place) for given in items], today)
    for reason in check.reasons:
        index = None if reason.treatment is None else owners[reason.treatment]
        if reason.level in _BARS:
            what = "Nothing is given to do at home for now" if index is None else f"Not for now: {_named(items[index])}"
            raise HomeBarred(f"{what}. {reason.text}", source=reason.source)
    for reason in check.reasons:
        if reason.level == "caution" and reason.treatment is not None:
            given = items[owners[reason.treatment]]
            if not given.reason.strip():
                raise ReasonRequired(f"{_named(given)}: {reason.text} Write why it is right all the same.",
                                     item=owners[reason.treatment], source=reason.source)


def _checked(body: Body, chosen: Sequence[tuple[str, str]], today: date) -> tuple[Check, list[int]]:
    """The check of these items, and which item each row of it is about; own words say nothing to it."""
    rows = [(index, treatment) for index, (code, place) in enumerate(chosen) if code in EXERCISES
            for treatment in EXERCISES[code].treatments(place)]
    return cautions_for(body, [treatment for _, treatment in rows], on=today), [index for index, _ in rows]


# --- what is written ----------------------------------------------------------------------------------------------


def _named(given: ItemInput) -> str:
    exercise = EXERCISES.get(given.code)
    return exercise.said(given.place) if exercise else one_line(given.name)


def _item(programme: HomeProgramme, position: int, given: ItemInput) -> HomeItem:
    """The row in the words of today's catalogue, so that it can be read as it was given, whatever that says later."""
    exercise = EXERCISES.get(given.code)
    word = given.word
    return HomeItem(
        programme=programme, position=position, code=given.code, place=given.place, name=_named(given)[:120],
        steps="\n".join(exercise.steps) if exercise else _lines(given.steps)[:2000],
        stop_rule=exercise.stop if exercise else one_line(given.stop_rule)[:400] or STOP,
        how_much=one_line(given.how_much)[:80] or (exercise.how_much if exercise else ""),
        how_often=one_line(given.how_often)[:80] or (exercise.how_often if exercise else "once a day"),
        remark=one_line(given.remark)[:300], source=exercise.source if exercise else "",
        word_of=one_line(word.of)[:120] if word else "", word_on=word.on if word else None,
        word_how=one_line(word.how)[:80] if word else "", reason=one_line(given.reason)[:500])


def _lines(text: str) -> str:
    return "\n".join(line for line in map(one_line, text.splitlines()) if line)

