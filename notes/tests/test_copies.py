"""The client's own copy: everyday words, large print, on paper or behind their own link, and never changed once signed."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from pypdf import PdfReader

from clients.models import Client, Disclosure
from conftest import MONDAY, numb
from notes.copies import copies
from notes.copies.paper import copy_pdf, parts_of
from notes.models import ClientCopy
from notes.tests.conftest import had_visit, sign
from notes.tests.test_letters import flat
from practice.models import ActionLink, AuditEntry, Message
from practice.refusals import WrongState


@pytest.fixture
def draft(maria, ana, neuro_45, now):
    numb(maria, side="left")
    for ago, pain in ((28, (6, 4)), (14, (5, 3)), (7, (4, 3)), (1, (4, 3))):
        sign(had_visit(maria, ana, neuro_45, days_ago=ago), ana, pain=pain, subjective="Klinikwort", plan="Klinikplan")
    return copies.compose_copy(client=maria, first=MONDAY - timedelta(days=60), last=MONDAY, by=ana)


@pytest.fixture
def signed_copy(draft, ana):
    return copies.sign_copy(copy=draft, expected_version=draft.version, by=ana)


def test_it_says_in_everyday_words_what_was_done_what_changed_and_what_next(draft):
    said = dict(parts_of(draft))
    assert said["What we did"] == ("You came 4 times, from 26 Oct 2026 to 22 Nov 2026. A visit took 45 minutes. We worked "
                                   "on: left lower leg. The touch was light.")
    assert said["What changed"].startswith("Your pain went from 6 to 4 on your 0-10 scale, where less is better.")
    assert "Numb or dull: left foot." in said["What to watch for"]
    assert said["What next"] == "No visit is booked. You can come back at any time: ring +1 206 555 0100."
    whole = " ".join(said.values())
    assert not {"Klinikwort", "Klinikplan", "Walton", "effleurage", "sclerosis", "G35"} & set(whole.split())
    sentences = [s for s in whole.replace("?", ".").replace(":", ".").split(".") if s.strip()]
    assert max(len(s.split()) for s in sentences) <= 18  # short ones, for a tired reader


def sizes_of(pdf):
    found = []
    PdfReader(BytesIO(pdf)).pages[0].extract_text(visitor_text=lambda text, cm, tm, font, size: found.append(
        (round(size * abs(tm[3] or 1)), text)) if text.strip() else None)
    return found


def test_large_print_is_18_point(draft):
    draft.is_large = True
    sizes = sizes_of(copy_pdf(draft))
    assert any(size == 18 and "You came" in text for size, text in sizes), sizes
    assert min(size for size, text in sizes if len(text) > 20) >= 8


def test_signed_it_is_frozen_in_the_database_and_on_paper(signed_copy, ana):
    paper = bytes(signed_copy.pdf)
    assert "You came 4 times" in flat(PdfReader(BytesIO(paper)).pages[0].extract_text())
    with pytest.raises(copies.CopySigned):
        copies.write_copy(copy=signed_copy, by=ana, expected_version=signed_copy.version, is_large=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        ClientCopy.objects.filter(pk=signed_copy.pk).update(why="other")


def test_each_handing_over_stands_among_what_went_to_whom_as_to_the_client(signed_copy, draft, ana, maria):
    copies.hand_over(copy=signed_copy, how="in-person", by=ana)
    row = Disclosure.objects.get(client=maria)
    assert (row.to_name, row.why, row.how, row.content_hash) == (
        "Maria Lindqvist", "To the client, for themself", "in person", signed_copy.content_hash)


def test_a_draft_is_handed_to_nobody(draft, ana):
    with pytest.raises(WrongState):
        copies.hand_over(copy=draft, how="post", by=ana)
    with pytest.raises(WrongState):
        copies.send_copy(copy=draft, by=ana)


def test_behind_the_clients_link_looking_opens_nothing_and_a_press_shows_it(client, signed_copy, ana, maria):
    Client.objects.filter(pk=maria.pk).update(channels=["email"], reminder_consent_on=MONDAY, email="m@example.org")
    signed_copy.client.refresh_from_db()
    message = copies.send_copy(copy=signed_copy, by=ana)
    assert message.kind == "own-copy" and Message.objects.filter(kind="own-copy").count() == 1
    path = copies.copy_url(signed_copy).split("/", 3)[3]
    before = AuditEntry.objects.count()
    door = client.get(f"/{path}").content.decode()
    assert "Read it" in door and "You came" not in door and AuditEntry.objects.count() == before
    shown = client.post(f"/{path}")
    assert "You came 4 times" in shown.content.decode() and shown["Cache-Control"] == "no-store"
    assert client.post(f"/{path}", {"what": "pdf"}).content == bytes(signed_copy.pdf)
    assert AuditEntry.objects.filter(verb="own_copy_opened").count() == 2
    gone = client.get("/l/unknown/").content
    copies.close_copy_link(copy=signed_copy, by=ana)
    assert client.post(f"/{path}").content == gone
    path = copies.copy_url(signed_copy).split("/", 3)[3]
    ActionLink.objects.update(expires_at=timezone.now())
    assert client.post(f"/{path}").content == gone


def test_from_the_clients_page_it_is_drafted_changed_signed_and_handed_over(page, maria, ana, draft):
    http = page(ana)
    assert "Write a copy in plain words" in http.get(f"/clients/{maria.pk}/agreements/").content.decode()
    made = http.post(f"/clients/{maria.pk}/copies/new/", {"first": "2026-09-24", "last": "2026-11-23"}, follow=True)
    copy = ClientCopy.objects.exclude(pk=draft.pk).get()
    assert "Exactly what Maria will read" in made.content.decode()
    typed = {name: getattr(copy, name) for name in ClientCopy.PROSE} | {"version": copy.version, "is_large": "on"}
    again = http.post(f"/copies/{copy.pk}/sign/", typed, follow=True).content.decode()
    assert "Read it once more" in again
    copy.refresh_from_db()
    assert copy.is_large and not copy.is_signed
    http.post(f"/copies/{copy.pk}/sign/", typed | {"version": copy.version})
    assert "Hand it over" in http.get(f"/copies/{copy.pk}/").content.decode()
    http.post(f"/copies/{copy.pk}/in-person/")
    assert Disclosure.objects.filter(client=maria, how="in person").exists()
