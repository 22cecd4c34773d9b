"""Who works here: invited by link, as what, with which credential; switched off at once; never without an owner."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, transaction
from django.test import Client as Browser

from conftest import MONDAY, make_member, token_for
from practice import outbox
from practice.models import ApiToken, AuditEntry, Invitation, Membership, Message, User
from practice.people.inviting import Place, invite, invite_again, revoke_invitation
from practice.people.letters import url_of
from practice.people.places import LastOwner, OwnPlace, change_place, switch_off, switch_on
from practice.refusals import NotAllowed, Refusal

PASSWORD = "three quiet green rivers"
THERAPIST = Place("therapist", credential="LMT 70777", credential_expires_on=MONDAY + timedelta(days=400))


def path_of(invitation):
    return "/" + url_of(invitation).split("/", 3)[3]


@pytest.fixture
def asked(riverside, owner):
    return invite(practice=riverside, email="Cleo@Example.org", name="Cleo Cruz", place=THERAPIST, by=owner)


def test_somebody_invited_follows_the_mail_chooses_a_password_and_is_in(now, asked, owner):
    message = Message.objects.get(kind="invitation")
    mail = outbox.KINDS["invitation"].compose(message)
    assert (message.to_address, mail.body.count(url_of(asked))) == ("cleo@example.org", 1)
    assert url_of(asked).rsplit("/", 2)[1] not in asked.token_hash
    browser = Browser()
    seen = browser.get(path_of(asked)).content.decode()
    assert "Join" in seen and "At least 12 characters" in seen and not Membership.objects.filter(
        user__email="cleo@example.org").exists(), "opening it changes nothing"
    weak = browser.post(path_of(asked), {"name": "Cleo Cruz", "password": "password"})
    assert weak.status_code == 400 and "too short" in weak.content.decode()
    landed = browser.post(path_of(asked), {"name": "Cleo Cruz-Diaz", "password": PASSWORD}, follow=True)
    assert landed.redirect_chain and "Cleo Cruz-Diaz" in landed.content.decode()
    member = Membership.objects.get(user__email="cleo@example.org")
    assert (member.role, member.is_therapist, member.credential) == ("therapist", True, "LMT 70777")
    assert member.user.check_password(PASSWORD)
    assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {"member_invited", "member_joined"}


def test_a_link_that_is_unknown_expired_used_or_taken_back_gives_one_answer(now, riverside, owner, time_machine):
    used, back, old = (invite(practice=riverside, email=f"{n}@example.org", name=n, place=Place("front_desk"), by=owner)
                       for n in ("used", "back", "old"))
    assert Browser().post(path_of(used), {"name": "Used", "password": PASSWORD}).status_code == 302
    revoke_invitation(invitation=back, by=owner)
    time_machine.move_to(now + timedelta(days=7, seconds=1))
    answers = {(got.status_code, got.content) for path in map(path_of, (used, back, old)) for got in (
        Browser().get(path), Browser().post(path, {"name": "X", "password": PASSWORD}))}
    answers |= {(got.status_code, got.content) for got in (Browser().get("/j/nothing/"), Browser().get("/j/nothing/"))}
    assert len(answers) == 1 and answers.pop()[0] == 404


def test_where_no_mail_leaves_nobody_is_told_that_an_invitation_has_left_and_the_owner_hands_it_over(
        now, owner, ana, page, settings):
    asked = {"name": "Cleo Cruz", "email": "cleo@example.org", "role": "front_desk"}
    settings.EMAIL_URL = "smtp://mail.example:25"
    assert "Nobody receives mail" not in page(owner).get("/practice/people/invite/").content.decode()
    settings.EMAIL_URL = ""
    assert "Nobody receives mail from here yet" in page(owner).get("/practice/people/invite/").content.decode()
    said = page(owner).post("/practice/people/invite/", asked, follow=True).content.decode()
    assert "Cleo Cruz is invited, but no mail leaves this server: hand them the link below yourself" in said
    assert url_of(Invitation.objects.get(email="cleo@example.org")) in said
    assert "/j/" not in page(ana).get("/practice/people/").content.decode()
    Message.objects.filter(kind="invitation").update(state="sent", sent_at=now)
    assert "no mail has left: this server sends none" in page(owner).get("/practice/people/").content.decode()
    assert "Nobody receives mail from here yet" in page(owner).get("/messages/").content.decode()
    settings.EMAIL_URL = "smtp://mail.example:25"
    listed = page(owner).get("/practice/people/").content.decode()
    assert "the mail has left" in listed and "/j/" not in listed


def test_an_invitation_sent_anew_has_another_link_and_the_old_mail_stays(now, asked, owner):
    again = invite_again(invitation=asked, by=owner)
    assert url_of(again) != url_of(asked)
    assert Browser().get(path_of(asked)).status_code == 404 and Browser().get(path_of(again)).status_code == 200
    assert Message.objects.get(subject_id=asked.pk).state == "cancelled"


def test_whoever_works_elsewhere_joins_with_the_password_they_have_and_chooses_where_to_be(
        now, asked, lakeside, maria):
    there = make_member(lakeside, "Cleo Cruz", "cleo@example.org", "therapist")
    there.user.set_password(PASSWORD)
    there.user.save()
    browser = Browser()
    assert "You have an account" in browser.get(path_of(asked)).content.decode()
    wrong = browser.post(path_of(asked), {"password": "something else entirely"})
    assert wrong.status_code == 403 and Membership.objects.filter(user=there.user).count() == 1
    assert browser.post(path_of(asked), {"password": PASSWORD})["Location"] == "/login/", "through the usual door"
    browser.force_login(there.user)
    seen = browser.get("/clients/").content.decode()
    assert "Go to" in seen and "Maria Lindqvist" not in seen
    here = Membership.objects.get(user=there.user, practice=asked.practice)
    assert browser.post("/place/", {"place": str(here.pk)}).status_code == 302
    assert "Maria Lindqvist" in browser.get("/clients/").content.decode()
    switch_off(person=here, by=asked.invited_by)
    assert "Maria Lindqvist" not in browser.get("/clients/").content.decode(), "out, and still in the other practice"


def test_a_place_that_is_not_ones_own_cannot_be_chosen(now, page, ana, lakeside_owner):
    browser = page(ana)
    for place in (str(lakeside_owner.pk), "nothing", ""):
        assert browser.post("/place/", {"place": place}).status_code == 404
    assert "Riverside" in browser.get("/clients/").content.decode()


def test_the_link_of_an_invitation_is_no_reading_for_colleagues(now, asked, page, ana, owner, settings):
    settings.DEMO = True
    where = f"/messages/{Message.objects.get(kind='invitation').pk}/"
    secret = url_of(asked).rsplit("/", 2)[1]
    assert secret not in page(ana).get(where).content.decode() and secret in page(owner).get(where).content.decode()
    settings.DEMO = False
    assert secret not in page(owner).get(where).content.decode()


def test_only_the_owner_invites_and_changes_people(now, riverside, ana, ben, desk, asked, page):
    for one in (ana, desk):
        seen = page(one).get("/practice/people/").content.decode()
        assert ben.name in seen and "Invite somebody" not in seen and asked.email not in seen
        with pytest.raises(NotAllowed):
            invite(practice=riverside, email="x@example.org", name="X", place=THERAPIST, by=one)
        for act in (switch_off, switch_on):
            with pytest.raises(NotAllowed):
                act(person=ben, by=one)
        assert page(one).post(f"/practice/people/{ben.pk}/place/", {"role": "owner"}).status_code == 403


@pytest.mark.parametrize("email, words", [
    ("ana@riverside.example", "works here already"), ("cleo@example.org", "is invited already"), ("nobody", "whole e-mail")])
def test_who_is_here_or_invited_already_is_not_invited_again(now, riverside, owner, ana, asked, email, words):
    with pytest.raises(Refusal, match=words):
        invite(practice=riverside, email=email, name="Cleo", place=THERAPIST, by=owner)
    assert Invitation.objects.count() == 1


def test_the_last_owner_can_neither_be_demoted_nor_switched_off_not_even_in_the_database(now, riverside, owner, ana):
    second = make_member(riverside, "Otto Zwei", "otto@riverside.example", "owner")
    for act in (lambda: change_place(person=owner, role="front_desk", is_therapist=False, by=owner),
                lambda: switch_off(person=owner, by=owner)):
        with pytest.raises(OwnPlace):
            act()
    change_place(person=second, role="front_desk", is_therapist=False, by=owner)
    second.refresh_from_db()
    with pytest.raises(NotAllowed):
        switch_off(person=owner, by=second)
    Membership.objects.filter(pk=second.pk).update(role="owner")
    User.objects.filter(pk=owner.user_id).update(is_active=False)  # an owner who cannot sign in is none
    with pytest.raises(LastOwner):
        switch_off(person=second, by=owner)
    Membership.objects.filter(pk=second.pk).update(role="front_desk")
    for change in ({"is_active": False}, {"role": "therapist", "is_therapist": True}):
        with pytest.raises(DatabaseError, match="practice_keeps_an_active_owner"), transaction.atomic():
            Membership.objects.filter(pk=owner.pk).update(**change)
    owner.refresh_from_db()
    assert owner.is_active and owner.role == "owner"


def test_a_token_of_somebody_switched_off_ends_for_good(now, ana, owner, api):
    http = api(ana)
    assert http.get("/api/v1/me/").status_code == 200
    switch_off(person=ana, by=owner)
    assert http.get("/api/v1/me/").status_code == 401
    switch_on(person=ana, by=owner)
    assert http.get("/api/v1/me/").status_code == 401
    assert not ApiToken.objects.filter(membership=ana, revoked_at=None).exists()
    assert api(ana).get("/api/v1/me/").status_code == 200, "a new one works"


def test_who_was_switched_off_is_told_so_at_the_door_and_not_sent_in_a_circle(now, ana, owner, page, client):
    ana.user.set_password(PASSWORD)
    ana.user.save()
    browser = page(ana)
    switch_off(person=ana, by=owner)
    asked = browser.get("/", follow=True)
    assert asked.redirect_chain == [("/login/?next=/", 302)]
    said = client.post("/login/", {"username": ana.user.email, "password": PASSWORD}).content.decode()
    assert "This account is switched off. Ask the practice&#x27;s owner." in said


def test_another_role_holds_from_the_next_request_of_every_way_in(now, ana, owner, maria, page):
    browser, token = page(ana), token_for(ana)
    clinical = f"/clients/{maria.pk}/notes/"
    call = {"headers": {"Authorization": f"Bearer {token}"}}
    assert browser.get(clinical).status_code == 200
    assert Browser().get(f"/api/v1/clients/{maria.pk}/notes/", **call).status_code == 200
    change_place(person=ana, role="front_desk", is_therapist=False, by=owner)
    assert browser.get(clinical).status_code == 403
    assert Browser().get(f"/api/v1/clients/{maria.pk}/notes/", **call).status_code == 403


@pytest.mark.parametrize("days, words", [(61, None), (60, "runs out on"), (0, "runs out on"), (-3, "ran out on")])
def test_a_credential_that_runs_out_is_told_to_its_holder_and_the_owner(now, ana, ben, owner, page, days, words):
    Membership.objects.filter(pk=ana.pk).update(credential_expires_on=MONDAY + timedelta(days=days))
    to_ana, to_ben, to_owner = (page(one).get("/").content.decode() for one in (ana, ben, owner))
    assert ("Your credential" in to_ana, "credential" in to_ben, f"{ana.name}’s credential" in to_owner) == (
        bool(words), False, bool(words))
    if words:
        assert words in to_ana and words in to_owner
        assert re.search("Valid until|Ran out on", page(owner).get("/practice/people/").content.decode())


def test_the_owner_writes_a_credential_down_and_a_day_of_nothing_is_refused(now, ana, owner, page):
    browser, where = page(owner), f"/practice/people/{ana.pk}/"
    said = browser.post(where, {"credential": "", "credential_expires_on": "2027-01-31"})
    assert said.status_code == 400 and "Write the credential this day belongs to." in said.content.decode()
    assert browser.post(where, {"credential": "LMT 1", "credential_expires_on": "2027-01-31"}).status_code == 302
    ana.refresh_from_db()
    assert (ana.credential, str(ana.credential_expires_on)) == ("LMT 1", "2027-01-31")
    with pytest.raises(ObjectDoesNotExist):
        AuditEntry.objects.get(verb="member_credential_changed", detail__credential="LMT 1")
