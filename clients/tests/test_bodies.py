"""Bodies read in one query are those the rows themselves say, on either database."""

from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.clearances import record_clearance
from clients.limits import bodies_of, body_from, known_of
from clients.medicines import record_medicine
from clients.models import Client, Episode
from clients.own_rules import book_of
from conftest import numb


@pytest.fixture
def known(now, maria, kofi, joao, ana, neurologist):
    numb(maria, "hand", "left")
    record_medicine(client=joao, name="Sinemet", times=[time(8)], by=ana)
    record_medicine(client=joao, name="Botox", by=ana, last_given_on=date(2026, 11, 20), every_days=90,
                    places=[("calf", "left"), ("hand", "right")])
    record_clearance(client=kofi, doctor=neurologist, state="granted", max_pressure=3, places=[("foot", "left")],
                     excluded_techniques=["deep-tissue"], minutes=45, expires_on=date(2026, 12, 24), by=ana)
    for fever in (True, False, None):
        Episode.objects.create(practice=maria.practice, client=maria, kind="relapse", status="suspected",
                               onset_on=date(2026, 11, 1), fever_or_infection=fever, steroids_until=date(2026, 11, 9))
    Client.objects.filter(pk=kofi.pk).update(heat_sensitive=True)
    return list(Client.objects.select_related("practice"))


def test_a_body_read_at_once_is_the_one_its_rows_say(known):
    for client in known:
        rows = body_from(client, known_of([client.pk])[client.pk], book_of(client.practice))
        at_once = bodies_of([client])[client.pk]
        for part in ("conditions", "findings", "episodes", "clearances", "medicines"):
            assert sorted(map(repr, getattr(at_once, part))) == sorted(map(repr, getattr(rows, part))), part
        assert at_once.book is rows.book


def test_any_number_of_bodies_costs_one_query_and_none_is_mixed_up(known):
    bodies_of(known)  # whose rules hold is worked out once
    with CaptureQueriesContext(connection) as asked:
        together = bodies_of(known)
    assert len(asked) == 1
    assert together == {client.pk: bodies_of([client])[client.pk] for client in known}
