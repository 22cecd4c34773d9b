"""What the demo's clients do at home: a neuropathy's rubbing and tapping, a tight calf, a neck after the yes for it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from clients.models import Client
from notes.demo.clockwork import as_of
from notes.home.doing import mark_done
from notes.home.programmes import ItemInput, Word, assign_programme
from practice import clock
from practice.access import Outsider
from practice.models import Membership, Practice

# How many days ago each ticked the first thing.
_DONE: dict[str, tuple[int, ...]] = {
    "Maria Lindqvist": (6, 5, 4, 3, 1), "Kofi Mensah": (6, 5, 4, 2, 1), "Ines Moreau": (5, 3)}


def build_at_home(practice: Practice, ana: Membership, base: date) -> None:
    """Assign through the product's own verbs, ten days ago, and tap on some of the days since."""
    people = {client.name: client for client in Client.objects.filter(practice=practice).select_related("practice")}
    yes = Word("Tom Hale, physiotherapist", base - timedelta(days=12), "by phone")
    given = {
        "Maria Lindqvist": [ItemInput("release-tight-muscle", "calf:left")],
        "Kofi Mensah": [ItemInput("rub-arms-and-legs", remark="Look at your feet afterwards, with the mirror."),
                        ItemInput("tap-with-soft-fists")],
        "Ines Moreau": [ItemInput("roll-skull-base", word=yes, how_often="every evening")],
    }
    for name, items in given.items():
        with as_of(_at(base, 10, practice)):
            programme = assign_programme(client=people[name], items=items, by=ana)
        client = Outsider(practice, "client", name)
        for days in _DONE[name]:
            with as_of(_at(base, days, practice)):
                mark_done(item=programme.items.all()[0], by=client)


def _at(base: date, days_ago: int, practice: Practice) -> datetime:
    return clock.instant_of(base - timedelta(days=days_ago), time(18), practice.time_zone)

