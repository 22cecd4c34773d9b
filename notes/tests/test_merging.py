"""Somebody listed twice becomes one: what may move moves, what is signed stays and is read with the one that stays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from clients.keeping.joining import side_by_side
from clients.keeping.merging import MergeRefused, merge_clients, worth_knowing
from clients.keeping.parts import PARTS, is_clients_own, rows_of
from clients.models import Client, ClientDoctor, Consent, EmergencyCard, Finding, FindingRegion
from clients.profiles import change_client
from clients.recording import end_finding, record_condition, record_finding
from clients.standing import ClientMerged
from conftest import MONDAY, at, make_client, make_member, make_practice, numb
from notes.earlier import last_signed, last_treatments
from notes.models import Note, Summary
from notes.outcomes import readings_of
from notes.record import signing
from notes.sharing import sharing
from notes.summaries import summaries
from notes.tests.conftest import draft_of, had_visit, sign
from notes.writing import TreatmentInput
from practice.models import AuditEntry, Message
from practice.refusals import NotAllowed
from sessions import holds
from sessions.booking import book_appointment
from sessions.models import Appointment, WaitlistEntry
from sessions.rhythm import Rhythm
from sessions.series import book_series
from sessions.waitlist import join_waitlist


@pytest.fixture
def twin(now, maria, riverside, ana, neuro_45, neurologist) -> Client:
    """Maria again, under another name: with a signed note, a draft, visits, findings, a summary and all the rest."""
    twin = make_client(riverside, "M. Lindquist", "migraine", email="m@work.example", phone="206 555 0110",
                       birth_date=None, preferences={"mobility": "stick", "minutes": 45})  # fmt: skip
    numb(twin, side="left")
    sign(had_visit(twin, ana, neuro_45, days_ago=21), ana, TreatmentInput("back", "both", "effleurage", 2, 10), pain=(7, 4))
    summary = summaries.compose_summary(
        client=twin, doctor=neurologist, first=MONDAY - timedelta(days=30), last=MONDAY, by=ana
    )
    summaries.sign_summary(summary=summary, by=ana)
    draft_of(had_visit(twin, ana, neuro_45, days_ago=14), ana, subjective="to be finished")
    ClientDoctor.objects.create(practice=riverside, client=twin, doctor=neurologist)
    EmergencyCard.objects.create(practice=riverside, client=twin, contact_name="Erik", plan="Stay with her.")
    book_series(client=twin, therapist=ana, service=neuro_45, first_starts_at=at(14), rhythm=Rhythm(7, 3), by=ana)
    join_waitlist(client=twin, service=neuro_45, by=ana)
    holds.report_episode(client=twin, kind="migraine_attack", onset_on=MONDAY, by=ana)
    return twin


def counted(*clients: Client) -> dict[str, int]:
    """How many rows of each kind these people have together."""
    families = {row.pk for client in clients for row in client.family}
    rows = {part.code: sum(rows_of(part, client).count() for client in Client.objects.filter(pk__in=families, merged_into=None))
            for part in PARTS.values() if part.code != "trail"}  # fmt: skip
    assert rows
    return rows


def test_everything_there_is_of_either_is_there_of_the_one_that_stays(twin, maria, signed, ana, neurologist, neuro_45):
    ClientDoctor.objects.create(practice=maria.practice, client=maria, doctor=neurologist)
    EmergencyCard.objects.create(practice=maria.practice, client=maria, contact_name="Karin")
    join_waitlist(client=maria, service=neuro_45, by=ana)
    before = counted(maria, twin)
    assert before["notes"] == 3 and before["visits"] >= 6 and before["messages"] >= 3

    merge_clients(client=twin, into=maria, by=ana)

    after = counted(maria)
    assert after.pop("messages") > before.pop("messages"), "what waits goes to the address that stays, on new rows"
    assert after == before
    left = {p.code for p in PARTS.values() if is_clients_own(p) and p.model.objects.filter(**{p.link: twin.pk}).exists()}
    assert left == {"notes", "summaries", "trail", "doctors", "emergency-card"}
    assert Note.objects.get(client=twin).is_signed and Summary.objects.get(client=twin).is_signed
    assert not Message.objects.filter(client_id=twin.pk).exists()
    assert WaitlistEntry.objects.filter(client=maria, ended_at=None).count() == 1
    card = EmergencyCard.objects.get(client=maria)
    assert (card.contact_name, card.plan) == ("Karin", "Stay with her.")


def test_what_the_one_that_stays_lacks_is_filled_and_what_it_says_stands(twin, maria, ana):
    told = {(row.name, row.comes_over) for row in side_by_side(maria, twin)}
    assert {("Phone", True), ("E-mail", False), ("Name", False), ("Getting about", True)} <= told
    Client.objects.filter(pk=maria.pk).update(reminder_consent_on=None, channels=[])
    kept = merge_clients(client=twin, into=maria, by=ana)
    assert (kept.name, kept.email, kept.phone) == ("Maria Lindqvist", "maria@clients.example", "206 555 0110")
    assert kept.preferences == {"mobility": "stick", "minutes": 45}
    assert kept.reminder_consent_on is None  # she agreed for the other address


def test_signed_notes_of_the_row_that_went_are_read_counted_and_sound(twin, maria, signed, ana, page):
    merge_clients(client=twin, into=maria, by=ana)
    old = Note.objects.get(client=twin)
    browser = page(ana)
    shown = browser.get(reverse("clients:client_notes", args=[maria.pk])).content.decode()
    assert reverse("notes:note", args=[old.pk]) in shown
    told = browser.get(reverse("clients:client_agreements", args=[maria.pk])).content.decode()
    assert reverse("notes:summary", args=[Summary.objects.get().pk]) in told
    assert [(p.before, p.after) for p in readings_of(maria, by=ana)["pain"]] == [(7, 4), (5, 3)]
    assert last_signed(signed, ana) == old
    read = browser.get(reverse("notes:note", args=[old.pk])).content.decode()
    assert "Maria Lindqvist" in read and "M. Lindquist" not in read
    out = StringIO()
    call_command("verify_records", stdout=out)
    assert "2 signed notes, all sound" in out.getvalue()
    signing.add_addendum(note=old, text="said later", reason="asked", by=ana)
    assert not signing.broken_links(maria.practice_id)


def test_the_last_treatments_of_either_row_are_checked_at_booking(twin, maria, ana):
    assert last_treatments(maria) == []
    merge_clients(client=twin, into=maria, by=ana)
    assert [t.technique for t in last_treatments(maria)] == ["effleurage"]


def test_a_summary_signed_before_is_shared_with_the_agreement_of_the_one_that_stays(twin, maria, ana, neurologist, consent):
    merge_clients(client=twin, into=maria, by=ana)
    made = sharing.share_summary(summary=Summary.objects.get(), doctor=neurologist, consent=consent, by=ana)
    assert made.share.consent.client == maria


def test_a_new_summary_tells_of_the_visits_of_both(twin, maria, signed, ana, neurologist):
    merge_clients(client=twin, into=maria, by=ana)
    made = summaries.compose_summary(
        client=maria, doctor=neurologist, first=MONDAY - timedelta(days=30), last=MONDAY, by=ana
    )
    assert len(summaries.letter_of(made).sessions) == 2


def test_two_visits_at_one_time_are_named_and_nothing_moves(twin, maria, ana, ben, garden, neuro_45):
    neuro_45.rooms.clear()
    book_appointment(client=maria, therapist=ben, service=neuro_45, starts_at=at(14, 15), by=ben)
    before = {p.code: list(p.model.objects.order_by("pk").values()) for p in PARTS.values()}
    with pytest.raises(MergeRefused, match=r"Tue 24 Nov, 14:00 with Ana Alves.*Tue 24 Nov, 14:15 with Ben Baker"):
        merge_clients(client=twin, into=maria, by=ana)
    assert {p.code: list(p.model.objects.order_by("pk").values()) for p in PARTS.values()} == before
    assert Client.objects.get(pk=twin.pk).merged_into is None
    assert any("at the same time" in words for words in worth_knowing(twin, maria))


def test_two_visits_one_after_the_other_are_one_persons(twin, maria, ana, neuro_45):
    book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(15), by=ana)
    merge_clients(client=twin, into=maria, by=ana)
    assert Appointment.objects.filter(client=maria, wall_date=MONDAY + timedelta(days=1)).count() == 2


def test_open_episodes_and_contradicting_findings_of_both_stand_and_can_be_ended(twin, maria, ana):
    record_finding(client=maria, finding="hypersensitive", places=[("foot", "left")], by=ana)
    absent = Finding.objects.create(practice=maria.practice, client=twin, finding="absent-sensation")
    FindingRegion.objects.create(finding=absent, region="foot", side="both")
    holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, by=ana)
    said = " ".join(worth_knowing(twin, maria))
    assert "Both have an open episode" in said
    assert "will both stand for left foot" in said
    merge_clients(client=twin, into=maria, by=ana)
    assert maria.episodes.filter(status="suspected").count() == 2
    assert end_finding(finding=Finding.objects.get(pk=absent.pk), ended_on=MONDAY, by=ana).ended_on == MONDAY


def test_visits_in_time_the_other_rows_episode_holds_are_told(twin, maria, ana):
    holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, by=ana, status="confirmed")
    assert any("2 visits lie before Mon 7 Dec" in words for words in worth_knowing(twin, maria))


def test_only_owners_and_therapists_of_one_practice_merge_and_only_once(twin, maria, kofi, ana, owner, desk, lakeside_owner):
    stranger = make_client(lakeside_owner.practice, "Maria Lindqvist")
    with pytest.raises(NotAllowed, match="for the owner or a therapist"):
        merge_clients(client=twin, into=maria, by=desk)
    for other in (stranger, maria):
        with pytest.raises(MergeRefused):
            merge_clients(client=other, into=maria, by=ana)
    merge_clients(client=twin, into=maria, by=owner)
    with pytest.raises(MergeRefused, match="merged already"):
        merge_clients(client=twin, into=kofi, by=ana)
    with pytest.raises(MergeRefused, match="merged already"):
        merge_clients(client=kofi, into=twin, by=ana)
    assert kofi.merged.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite a transaction that writes is alone anyway")
def test_two_merges_of_the_same_two_at_once_make_one_row_of_them():
    practice = make_practice("Riverside Therapy")
    ana = make_member(practice, "Ana Alves", "ana@riverside.example", "therapist")
    pairs = [(make_client(practice, f"Maria {n}"), make_client(practice, f"Mary {n}")) for n in range(8)]

    def merge(client, into):
        try:
            return merge_clients(client=client, into=into, by=ana)
        except MergeRefused:
            return None
        finally:
            connection.close()

    both_ways = [pair for a, b in pairs for pair in ((a, b), (b, a))]
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda pair: merge(*pair), both_ways))
    assert sum(1 for kept in done if kept) == len(pairs)
    assert Client.objects.filter(merged_into=None).count() == len(pairs)
    assert not Client.objects.filter(merged_into__merged_into__isnull=False).exists()


def test_whoever_was_merged_into_the_row_that_goes_goes_along(twin, maria, kofi, ana):
    merge_clients(client=twin, into=kofi, by=ana)
    merge_clients(client=kofi, into=maria, by=ana)
    assert set(maria.merged.values_list("name", flat=True)) == {"M. Lindquist", "Kofi Mensah"}
    assert Note.objects.filter(client__in=maria.family).count() == 2


def test_writing_for_a_row_that_was_merged_meanwhile_is_refused_in_words(twin, maria, ana, neuro_45):
    seen = Client.objects.get(pk=twin.pk)
    merge_clients(client=twin, into=maria, by=ana)
    for write in (
        lambda: record_finding(client=seen, finding="fever", by=ana),
        lambda: record_condition(client=seen, condition="ms", by=ana),
        lambda: book_appointment(client=seen, therapist=ana, service=neuro_45, starts_at=at(16), by=ana),
        lambda: holds.report_episode(client=seen, kind="relapse", by=ana),
    ):
        with pytest.raises(ClientMerged, match="Open Maria Lindqvist anew"):
            write()


def test_the_row_that_went_is_in_no_list_its_page_leads_on_and_its_id_is_nobody(twin, maria, ana, page, api, neuro_45):
    merge_clients(client=twin, into=maria, by=ana)
    browser, http, old = page(ana), api(ana), reverse("clients:client", args=[twin.pk])
    for address in ("?archived=1", "", "?q=Lindquist", "?archived=1&q=Lindquist"):
        assert old not in browser.get(reverse("clients:list") + address).content.decode()
    led = browser.get(old, follow=True)
    assert led.redirect_chain == [(reverse("clients:client", args=[maria.pk]), 302)]
    assert "was listed twice" in led.content.decode()
    assert http.get(f"/api/v1/clients/{twin.pk}/").status_code == 404
    assert http.get("/api/v1/clients/?q=Lindquist").json()["count"] <= 1
    body = {"client": str(twin.pk), "therapist": str(ana.pk), "service": str(neuro_45.pk), "starts_at": at(16).isoformat()}
    assert http.post("/api/v1/appointments/", body, format="json").json()["errors"][0]["pointer"] == "/client"
    note = Note.objects.get(client=twin)
    assert http.get(f"/api/v1/notes/{note.pk}/").json()["client"] == str(maria.pk)
    assert {n["id"] for n in http.get(f"/api/v1/clients/{maria.pk}/notes/").json()["results"]} >= {str(note.pk)}


def test_the_trail_of_both_says_so_and_the_old_one_is_still_found(twin, maria, ana):
    lines = AuditEntry.objects.filter(client_id=twin.pk).count()
    assert lines
    merge_clients(client=twin, into=maria, by=ana)
    assert AuditEntry.objects.filter(client_id=twin.pk).count() == lines + 1
    told = {e.client_id: e.detail for e in AuditEntry.objects.filter(verb="client_merged")}
    assert told[twin.pk] == {"into": str(maria.pk)}
    assert told[maria.pk]["merged"] == str(twin.pk) and "phone" in told[maria.pk]["fields"]


def test_somebody_who_still_comes_is_on_the_list_whichever_row_stays(twin, maria, ana):
    Client.objects.filter(pk=maria.pk).update(archived_at=maria.created_at)
    assert merge_clients(client=twin, into=maria, by=ana).archived_at is None


def test_a_profile_is_not_changed_on_a_row_that_went(twin, maria, ana, page):
    merge_clients(client=twin, into=maria, by=ana)
    assert page(ana).get(reverse("clients:edit", args=[twin.pk])).status_code == 404
    assert change_client(client=maria, by=ana, birth_date=date(1971, 3, 3)).birth_date == date(1971, 3, 3)
    assert Consent.objects.count() == 0
