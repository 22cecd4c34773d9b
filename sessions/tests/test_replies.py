"""What clients answer by text: a few words do what they say, once; everything else is read by somebody."""

from datetime import date, timedelta
from itertools import count

import pytest
from django.utils import timezone

from clients.channels import agreed_by
from clients.models import ChannelConsent, Client, Episode, Reply
from clients.replies.letters import ENDED
from clients.replies.meanings import Meaning, meaning_of
from conftest import at, make_client
from practice import outbox
from practice.models import AuditEntry, Message
from practice.tests.gateway import Gateway
from practice.tests.hooking import tell_as_gateway, tell_as_twilio
from sessions.booking import book_appointment, move_appointment
from sessions.replies import reply_needs, short_name

NUMBER, OURS = "+12065550123", "+15550100"
_TOLD = count(1)


@pytest.fixture
def gateway(settings):
    with Gateway() as gateway:
        settings.SMS_URL = gateway.url("twilio")
        yield gateway


@pytest.fixture
def texted_client(riverside, maria):
    """Maria, who agreed to text messages, under a number as she writes it."""
    riverside.country = "US"
    riverside.save()
    Client.objects.filter(pk=maria.pk).update(phone="(206) 555-0123", channels=["sms", "email"])
    maria.refresh_from_db()
    return maria


@pytest.fixture
def visit(now, texted_client, ana, neuro_45):
    return book_appointment(client=texted_client, therapist=ana, service=neuro_45, starts_at=at(10, days=2), by=ana)


@pytest.fixture
def reminded(visit, gateway, time_machine):
    """The visit, of which a text has spoken."""
    time_machine.move_to(timezone.now() + timedelta(minutes=4))
    outbox.drain()
    assert [text.to for text in gateway.taken] == [NUMBER]
    return visit


def says(text, sender=NUMBER, to=OURS, reference=None, **more):
    """A text comes in from Twilio; the rows it left."""
    reference = reference or f"SM{next(_TOLD)}"
    answer = tell_as_twilio("/hooks/sms/in/", MessageSid=reference, From=sender, To=to, Body=text, **more)
    assert answer.status_code == 200
    return Reply.objects.filter(reference=reference)


def needs(member):
    from django.db.models import Q
    return [need.words for need in reply_needs(member, Q())]


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("meaning", "texts"), [
    (Meaning.STOP, ["STOP", "stop.", "Stop please", "STOPALL", "quit", "END", "revoke", "Opt out", "OPT-OUT", "cancel",
                    "Unsubscribe", "stopp", "ARRÊT", "Baja", "désabonner", "Abmelden"]),
    (Meaning.START, ["START", "unstop", "Opt-in"]),
    (Meaning.YES, ["YES", "yes!", "Y", "ok", "1", "JA", "Sí", "¡Sí, por favor!", "oui", "D'accord", "👍",
                   "Yes, thank you."]),
    (Meaning.NO, ["No", "nein", "non", "I can't come", "No puedo"]),
    (Meaning.UNWELL, ["FLARE", "flare-up", "Schub", "poussée", "I'm in a flare", "I’m not feeling well",
                      "Flare since Sunday, legs heavy", "krank"]),
    (Meaning.OTHER, ["", "Stop by at ten?", "Cancel my visit on Tuesday", "yes but can we do 11?", "no flare today",
                     "Flare is over", "The flare is better", "10", "ok see you, what about parking",
                     "end of the month suits me", "I have no idea", "x" * 1600]),
])
def test_a_text_means_what_its_whole_says(meaning, texts):
    assert {text: meaning_of(text) for text in texts} == dict.fromkeys(texts, meaning)


# --- yes and no -----------------------------------------------------------------------------------------------------


def test_yes_confirms_the_visit_the_text_spoke_of(reminded):
    [reply] = says("Yes!")
    reminded.refresh_from_db()
    assert reminded.status == "confirmed"
    assert reply.outcome == "Confirmed Wed 25 Nov, 10:00."
    assert reply.seen_at is not None
    assert reminded.events.filter(verb="confirm", by_name="Maria Lindqvist").count() == 1


def test_yes_told_twice_by_the_gateway_is_one_yes(reminded):
    says("Yes", reference="SM-same")
    says("Yes", reference="SM-same")
    assert Reply.objects.count() == 1
    assert reminded.events.filter(verb="confirm").count() == 1


def test_the_plain_gateway_brings_a_yes_as_well(reminded, gateway, settings):
    settings.SMS_URL = gateway.url("plain")
    answer = tell_as_gateway("/hooks/sms/in/", id="in-1", **{"from": NUMBER, "to": "EVENHAND", "text": "ja"})
    assert answer.status_code == 204
    reminded.refresh_from_db()
    assert reminded.status == "confirmed"


def test_a_text_cut_off_within_an_emoji_is_read_all_the_same(reminded, gateway, settings, ana):
    settings.SMS_URL = gateway.url("plain")
    answer = tell_as_gateway("/hooks/sms/in/", id="in-1", **{"from": NUMBER, "to": "EVENHAND", "text": "late \ud83d"})
    assert answer.status_code == 204
    assert needs(ana) == ["Reply from Maria L.: “late \ufffd”"]


def test_yes_to_two_visits_is_not_a_guess(reminded, ana, neuro_45, gateway, time_machine):
    other = book_appointment(client=reminded.client, therapist=ana, service=neuro_45, starts_at=at(14, days=3), by=ana)
    time_machine.move_to(timezone.now() + timedelta(minutes=4))
    outbox.drain()
    [reply] = says("yes")
    for visit in (reminded, other):
        visit.refresh_from_db()
        assert visit.status == "booked"
    assert needs(ana) == ["Reply from Maria L.: “yes” 2 visits were texted about: ask which they mean."]
    assert reply.seen_at is None


def test_yes_long_after_the_text_is_read_by_somebody(now, texted_client, ana, neuro_45, gateway, time_machine):
    visit = book_appointment(client=texted_client, therapist=ana, service=neuro_45, starts_at=at(10, days=21), by=ana)
    time_machine.move_to(timezone.now() + timedelta(minutes=4))
    outbox.drain()
    time_machine.move_to(timezone.now() + timedelta(days=6))
    says("yes")
    visit.refresh_from_db()
    assert visit.status == "booked"
    assert needs(ana) == [
        "Reply from Maria L.: “yes” No text of the last days spoke of a visit as it stands: ask what they mean."]


def test_yes_to_the_old_time_of_a_visit_does_not_confirm_the_new_one(reminded, ana, gateway, time_machine):
    move_appointment(appointment=reminded, starts_at=at(14, days=4), by=ana)
    [reply] = says("yes")
    reminded.refresh_from_db()
    assert reminded.status == "booked"
    assert reply.outcome == "No text of the last days spoke of a visit as it stands: ask what they mean."
    time_machine.move_to(timezone.now() + timedelta(minutes=4))
    outbox.drain()
    says("yes")
    reminded.refresh_from_db()
    assert reminded.status == "confirmed"


def test_no_asks_somebody_to_ring_and_leaves_the_visit(reminded, ana, desk):
    says("No")
    reminded.refresh_from_db()
    assert reminded.status == "booked"
    words = "Reply from Maria L.: “No” Cannot come Wed 25 Nov, 10:00: ring them. The visit stands until you agree another time."
    assert needs(ana) == needs(desk) == [words]


def test_cancel_ends_texts_and_cancels_no_visit(reminded):
    says("CANCEL")
    reminded.refresh_from_db()
    reminded.client.refresh_from_db()
    assert reminded.status == "booked"
    assert reminded.client.channels == ["email"]


# --- not well ---------------------------------------------------------------------------------------------------------


def test_a_word_for_not_feeling_well_is_a_possible_episode_as_from_the_link(reminded, ana):
    [reply] = says("Flare since Sunday, legs heavy")
    episode = Episode.objects.get(client=reminded.client)
    assert (episode.status, episode.kind, episode.symptoms) == ("suspected", "relapse", "Flare since Sunday, legs heavy")
    reminded.refresh_from_db()
    assert reminded.status == "booked"
    assert reply.seen_at is not None
    assert Message.objects.filter(kind="look-today", to_address=ana.user.email).count() == 1


def test_the_word_alone_adds_no_words(reminded):
    says("FLARE")
    assert Episode.objects.get().symptoms == ""
    says("flare")
    assert Episode.objects.count() == 1


def test_how_somebody_feels_is_not_for_the_front_desk(reminded, desk, ana, page):
    [reply] = says("Flare since Sunday, legs heavy")
    for path in ("/replies/", f"/replies/{reply.pk}/", f"/clients/{reminded.client.pk}/agreements/"):
        assert "legs heavy" not in page(desk).get(path).content.decode()
        assert "legs heavy" in page(ana).get(path).content.decode()


# --- stop -------------------------------------------------------------------------------------------------------------


def test_stop_ends_texts_at_once_and_is_told_once(reminded, gateway):
    client = reminded.client
    before = len(gateway.taken)
    [reply] = says("STOP")
    client.refresh_from_db()
    assert client.channels == ["email"]
    assert reply.outcome == "No more text messages. They are still written to by e-mail."
    outbox.drain()
    says("stop")
    outbox.drain()
    assert [text.text for text in gateway.taken[before:]] == [
        "Riverside Therapy: You get no more texts from us. No appointment was changed.\n"
        "To change one, or for texts again, call +1 206 555 0100."]
    assert Message.objects.filter(kind=ENDED).count() == 1


def test_the_last_text_goes_by_no_mail_where_no_phone_receives_it(reminded, gateway):
    says("STOP")
    gateway.refuse(21614)
    assert outbox.drain() == {"failed": 1}
    assert list(Message.objects.filter(kind=ENDED).values_list("channel", "state", "why")) == [
        ("sms", "failed", "This is not a mobile number.")]


def test_what_waits_as_a_text_goes_by_mail_where_they_agreed_to_that(now, texted_client, ana, neuro_45, gateway):
    book_appointment(client=texted_client, therapist=ana, service=neuro_45, starts_at=at(10, days=14), by=ana)
    says("Stop")
    texts = Message.objects.filter(client_id=texted_client.pk, channel="sms").exclude(kind=ENDED)
    assert set(texts.values_list("state", "why")) == {("cancelled", "They answered “Stop”: it goes by e-mail.")}
    mails = Message.objects.filter(client_id=texted_client.pk, channel="email", state="waiting")
    assert sorted(mails.values_list("kind", "due_at")) == sorted(texts.values_list("kind", "due_at"))
    assert set(mails.values_list("to_address", flat=True)) == {"maria@clients.example"}


def test_who_can_only_be_rung_after_stop_stands_on_today(reminded, ana, gateway):
    Client.objects.update(channels=["sms"])
    says("stop")
    assert needs(ana) == [
        "Reply from Maria L.: “stop” No more text messages, and they agreed to no other way: ring before the next visit."]


def test_a_text_on_its_way_to_the_door_is_not_sent_after_stop(reminded, gateway, ana):
    """Between the claim and the hand-over: what is claimed is looked at once more."""
    move_appointment(appointment=reminded, starts_at=at(14, days=4), by=ana)
    Message.objects.filter(kind="moved").update(due_at=timezone.now())
    before = len(gateway.taken)
    kind = outbox.KINDS["moved"]
    seen = []

    def stops_first(message):
        if not seen:
            seen.append(says("stop"))
            vars(message).pop("visit", None)
        return kind.recheck(message)

    from dataclasses import replace
    outbox.KINDS["moved"] = replace(kind, recheck=stops_first)
    try:
        outbox.drain()
    finally:
        outbox.KINDS["moved"] = kind
    assert [text.text[:40] for text in gateway.taken[before:]] == ["Riverside Therapy: You get no more texts"]


def test_where_the_gateway_has_told_them_itself_we_do_not_tell_them_again(reminded):
    says("STOP", OptOutType="STOP")
    assert not Message.objects.filter(kind=ENDED).exists()
    assert Client.objects.get().channels == ["email"]


def test_what_twilio_took_for_stop_or_start_is_one_in_whatever_words(reminded):
    [reply] = says("HALT", OptOutType="STOP")
    assert (reply.meaning, reply.outcome) == (
        Meaning.STOP, "No more text messages. They are still written to by e-mail.")
    assert Client.objects.get().channels == ["email"]
    assert [reply.meaning for reply in says("weiter", OptOutType="START")] == [Meaning.START]
    assert [reply.meaning for reply in says("HELP", OptOutType="HELP")] == [Meaning.OTHER]
    assert not Message.objects.filter(kind=ENDED).exists()


def test_who_asked_the_gateway_itself_for_no_more_gets_none_from_us(visit, gateway, time_machine):
    gateway.refuse(21610)
    time_machine.move_to(timezone.now() + timedelta(minutes=4))
    outbox.drain()
    assert Client.objects.get().channels == ["email"]
    told = Message.objects.get(kind="booked", channel="sms")
    assert (told.state, told.why[:42]) == ("failed", "This number asked for no more text message")
    assert ChannelConsent.objects.get(channel="sms").withdrawn_how == "They asked the SMS gateway for no more."
    assert not Message.objects.filter(kind=ENDED).exists()


def test_a_landline_that_turns_out_to_be_one_ends_no_agreement(visit, gateway, time_machine):
    gateway.refuse(21614)
    time_machine.move_to(timezone.now() + timedelta(minutes=4))
    outbox.drain()
    assert Client.objects.get().channels == ["sms", "email"]


def test_stop_from_a_number_of_two_ends_texts_to_both(texted_client, riverside, gateway, ana):
    other = make_client(riverside, "Max Lindqvist", phone="+1 206 555 0123", channels=["sms"])
    [reply] = says("STOP")
    assert reply.client is None
    assert "sms" not in Client.objects.get(pk=texted_client.pk).channels + Client.objects.get(pk=other.pk).channels
    assert Message.objects.filter(kind=ENDED).count() == 1


def test_start_is_no_agreement_by_itself(reminded, ana, gateway):
    says("STOP")
    says("START")
    assert Client.objects.get().channels == ["email"]
    assert needs(ana) == [
        "Reply from Maria L.: “START” Nothing was changed: ask how they want to be written to, and note it."]


def test_stop_is_kept_with_when_and_how_and_cannot_be_rewritten(reminded):
    from django.db import DatabaseError, transaction
    says("STOP")
    row = ChannelConsent.objects.get(channel="sms")
    assert row.withdrawn_how == "They answered “STOP”."
    assert (row.given_on, row.source) == (date(2026, 1, 5), "intake form")
    for change in ({"withdrawn_at": None}, {"given_on": date(2020, 1, 1)}, {"source": "invented"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ChannelConsent.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        ChannelConsent.objects.filter(pk=row.pk).delete()


# --- whose it is --------------------------------------------------------------------------------------------------------


def test_a_number_of_two_clients_is_nobodys_guess(reminded, riverside, ana, gateway):
    make_client(riverside, "Max Lindqvist", phone="206.555.0123")
    [reply] = says("yes")
    reminded.refresh_from_db()
    assert (reminded.status, reply.client) == ("booked", None)
    assert needs(ana) == ["Reply from +1 206-555-0123: “yes”"]


def test_who_left_does_not_stand_in_the_way_of_who_is_here(reminded, riverside, gateway):
    make_client(riverside, "Max Lindqvist", phone="206.555.0123", archived_at=timezone.now())
    [reply] = says("yes")
    assert reply.client == reminded.client


def test_the_practice_says_whose_a_text_is(reminded, riverside, ana, page, gateway):
    max_ = make_client(riverside, "Max Lindqvist", phone="206.555.0123")
    stranger = make_client(riverside, "Somebody Else", phone="206.555.0999")
    [reply] = says("running late")
    shown = page(ana).get(f"/replies/{reply.pk}/").content.decode()
    assert "Maria Lindqvist" in shown
    assert "Max Lindqvist" in shown
    assert "Somebody Else" not in shown
    assert page(ana).post(f"/replies/{reply.pk}/whose/", {"client": stranger.pk}).status_code == 400
    page(ana).post(f"/replies/{reply.pk}/whose/", {"client": max_.pk})
    reply.refresh_from_db()
    assert reply.client == max_
    assert needs(ana) == ["Reply from Max L.: “running late”"]


def test_a_text_of_nobody_on_the_list_is_still_read(now, riverside, ana, gateway):
    [reply] = says("Is there a visit free?", sender="+12065559999")
    assert needs(ana) == ["Reply from +1 206-555-9999: “Is there a visit free?”"]
    assert reply.client is None


def test_a_client_of_two_practices_is_asked_by_both_and_stopped_by_both(reminded, lakeside, ana, gateway):
    twin = make_client(lakeside, "Maria Lindqvist", phone="+1 206 555 0123", channels=["sms"])
    assert says("yes").count() == 2
    reminded.refresh_from_db()
    assert reminded.status == "booked"
    says("stop")
    assert {tuple(client.channels) for client in Client.objects.all()} == {("email",), ()}
    assert Client.objects.get(pk=twin.pk).channels == []


def test_a_practice_with_its_own_number_hears_what_is_sent_there_alone(reminded, lakeside, lakeside_owner, gateway):
    lakeside.sms_sender = "+1 206 555 0177"
    lakeside.save()
    twin = make_client(lakeside, "Maria Lindqvist", phone="+1 206 555 0123", channels=["sms"])
    [reply] = says("stop", to="+12065550177")
    assert reply.practice == lakeside
    assert Client.objects.get(pk=twin.pk).channels == []
    assert Client.objects.get(pk=reminded.client.pk).channels == ["sms", "email"]
    assert {reply.practice_id for reply in says("yes", to=OURS)} == {reminded.practice_id}


def test_stop_to_the_gateways_own_number_holds_for_every_practice_that_knows_it(
        reminded, lakeside, lakeside_owner, gateway):
    lakeside.sms_sender = "+12065550177"
    lakeside.save()
    twin = make_client(lakeside, "Maria Lindqvist", phone="+1 206 555 0123", channels=["sms"])
    assert says("stop", to=OURS).count() == 2
    assert Client.objects.get(pk=twin.pk).channels == []
    assert Client.objects.get(pk=reminded.client.pk).channels == ["email"]


@pytest.mark.parametrize("sender", ["RIVERSIDE", "+12065550177"])
def test_stop_to_a_number_no_practice_writes_from_ends_texts_as_well(reminded, riverside, sender):
    riverside.sms_sender = sender
    riverside.save()
    [reply] = says("STOP")
    assert (reply.practice, reply.client) == (riverside, reminded.client)
    assert Client.objects.get().channels == ["email"]


def test_a_text_to_a_number_no_practice_writes_from_is_read_by_who_knows_the_sender(
        reminded, riverside, lakeside, ana, gateway):
    for practice, sender in ((riverside, "RIVERSIDE"), (lakeside, "LAKESIDE")):
        practice.sms_sender = sender
        practice.save()
    [reply] = says("running late")
    assert (reply.practice, reply.client) == (riverside, reminded.client)
    assert needs(ana) == ["Reply from Maria L.: “running late”"]
    assert not says("Is there a visit free?", sender="+12065559999").exists()


def test_a_strangers_text_to_the_gateways_number_is_read_by_the_only_practice(now, riverside, ana, gateway):
    riverside.sms_sender = "RIVERSIDE"
    riverside.save()
    says("Is there a visit free?", sender="+12065559999")
    assert needs(ana) == ["Reply from +1 206-555-9999: “Is there a visit free?”"]


# --- read by somebody ------------------------------------------------------------------------------------------------------


def test_a_text_in_words_stands_on_today_until_somebody_has_dealt_with_it(reminded, ana, desk, page, gateway):
    [reply] = says("<b>Running</b> 10 minutes late")
    assert needs(desk) == ["Reply from Maria L.: “<b>Running</b> 10 minutes late”"]
    today = page(ana).get("/").content.decode()
    assert "&lt;b&gt;Running&lt;/b&gt; 10 minutes late" in today
    assert f"/replies/{reply.pk}/" in today
    page(desk).post(f"/replies/{reply.pk}/seen/")
    reply.refresh_from_db()
    assert (reply.seen_by, needs(ana)) == (desk, [])
    assert AuditEntry.objects.filter(verb="reply_seen", subject_id=reply.pk, actor=desk).count() == 1


def test_nothing_but_what_the_page_offers_marks_a_text_as_dealt_with(reminded, ana, page, gateway):
    [reply] = says("running late")
    assert page(ana).post(f"/replies/{reply.pk}/anything/").status_code == 404
    reply.refresh_from_db()
    assert reply.seen_at is None


def test_who_asks_for_no_more_texts_in_other_words_gets_none(reminded, ana, page, gateway):
    [reply] = says("Please do not text me any more, it upsets me")
    assert "They want no more texts" in page(ana).get(f"/replies/{reply.pk}/").content.decode()
    page(ana).post(f"/replies/{reply.pk}/stop/")
    assert Client.objects.get().channels == ["email"]
    reply.refresh_from_db()
    assert reply.seen_by == ana


def test_a_picture_without_words_is_said_to_be_one(reminded, ana, gateway):
    says("", NumMedia="1")
    assert needs(ana) == ["Reply from Maria L.: “(a picture, or nothing)”"]


def test_no_word_of_a_text_stands_in_the_audit_trail(reminded, gateway):
    says("my numb foot is worse")
    for entry in AuditEntry.objects.filter(subject_type="reply"):
        assert "numb" not in f"{entry.detail}{entry.actor_name}"


def test_texts_are_of_their_practice_alone(reminded, lakeside_owner, page, gateway):
    [reply] = says("running late")
    assert page(lakeside_owner).get(f"/replies/{reply.pk}/").status_code == 404
    assert page(lakeside_owner).post(f"/replies/{reply.pk}/stop/").status_code == 404
    assert "running late" not in page(lakeside_owner).get("/replies/").content.decode()
    assert agreed_by(Client.objects.get()).keys() == {"sms", "email"}


@pytest.mark.parametrize(("name", "short"), [("Maria Lindqvist", "Maria L."), ("Cher", "Cher"),
                                             ("Ana de la Cruz", "Ana C.")])
def test_a_list_names_people_shortly(name, short):
    assert short_name(name) == short
