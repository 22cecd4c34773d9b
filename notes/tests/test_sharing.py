"""Sharing: link and code, one text for every refusal, closed at once, counted under pressure."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from clients.models import Consent, Disclosure
from conftest import MONDAY
from notes.models import Share, ShareOpening
from notes.sharing import sharing
from notes.summaries import summaries
from practice import outbox
from practice.models import AuditEntry, Message
from practice.refusals import BadInput, NotAllowed
from practice.tests.answers import text_of
from practice.tests.scratch import scratch_practice
from practice.tests.sizes import size


def token_of(made):
    return made.url.rstrip("/").rsplit("/", 1)[1]


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06d}"


def answers(http, url, code):
    """All the ways in: the page, the letter, the page asked for."""
    return [http.post(url, {"code": code}), http.post(url, {"code": code, "what": "letter"})]


# --- one text, byte for byte -----------------------------------------------------------------------------------


def test_nothing_that_does_not_open_can_be_told_from_another(
    client, share, signed_summary, neurologist, consent, ana, maria
):
    def fresh():
        return sharing.share_summary(summary=signed_summary, doctor=neurologist, consent=consent, by=ana)

    expired, revoked, locked = fresh(), fresh(), fresh()
    Share.objects.filter(pk=expired.share.pk).update(expires_at=timezone.now())
    sharing.revoke_share(share=revoked.share, by=ana)
    for _ in range(5):
        client.post(locked.url, {"code": wrong(locked.code)})
    refused = [
        *answers(client, share.url, wrong(share.code)),
        *answers(client, share.url, ""),
        *answers(client, expired.url, expired.code),
        *answers(client, revoked.url, revoked.code),
        *answers(client, locked.url, locked.code),
        *answers(client, "/s/" + "A" * 43 + "/", share.code),
        *answers(client, "/s/x/", "1"),
        *answers(client, share.url, "<script>" * 400),
        client.post(share.url, "{}", content_type="application/json"),
    ]
    assert {answer.status_code for answer in refused} == {404}
    assert len({answer.content for answer in refused}) == 1
    assert sharing.NO_ENTRY in refused[0].content.decode()
    for header in ("Content-Type", "Cache-Control", "Referrer-Policy", "X-Robots-Tag", "Content-Security-Policy"):
        assert len({answer[header] for answer in refused}) == 1
    asked = [client.get(made.url) for made in (share, expired, revoked, locked)] + [client.get("/s/unknown/")]
    assert {answer.status_code for answer in asked} == {200}
    assert len({answer.content for answer in asked}) == 1
    text = asked[0].content + refused[0].content
    assert b"Riverside" not in text and b"Lindqvist" not in text and b"Okafor" not in text
    for answer in (asked[0], refused[0]):  # to a doctor this product's name says nothing
        assert "A letter from a practice" in answer.content.decode()
        assert not re.search(r">[^<]*Evenhand", answer.content.decode())
        assert "the practice that sent you this link" in answer.content.decode()
    assert not ShareOpening.objects.exists()


def test_the_page_is_kept_by_nobody_and_leads_nowhere(client, share):
    for answer in (
        client.get(share.url),
        client.post(share.url, {"code": "1"}),
        client.post(share.url, {"code": share.code}),
    ):
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]
        assert not answer.cookies
        assert b'content="no-referrer"' in answer.content


def test_no_csrf_token_is_needed_because_the_code_is_the_secret(share):
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post(share.url, {"code": share.code}).status_code == 200


def test_other_methods_open_nothing(client, share):
    for method in (client.put, client.delete, client.patch, client.options):
        assert method(share.url, {"code": share.code}).status_code == 405


# --- what opens -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelled", ["{}", " {} ", "{}\n"])
def test_the_right_code_shows_the_letter_and_each_opening_is_written_down(spelled, client, share, ana):
    answer = client.post(share.url, {"code": spelled.format(share.code)})
    text = answer.content.decode()
    assert answer.status_code == 200
    for said in ("Maria Lindqvist", "Dr Adaeze Okafor", "Ana Alves", "Weekly.", "What is asked", "Riverside Therapy"):
        assert said in text
    assert 'name="code" value=' in text
    opening = ShareOpening.objects.get()
    assert (opening.share_id, opening.what) == (share.share.pk, "page")
    entry = AuditEntry.objects.get(verb="share_page_opened")
    assert (entry.actor_role, entry.actor_name) == ("doctor", "Dr Adaeze Okafor")


def test_the_pdf_is_offered_above_the_letter_and_no_part_is_set_larger_than_its_siblings(client, share):
    text = client.post(share.url, {"code": share.code}).content.decode()
    assert text.index("PDF letter") < text.index('aria-label="The letter"')
    assert "summary__course" not in text and "<h3>Course</h3>" in text


def test_a_code_read_out_in_two_halves_opens_too(share):
    assert sharing.open_share(token=token_of(share), code=f"{share.code[:3]} {share.code[3:]}")
    assert sharing.open_share(token=token_of(share), code=f"{share.code[:3]}-{share.code[3:]}")


def test_the_letter_comes_with_the_code_again_under_a_neutral_name(client, share):
    letter = client.post(share.url, {"code": share.code, "what": "letter"})
    assert letter.content.startswith(b"%PDF")
    assert letter["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    assert (letter["X-Content-Type-Options"], letter["Cache-Control"]) == ("nosniff", "no-store")
    assert ShareOpening.objects.get().what == "letter"


def test_readings_are_drawn_with_a_table_beside(client, maria, ana, neuro_45, neurologist, consent, now):
    from conftest import MONDAY
    from notes.tests.conftest import had_visit, sign

    for days, pain in ((14, (7, 5)), (7, (6, 4))):
        sign(had_visit(maria, ana, neuro_45, days_ago=days), ana, pain=pain)
    summary = summaries.compose_summary(
        client=maria, doctor=neurologist, first=MONDAY - timedelta(days=30), last=MONDAY, by=ana
    )
    made = sharing.share_summary(
        summary=summaries.sign_summary(summary=summary, by=ana), doctor=neurologist, consent=consent, by=ana
    )
    text = client.post(made.url, {"code": made.code}).content.decode()
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in text and 'role="img"' in text
    assert '<th scope="row">9 Nov 2026</th><td>7</td><td>5</td>' in text
    assert "style=" not in text


# --- what closes ------------------------------------------------------------------------------------------------


def test_five_wrong_codes_close_it_for_the_right_one_too(client, share):
    for _ in range(4):
        assert client.post(share.url, {"code": wrong(share.code)}).status_code == 404
    assert client.post(share.url, {"code": share.code}).status_code == 200
    for _ in range(5):
        client.post(share.url, {"code": wrong(share.code)})
    assert client.post(share.url, {"code": share.code}).status_code == 404
    share.share.refresh_from_db()
    assert share.share.state == "locked"


def test_an_empty_code_is_no_guess(client, share):
    for _ in range(9):
        client.post(share.url, {"code": "  "})
    assert client.post(share.url, {"code": share.code}).status_code == 200


def test_revoking_closes_page_letter_and_the_message_that_has_not_left(client, share, ana):
    sharing.mail_link(share=share.share, by=ana)
    sharing.revoke_share(share=share.share, by=ana)
    assert [answer.status_code for answer in answers(client, share.url, share.code)] == [404, 404]
    assert Message.objects.get(kind="summary-shared").state == "cancelled"


def test_it_closes_at_the_end_of_its_last_day_where_the_practice_is(client, share):
    share.share.refresh_from_db()
    assert share.share.expires_at.isoformat() == "2026-12-08T05:00:00+00:00"
    with time_machine.travel("2026-12-08T04:59:30Z", tick=False):
        assert client.post(share.url, {"code": share.code}).status_code == 200
    with time_machine.travel("2026-12-08T05:00:00Z", tick=False):
        assert client.post(share.url, {"code": share.code}).status_code == 404


def test_an_agreement_that_ends_sooner_closes_the_share_with_it(signed_summary, neurologist, consent, ana):
    Consent.objects.filter(pk=consent.pk).update(until="2026-11-25")
    made = sharing.share_summary(summary=signed_summary, doctor=neurologist, consent=consent, by=ana)
    assert made.share.last_day.isoformat() == "2026-11-25"


@pytest.mark.parametrize("days", [-1, 366])
def test_a_link_opens_neither_into_the_past_nor_for_years(days, signed_summary, neurologist, consent, ana):
    from conftest import MONDAY

    with pytest.raises(BadInput):
        sharing.share_summary(
            summary=signed_summary,
            doctor=neurologist,
            consent=consent,
            by=ana,
            expires_on=MONDAY + timedelta(days=days),
        )


def test_only_people_who_give_sessions_share(signed_summary, neurologist, consent, desk, owner):
    for somebody in (desk, owner):
        with pytest.raises(NotAllowed):
            sharing.share_summary(summary=signed_summary, doctor=neurologist, consent=consent, by=somebody)


def test_the_agreement_that_fits_is_found_and_a_narrower_or_older_one_is_not(signed_summary, consent):
    assert sharing.fitting_consent(signed_summary) == consent
    Consent.objects.filter(pk=consent.pk).update(sections=["plan"])
    assert sharing.fitting_consent(signed_summary) is None


# --- the message ------------------------------------------------------------------------------------------------


def test_an_agreement_that_ended_yesterday_is_said_to_have_ended_and_one_recorded_too_late_too(
        page, ana, signed_summary, neurologist, maria, now):
    yesterday = MONDAY - timedelta(days=1)
    typed = {"given_by": "Maria", "relationship": "self", "how": "in person", "given_on": "2026-11-01",
             "until": yesterday.isoformat()}
    http = page(ana)
    said = text_of(http.post(f"/summaries/{signed_summary.pk}/consents/", typed, follow=True))
    assert "The agreement is recorded, but does not reach this letter. The agreement ended on Sun 22 Nov." in said
    assert "The agreement ended on Sun 22 Nov. Ask Maria anew, in these words: “May I send Dr Adaeze Okafor" in said
    refused = http.post(f"/summaries/{signed_summary.pk}/shares/", {"expires_on": "2026-12-01"})
    assert refused.status_code == 409 and "ended on Sun 22 Nov" in text_of(refused)
    Consent.objects.update(until=None, withdrawn_at=timezone.now())
    assert "The agreement was withdrawn. Ask Maria anew" in text_of(http.get(f"/summaries/{signed_summary.pk}/"))


def test_the_mail_carries_the_link_and_never_the_code_or_the_client(share, ana):
    message = sharing.mail_link(share=share.share, by=ana)
    mail = outbox.KINDS["summary-shared"].compose(message)
    assert share.url in mail.body
    for secret in (share.code, "Maria", "Lindqvist", "sclerosis", "relapse", "summary"):
        assert secret not in mail.body and secret not in mail.subject
    assert "until the end of Mon 7 Dec" in mail.body
    assert outbox.KINDS["summary-shared"].recheck(message) is None
    sharing.revoke_share(share=share.share, by=ana)
    assert outbox.KINDS["summary-shared"].recheck(message)


def test_a_doctor_without_an_address_gets_no_mail(share, ana, neurologist):
    neurologist.email = ""
    neurologist.save()
    share.share.refresh_from_db()
    assert sharing.mail_link(share=share.share, by=ana) is None


def test_a_sharing_is_written_down_among_what_went_to_whom_with_when_it_was_opened(share, maria, ana, client, page):
    row = Disclosure.objects.get(client=maria)
    assert (row.to_name, row.subject_id, row.content_hash) == (
        share.share.doctor.name, share.share.pk, share.share.summary.content_hash)
    assert row.why.startswith("Treatment; agreed on ")
    shown = f"/clients/{maria.pk}/disclosures/"
    assert "not opened so far" in page(ana).get(shown).content.decode()
    client.post(share.url, {"code": share.code})
    assert "first opened Mon 23 Nov 2026" in page(ana).get(shown).content.decode()


def test_neither_link_nor_code_can_be_read_out_of_the_database(share):
    row = json.dumps(Share.objects.filter(pk=share.share.pk).values().get(), default=str)
    assert token_of(share) not in row and share.code not in row
    assert len(token_of(share)) == 43


# --- under pressure -----------------------------------------------------------------------------------------------

_SHARED = """
import json
from datetime import timedelta
from decimal import Decimal
from django.utils import timezone
from clients.models import Client, Consent, Doctor
from notes.sharing import sharing
from notes.record import signing
from notes.summaries import summaries
from notes import writing
from notes.beginning import begin_note
from practice import clock
from practice.models import Membership, Service
from sessions.booking import book_appointment
ana = Membership.objects.get(user__email="ana@riverside.example")
client = Client.objects.order_by("name").first()
doctor = Doctor.objects.create(practice=ana.practice, name="Dr Race")
today = clock.wall_of(timezone.now(), ana.practice.time_zone)[0]
starts_at = (timezone.now() - timedelta(days=2)).replace(second=0, microsecond=0)
visit = book_appointment(client=client, therapist=ana, service=Service.objects.first(), starts_at=starts_at, by=ana,
                         override_reason="entered late")
note, _ = begin_note(appointment=visit, by=ana)
note = writing.write_note(note=note, by=ana, expected_version=1, subjective="x")
signing.sign_note(note=note, by=ana)
summary = summaries.compose_summary(client=client, doctor=doctor, first=today - timedelta(days=9), last=today, by=ana)
summary = summaries.sign_summary(summary=summary, by=ana)
consent = Consent.objects.create(practice=ana.practice, client=client, doctor=doctor, text_version="1", given_by="x",
                                 how="in person", given_on=today)
made = [sharing.share_summary(summary=summary, doctor=doctor, consent=consent, by=ana) for _ in range(3)]
print(json.dumps([[share.url.rstrip("/").rsplit("/", 1)[1], share.code, str(share.share.pk)] for share in made]))
"""
_RACE = """
import hmac, json
from threading import Barrier, Lock, Thread
from django.db import connections
from notes.sharing import sharing
token, codes = {token!r}, {codes!r}
start, lock, opened, compared = Barrier(len(codes)), Lock(), [], []
real = hmac.compare_digest
def counted(a, b):
    with lock:
        compared.append(a)
    return real(a, b)
hmac.compare_digest = counted
def guess(code):
    start.wait(30)
    try:
        if sharing.open_share(token=token, code=code, what={what!r}):
            with lock:
                opened.append(code)
    finally:
        connections.close_all()
threads = [Thread(target=guess, args=(code,)) for code in codes]
[t.start() for t in threads]; [t.join() for t in threads]
print(json.dumps([len(opened), len(compared)]))
"""


@pytest.mark.sized
@pytest.mark.processes
def test_of_many_guesses_at_once_at_most_five_are_compared_and_answering_is_no_way_round(tmp_path, record_property):
    with scratch_practice(tmp_path / "share") as scratch:

        def race(token, codes, what="page"):
            return json.loads(scratch.python(_RACE.format(token=token, codes=codes, what=what)).strip().splitlines()[-1])

        guessed, opened, answering = json.loads(scratch.python(_SHARED).strip().splitlines()[-1])
        for (token, code, _), count, what in ((guessed, size(20, 200), "page"), (answering, 200, "answer")):
            wrong_ones = [f"{n:06d}" for n in range(count + 1) if f"{n:06d}" != code][:count]
            assert race(token, wrong_ones, what) == [0, 5]
            assert race(token, [code], what) == [0, 0]
        record_property("figure", f"{size(20, 200)} at once at the page, 200 answering: 5 compared each, then the code is dead")
        token, code, _ = opened
        assert race(token, [code] * 4)[0] == 4
        assert scratch.sql("SELECT count(*) FROM notes_shareopening") == [(4,)]
        assert scratch.sql("SELECT openings_counted FROM notes_share WHERE openings_counted > 0") == [(4,)]
