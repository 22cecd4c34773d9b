"""A note kept from somebody, opened with a reason: for half an hour, on paper for ever, and told to whom it concerns."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db.models import Q
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from conftest import make_member
from notes.models import BrokenGlass, Note
from notes.record import glass
from notes.tests.conftest import SOFT, draft_of, sign
from practice.models import AuditEntry, Message
from practice.refusals import BadInput, NotAllowed
from sessions.needs import MORE_NEEDS

WHY = "She is on the table and cannot tell us her medicines"


def needs(member):
    return [need.words for more in MORE_NEEDS for need in more(member, Q(therapist=member))]


@pytest.fixture
def kept(visit, ana):
    """A note Ana keeps to herself."""
    return sign(visit, ana, SOFT, subjective="told in confidence", visibility="author")


def note_url(note):
    return reverse("notes:note", args=[note.pk])


def glass_url(note):
    return reverse("notes:break_glass", args=[note.pk])


@pytest.mark.parametrize("who", ["ben", "owner"])
def test_a_reason_opens_a_kept_note_for_half_an_hour(who, request, kept, maria, page):
    member = request.getfixturevalue(who)
    browser = page(member)
    tab = browser.get(reverse("clients:client_notes", args=[maria.pk])).content.decode()
    assert glass_url(kept) in tab and "told in confidence" not in tab
    asked = browser.get(glass_url(kept)).content.decode()
    assert "Ana Alves" in asked and "told in confidence" not in asked
    shown = browser.post(glass_url(kept), {"reason": WHY}, follow=True).content.decode()
    assert "told in confidence" in shown and WHY in shown and "Add something" not in shown
    assert "Kept to Ana Alves, open to you until" in shown and "Only Ana Alves reads" not in shown
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        later = page(member).get(note_url(kept))  # signed in anew: the page itself has locked meanwhile
    assert later.status_code in (302, 403) and b"told in confidence" not in later.content


def test_the_address_of_a_note_leads_an_owner_who_writes_none_to_the_reason_and_the_desk_nowhere(kept, owner, desk, page):
    asked = page(owner).get(note_url(kept), follow=True)
    assert asked.redirect_chain == [(glass_url(kept), 302)]
    shown = asked.content.decode()
    assert "Why it cannot wait" in shown and "told in confidence" not in shown
    assert page(desk).get(note_url(kept)).status_code == 403


def test_without_a_reason_it_stays_closed(kept, ben, page, api):
    answer = page(ben).post(glass_url(kept), {"reason": "   "})
    assert answer.status_code == 422 and "Say why this cannot wait" in answer.content.decode()
    for reason in ("", "  "):
        answer = api(ben).post(f"/api/v1/notes/{kept.pk}/break-glass/", {"reason": reason}, format="json")
        assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == "/reason"
    with pytest.raises(BadInput):
        glass.break_glass(note=kept, reason="\n", by=ben)
    assert not BrokenGlass.objects.exists()


def test_the_desk_cannot_and_whoever_may_read_it_need_not(kept, ana, desk, page, api):
    assert page(desk).post(glass_url(kept), {"reason": WHY}).status_code == 403
    assert api(desk).post(f"/api/v1/notes/{kept.pk}/break-glass/", {"reason": WHY}, format="json").status_code == 403
    with pytest.raises(NotAllowed):
        glass.break_glass(note=kept, reason=WHY, by=desk)
    answer = api(ana).post(f"/api/v1/notes/{kept.pk}/break-glass/", {"reason": WHY}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "glass_not_needed")
    assert page(ana).get(glass_url(kept))["Location"] == note_url(kept)


def test_another_practice_finds_no_glass_to_break(kept, lakeside_owner, page, api):
    assert page(lakeside_owner).get(glass_url(kept)).status_code == 404
    answer = api(lakeside_owner).post(f"/api/v1/notes/{kept.pk}/break-glass/", {"reason": WHY}, format="json")
    assert answer.status_code == 404


def test_the_api_opens_it_as_well_and_only_the_note_itself(kept, maria, ben, owner, api):
    http = api(ben)
    assert http.get(f"/api/v1/notes/{kept.pk}/").status_code == 404
    opened = http.post(f"/api/v1/notes/{kept.pk}/break-glass/", {"reason": WHY}, format="json")
    assert opened.status_code == 201 and opened.json()["until"] > opened.json()["at"]
    assert http.get(f"/api/v1/notes/{kept.pk}/").json()["subjective"] == "told in confidence"
    assert http.get(f"/api/v1/clients/{maria.pk}/notes/").json()["count"] == 0
    for verb, body in (("addenda", {"text": "x", "reason": "y"}), ("sign", {}), ("cosign", {})):
        assert http.post(f"/api/v1/notes/{kept.pk}/{verb}/", body, format="json").status_code == 404
    assert api(owner).get(f"/api/v1/notes/{kept.pk}/").status_code == 403
    api(owner).post(f"/api/v1/notes/{kept.pk}/break-glass/", {"reason": WHY}, format="json")
    assert api(owner).get(f"/api/v1/notes/{kept.pk}/").status_code == 200


def test_one_opening_opens_one_note_for_one_person(kept, ana, ben, kofis_visit, riverside):
    other = draft_of(kofis_visit, ana, subjective="also kept", visibility="author")
    cleo = make_member(riverside, "Cleo Crane", "cleo@riverside.example", "therapist")
    glass.break_glass(note=kept, reason=WHY, by=ben)
    assert list(Note.objects.readable_by(ben)) == [kept]
    assert not Note.objects.readable_by(cleo).filter(pk__in=[kept.pk, other.pk]).exists()


def test_author_and_owner_are_told_by_mail_and_on_today_until_they_have_seen_it(kept, ana, ben, owner, desk, page):
    glass.break_glass(note=kept, reason=WHY, by=ben)
    mails = Message.objects.filter(kind="note-opened", state="waiting", due_at__lte=timezone.now())
    assert {mail.to_address for mail in mails} == {ana.user.email, owner.user.email}
    assert needs(ana) == needs(owner) == ["1 note was opened with a reason"]
    assert needs(ben) == needs(desk) == []
    opening = BrokenGlass.objects.get()
    told = page(ana).get(reverse("notes:opened")).content.decode()
    assert "Ben Baker" in told and WHY in told
    assert WHY not in page(ben).get(reverse("notes:opened")).content.decode()
    page(ana).post(reverse("notes:glass_seen", args=[opening.pk]))
    assert needs(ana) == [] and needs(owner) == ["1 note was opened with a reason"]
    page(owner).post(reverse("notes:glass_seen", args=[opening.pk]))
    assert needs(owner) == []
    assert page(ben).post(reverse("notes:glass_seen", args=[opening.pk])).status_code == 403


def test_whoever_opened_it_is_not_written_to(kept, owner):
    glass.break_glass(note=kept, reason=WHY, by=owner)
    assert [mail.to_address for mail in Message.objects.filter(kind="note-opened")] == ["ana@riverside.example"]


def test_the_trail_holds_that_it_was_opened_and_not_why(kept, ben):
    glass.break_glass(note=kept, reason=WHY, by=ben)
    entry = AuditEntry.objects.get(verb="glass_broken")
    assert (entry.subject_id, entry.actor, entry.client_id) == (kept.pk, ben, kept.client_id)
    assert WHY not in json.dumps(entry.detail)


def test_who_read_a_note_stands_on_its_page_for_its_author_and_no_colleague(visit, ana, ben, page, maria):
    note = sign(visit, ana)
    for _ in range(2):
        page(ben).get(note_url(note))
    from clients.keeping.exporting import export_client

    export_client(client=maria, by=ben)
    told = page(ana).get(note_url(note)).content.decode()
    assert "Who read this note (2)" in told
    assert "2 times that day" in told and "Ben Baker" in told and "taken out of the house" in told
    assert "Who read this note" not in page(ben).get(note_url(note)).content.decode()


def test_the_owner_who_gives_sessions_sees_who_read_and_the_reason(kept, ben, riverside, page):
    chief = make_member(riverside, "Olive Chief", "olive@riverside.example", "owner", is_therapist=True)
    glass.break_glass(note=kept, reason=WHY, by=ben)
    browser: Browser = page(chief)
    browser.post(glass_url(kept), {"reason": "to look into the opening"})
    told = browser.get(note_url(kept)).content.decode()
    assert "opened with a reason" in told and WHY in told


def test_the_last_visits_note_beside_a_draft_counts_as_read(visit, maria, ana, ben, neuro_45, page):
    from notes.tests.conftest import had_visit

    earlier = sign(had_visit(maria, ana, neuro_45, days_ago=7), ana)
    later = draft_of(had_visit(maria, ben, neuro_45, days_ago=1), ben)
    page(ben).get(note_url(later))
    assert AuditEntry.objects.filter(verb="note_read", subject_id=earlier.pk, actor=ben).count() == 1
