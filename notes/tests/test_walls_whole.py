"""Every way in, by everybody who has no business there: routes x methods x people x places an id can stand.

`test_walls.py` says who may; this counts the cells and looks for one foreign byte in each answer.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from clients.models import Doctor
from conftest import make_client, make_member
from notes.tests.test_walls import CLOSED, MARK, STAFF, TABLE, World, ask, browser_of, routes
from practice.models import ApiToken, Membership, Room, Service
from practice.tests.sizes import size
from practice.tokens import make_token

SOUGHT = MARK[:10]  # what they search for; the whole word then is a foreign byte and no echo
FIELDS = ("client", "therapist", "service", "room", "doctor", "appointment", "consent", "episode", "plan", "note", "summary",
          "finding", "condition", "referral", "medicine")
BY_WORDS = ("search", "q", "ordering", "order", "sort", "client", "client_id", "appointment", "therapist", "room", "service",
            "practice", "practice_id", "from", "page", "page_size", "format", "measure", "state", "kind", "export", "id")


class Strangers:
    """Riverside's world, and Lakeside with people and things of its own."""

    def __init__(self, api: Any) -> None:
        self.world, self.api = World(), api
        there = self.world.stranger.practice
        people = {"their owner": self.world.stranger,
                  "their therapist": make_member(there, "Theo Lake", "theo@lakeside.example", "therapist"),
                  "their desk": make_member(there, "Dita Lake", "dita@lakeside.example", "front_desk")}
        self.people = {name: (browser_of(member), api(member)) for name, member in people.items()}
        self.people["nobody"] = (browser_of(None), api(None))
        self.people["an ended token"] = (browser_of(None), self.ended())
        self.people["somebody switched off"] = self.switched_off()
        self.client = make_client(there, "Lola Lake")
        self.own = {"client": str(self.client.pk), "therapist": str(people["their therapist"].pk),
                    "service": str(Service.objects.create(practice=there, name="Lake 45", minutes=45).pk),
                    "room": str(Room.objects.create(practice=there, name="Lake room", position=1).pk),
                    "doctor": str(Doctor.objects.create(practice=there, name="Dr Lake").pk)}
        self.foreign = {name: str(self.world.ids[name]) for name in FIELDS}

    def ended(self) -> Any:
        http = self.api(None)
        fresh = make_token(member=self.world.ana, by=self.world.ana, expires_at=timezone.now() + timedelta(seconds=1))
        ApiToken.objects.filter(pk=fresh.token.pk).update(expires_at=timezone.now())
        http.credentials(HTTP_AUTHORIZATION=f"Bearer {fresh.secret}")
        return http

    def switched_off(self) -> tuple[Any, Any]:
        gone = make_member(self.world.ana.practice, "Gone Ghost", "gone@riverside.example", "therapist")
        ways = browser_of(gone), self.api(gone)
        Membership.objects.filter(pk=gone.pk).update(is_active=False)
        return ways


def cells(there: Strangers) -> Iterator[tuple[str, str, str, str, dict[str, Any] | None]]:
    """Who, how, the route, the address with its query, and what is sent."""
    world = there.world
    for (pattern, method), who in itertools.product(CLOSED, there.people):
        yield who, method, pattern, world.path(pattern, TABLE[pattern]), None
        if TABLE[pattern].ids:
            yield who, method, pattern, world.path(pattern, TABLE[pattern], unknown=True), None
    for pattern, row in TABLE.items():
        if not pattern.startswith("api/") or row.who == "anybody":
            continue
        for name in FIELDS if "post" in row.methods and set(row.ids) <= {"client"} else ():
            path = "/" + pattern.replace("<uuid:pk>", there.own["client"])
            yield "their owner", "post", pattern, path, there.own | {name: there.foreign[name]}
        for word in BY_WORDS if "get" in row.methods and not row.ids else ():
            for value in (there.foreign.get(word, there.foreign["client"]), SOUGHT):
                yield "their owner", "get", pattern, f"/{pattern}?{word}={value}", None
    for pattern, row in TABLE.items():
        if row.who == STAFF and "get" in row.methods and not row.ids and not pattern.startswith("api/"):
            for word in BY_WORDS:
                yield "their owner", "get", pattern, f"/{pattern}?{word}={SOUGHT}", None


@pytest.mark.sized
def test_no_way_into_another_practice_gives_one_byte_of_it(now, db, api, record_property):
    there = Strangers(api)
    every = list(cells(there))
    chosen = random.Random(20261121).sample(every, size(400, len(every)))
    known = routes()
    for who, method, pattern, path, body in chosen:
        browser, http = there.people[who]
        with transaction.atomic():
            answer = (http.post(path, body, format="json") if body is not None
                      else ask(browser, http, method, path))
            transaction.set_rollback(True)
        cell, row = (who, method, path), TABLE[pattern]
        assert pattern in known and answer.status_code < 500, cell
        assert MARK.encode() not in answer.getvalue(), cell
        if who in ("nobody", "an ended token", "somebody switched off"):
            assert answer.status_code in ((401,) if path.startswith("/api/") else (302, 405)), (*cell, answer.status_code)
        elif row.ids and not row.is_everybodys and body is None:
            assert answer.status_code in (403, 404, 405), (*cell, answer.status_code)
        elif body is not None and answer.status_code < 300:
            assert not any(pk in answer.getvalue().decode() for pk in there.foreign.values()), (*cell, "it was taken")
    assert len(every) >= 3_000
    record_property("figure", f"{len(chosen):,} of {len(every):,} cells over {len(TABLE)} routes: 0 foreign bytes")
