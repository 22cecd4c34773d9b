"""Supervision: who co-signs, what waits for it, what is said instead, and what a doctor is told of it."""

from datetime import timedelta

import pytest
from django.db.models import Q
from django.urls import reverse

from conftest import MONDAY
from notes.letters.printing import letter_pdf
from notes.models import Note
from notes.record import cosigning, signing
from notes.seal.verifying import broken_links
from notes.summaries import summaries
from notes.tests.conftest import SOFT, draft_of, had_visit, sign
from notes.writing import TreatmentInput
from practice.models import Membership
from practice.refusals import BadInput, NotAllowed
from practice.supervision import set_supervisor
from sessions.needs import MORE_NEEDS


def needs(member):
    return [need.words for more in MORE_NEEDS for need in more(member, Q(therapist=member))]


@pytest.fixture
def under_ben(ana, ben, owner):
    """Ana, whose notes Ben co-signs."""
    return set_supervisor(therapist=ana, supervisor=ben, by=owner)


@pytest.fixture
def waits(under_ben, visit):
    return sign(visit, under_ben, pain=(5, 3))


def test_the_owner_says_who_supervises_whom_and_circles_are_refused(ana, ben, owner, desk, lakeside_owner):
    set_supervisor(therapist=ana, supervisor=ben, by=owner)
    for supervisor, why in ((ana, "nobody co-signs their own"), (desk, "Choose a therapist"),
                            (lakeside_owner, "Choose a therapist")):
        with pytest.raises(BadInput, match=why):
            set_supervisor(therapist=ana, supervisor=supervisor, by=owner)
    with pytest.raises(BadInput, match="Ana Alves cannot co-sign for Ben Baker: Ben Baker co-signs for them"):
        set_supervisor(therapist=ben, supervisor=ana, by=owner)
    with pytest.raises(BadInput, match="signs no notes"):
        set_supervisor(therapist=desk, supervisor=ben, by=owner)
    with pytest.raises(NotAllowed):
        set_supervisor(therapist=ana, supervisor=None, by=ana)


def test_the_owner_says_it_on_the_therapists_page(page, ana, ben, owner):
    browser, url = page(owner), reverse("practice:hours", args=[ana.pk])
    answer = browser.post(reverse("practice:supervisor", args=[ana.pk]), {"supervisor": str(ben.pk)}, follow=True)
    assert "Ben Baker finds Ana Alves’s notes" in answer.content.decode()
    assert "Ben Baker co-signs the notes." in page(ana).get(url).content.decode()
    assert page(ben).post(reverse("practice:supervisor", args=[ana.pk]), {"supervisor": ""}).status_code == 403
    browser.post(reverse("practice:supervisor", args=[ana.pk]), {"supervisor": ""})
    assert Membership.objects.get(pk=ana.pk).supervisor is None


def test_a_supervised_note_stands_signed_and_waits_for_its_supervisor_alone(waits, ana, ben, owner, page):
    assert waits.is_signed and waits.supervisor_id == ben.pk
    assert needs(ben) == ["Maria Lindqvist, Mon 23 Nov: Ana Alves’s note waits for your co-signature"]
    assert needs(ana) == needs(owner) == []
    assert "Waits for Ben Baker to co-sign" in page(ana).get(reverse("notes:note", args=[waits.pk])).content.decode()
    assert "Maria Lindqvist" in page(ben).get(reverse("notes:waiting")).content.decode()


def test_the_supervisor_co_signs_and_that_joins_the_chain(waits, ana, ben, page):
    browser = page(ben)
    assert "Co-sign" in browser.get(reverse("notes:note", args=[waits.pk])).content.decode()
    told = browser.post(reverse("notes:cosign", args=[waits.pk]), follow=True).content.decode()
    assert "Co-signed by Ben Baker, LMT 60123" in told and "Waits for" not in told
    note = Note.objects.get(pk=waits.pk)
    assert (note.cosigned_by, note.cosignature.chain_position) == (ben, 2)
    assert note.cosignature.previous_hash == note.content_hash
    assert needs(ben) == [] and broken_links(note.practice_id) == []


def test_only_the_supervisor_co_signs_once_and_only_what_waits(waits, ana, ben, owner, kofi, neuro_45, kofis_visit):
    other = Membership.objects.get(pk=ana.pk)
    with pytest.raises(NotAllowed, match="Nobody co-signs their own"):
        cosigning.cosign_note(note=waits, by=ana)
    with pytest.raises(NotAllowed):
        cosigning.cosign_note(note=waits, by=owner)
    set_supervisor(therapist=ana, supervisor=None, by=owner)
    free = sign(kofis_visit, Membership.objects.get(pk=ana.pk), TreatmentInput("back", "both", "effleurage", 2, 5))
    with pytest.raises(cosigning.NotAwaited, match="needs no co-signature"):
        cosigning.cosign_note(note=free, by=ben)
    cosigning.cosign_note(note=waits, by=ben)  # what waited still waits for who was to sign it then
    with pytest.raises(cosigning.NotAwaited, match="has co-signed this note already"):
        cosigning.cosign_note(note=waits, by=ben)
    draft = draft_of(had_visit(kofi, ana, neuro_45, hour=14), other, SOFT)
    with pytest.raises(signing.NoteNotSigned):
        cosigning.cosign_note(note=draft, by=ben)


def test_a_note_sent_back_stays_signed_and_comes_again_once_its_author_has_answered(waits, ana, ben, page):
    browser, url = page(ben), reverse("notes:send_back", args=[waits.pk])
    assert "Say what is missing." in browser.post(url, {"text": ""}).content.decode()
    told = browser.post(url, {"text": "Which leg?"}, follow=True).content.decode()
    assert "Which leg?" in told and "Sent back instead of co-signed" in told and "waits for Ana Alves" in told
    assert needs(ben) == []
    assert needs(ana) == ["Maria Lindqvist, Mon 23 Nov: your note was sent back"]
    with pytest.raises(cosigning.AuthorsTurn):
        cosigning.send_back(note=waits, text="Well?", by=ben)
    signing.add_addendum(note=waits, text="The left one.", reason="asked by Ben", by=ana)
    assert needs(ana) == [] and "waits for your co-signature" in needs(ben)[0]
    cosigning.cosign_note(note=waits, by=ben)
    assert [row.sends_back for row in waits.addenda.all()] == [True, False]
    assert broken_links(waits.practice_id) == []


def test_a_new_supervisor_takes_over_what_waits(waits, ana, ben, owner, riverside):
    from conftest import make_member

    cleo = make_member(riverside, "Cleo Crane", "cleo@riverside.example", "therapist")
    set_supervisor(therapist=ana, supervisor=cleo, by=owner)
    assert "waits for your co-signature" in needs(cleo)[0]
    assert cosigning.cosign_note(note=waits, by=cleo).by == cleo


def test_a_supervisor_reads_a_kept_note_once_it_is_signed_and_nobody_else_does(under_ben, ben, visit, riverside):
    from conftest import make_member

    draft = draft_of(visit, under_ben, SOFT, subjective="x", visibility="author")
    assert not Note.objects.visible_to(ben).exists()
    signing.sign_note(note=draft, by=under_ben)
    assert Note.objects.visible_to(ben).exists()
    cleo = make_member(riverside, "Cleo Crane", "cleo@riverside.example", "therapist")
    assert not Note.objects.visible_to(cleo).exists()


def test_a_summary_says_who_co_signed_and_what_is_not_yet(waits, under_ben, ben, maria, neuro_45, neurologist):
    sign(had_visit(maria, under_ben, neuro_45, days_ago=7), under_ben)
    cosigning.cosign_note(note=waits, by=ben)
    summary = summaries.compose_summary(client=maria, doctor=neurologist, first=MONDAY - timedelta(days=30),
                                        last=MONDAY, by=under_ben)
    letter = summaries.letter_of(summaries.sign_summary(summary=summary, by=under_ben))
    assert letter.cosigned == ("1 session note by Ana Alves, co-signed by Ben Baker. "
                               "1 session note by Ana Alves, not co-signed yet.")
    from io import BytesIO

    from pypdf import PdfReader

    printed = "".join(page.extract_text() for page in PdfReader(BytesIO(letter_pdf(letter))).pages)
    assert "co-signed by Ben Baker" in " ".join(printed.split())


def test_the_api_co_signs_sends_back_and_refuses_in_words(waits, ana, ben, api):
    url, http = f"/api/v1/notes/{waits.pk}/", api(ben)
    told = http.get(url).json()
    assert (told["awaits_cosignature"], told["cosigned_by"], told["cosigned_by_name"]) == (True, None, "")
    assert http.post(f"{url}send-back/", {"text": " "}, format="json").status_code == 400
    sent = http.post(f"{url}send-back/", {"text": "Which leg?"}, format="json")
    assert (sent.status_code, sent.json()["sends_back"]) == (201, True)
    assert http.post(f"{url}send-back/", {"text": "?"}, format="json").json()["code"] == "note_sent_back"
    assert api(ana).post(f"{url}cosign/", format="json").json()["detail"] == "Nobody co-signs their own note."
    told = http.post(f"{url}cosign/", format="json").json()
    assert (told["awaits_cosignature"], told["cosigned_by"], told["cosigned_by_name"]) == (
        False, str(ben.pk), "Ben Baker")
    again = http.post(f"{url}cosign/", format="json")
    assert (again.status_code, again.json()["code"]) == (409, "cosignature_not_awaited")
