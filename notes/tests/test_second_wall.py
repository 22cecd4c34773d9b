"""The second wall: on PostgreSQL another practice's rows do not show, even where the first wall is gone."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from conftest import make_client, make_practice
from notes.models import Note, Treatment
from notes.tests.test_walls import MARK, TABLE, World, ask, browser_of
from practice import walls
from practice.access import OwnedQuerySet
from practice.models import AuditEntry, Membership, Practice
from practice.walls import policies
from practice.walls.standing import EVERYWHERE, NOWHERE, _at

on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no row-level security")


@pytest.fixture
def plain_role(db):
    """As whoever serves a practice: no superuser, whom no policy binds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        passes_by = cursor.fetchone()[0]
        if passes_by:
            cursor.execute("DO $$ BEGIN CREATE ROLE evenhand_plain; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
            cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO evenhand_plain; "
                           "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO evenhand_plain", None)
            cursor.execute("SET ROLE evenhand_plain")
    yield
    if passes_by:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def without_the_first_wall(monkeypatch):
    """`visible_to` hides nothing any more."""
    for model in apps.get_models():
        queryset = type(model._default_manager.all())
        if issubclass(queryset, OwnedQuerySet):
            for kind in queryset.__mro__:
                if "visible_to" in vars(kind):
                    monkeypatch.setattr(kind, "visible_to", lambda rows, member: rows.all())


def marker_reaches(stranger, api, world) -> list[str]:
    """The routes by which the stranger of another practice receives a byte of this one."""
    browser, http, reached = browser_of(stranger), api(stranger), []
    browser.raise_request_exception = http.raise_request_exception = False  # a page may break, and tells nothing
    for pattern, row in TABLE.items():
        if "get" in row.methods and row.who != "anybody" and not row.is_everybodys:
            answer = ask(browser, http, "get", world.path(pattern, row))
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if MARK.encode() in content:
                reached.append(pattern)
    return reached


@on_postgresql
def test_without_the_first_wall_no_page_and_no_call_gives_another_practices_rows_away(
        now, db, api, monkeypatch, request):
    world = World()
    request.getfixturevalue("plain_role")
    without_the_first_wall(monkeypatch)
    assert marker_reaches(world.stranger, api, world) == []


@on_postgresql
def test_without_either_wall_they_are_given_away(now, db, api, monkeypatch, request):
    world = World()
    request.getfixturevalue("plain_role")
    without_the_first_wall(monkeypatch)
    monkeypatch.setattr("practice.postgresql.base.standing", lambda: EVERYWHERE)
    assert len(marker_reaches(world.stranger, api, world)) > 20


@on_postgresql
def test_every_table_of_a_practice_has_its_policy_and_no_policy_is_left_over(db):
    wanted = {table: policies._mark(condition) for table, condition in policies.policies().items()}
    with connection.cursor() as cursor:
        standing = {table: mark for table, mark in policies._standing(cursor).items() if mark}
        cursor.execute("SELECT count(*) FROM pg_policy")
        assert cursor.fetchone()[0] == len(standing)
    assert standing == wanted
    assert len(wanted) > 60 and set(policies.OUTSIDE) == {
        m._meta.label for m in apps.get_models() if m._meta.label in policies.OUTSIDE}


@contextmanager
def standing_at(place):
    with _at(str(place)):
        yield


@on_postgresql
def test_one_sees_the_practice_one_stands_in_nothing_nowhere_and_everything_everywhere(now, db, request):
    world = World()
    request.getfixturevalue("plain_role")
    ours, theirs = Treatment.objects.count(), world.stranger.practice
    assert ours and Practice.objects.count() == 2
    with standing_at(NOWHERE):
        assert not Practice.objects.exists() and not Treatment.objects.exists() and not AuditEntry.objects.exists()
    with standing_at(theirs.pk):
        assert Practice.objects.get() == theirs and not Treatment.objects.exists() and not Note.objects.exists()
        assert Note.objects.update(version=99) == 0
        assert set(Membership.objects.values_list("practice", flat=True)) == {theirs.pk}
        with walls.everywhere():
            assert Treatment.objects.count() == ours


@on_postgresql
def test_no_row_is_written_into_another_practice_and_none_is_moved_there(db, request):
    here, there = make_practice("Here"), make_practice("There")
    maria = make_client(here, "Maria Lindqvist")
    request.getfixturevalue("plain_role")
    with standing_at(here.pk):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            make_client(there, "Noor")
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            maria.practice = there
            maria.save()
        assert make_client(here, "Ines").pk


@on_postgresql
def test_what_a_rollback_takes_back_is_told_again(db, request):
    here, there = make_practice("Here"), make_practice("There")
    request.getfixturevalue("plain_role")
    with standing_at(here.pk):
        assert Practice.objects.get() == here
        with pytest.raises(ZeroDivisionError), transaction.atomic(), standing_at(there.pk):
            assert Practice.objects.get() == there
            raise ZeroDivisionError
        assert Practice.objects.get() == here
        with standing_at(there.pk):
            assert Practice.objects.get() == there


def test_a_request_begins_nowhere_enters_its_members_practice_and_leaves_it(ana, page, monkeypatch):
    seen = []
    monkeypatch.setattr("practice.pages.look", lambda request: seen.append(walls.standing()) or {}, raising=True)
    from practice.access import MemberMiddleware

    def noted(self, request, call=MemberMiddleware.__call__):
        seen.append(walls.standing())
        answer = call(self, request)
        seen.append(walls.standing())
        return answer

    monkeypatch.setattr(MemberMiddleware, "__call__", noted)
    page(ana).get("/clients/")
    assert seen[0] == NOWHERE and seen[-1] == str(ana.practice_id) and walls.standing() == EVERYWHERE
