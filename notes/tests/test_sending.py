"""A letter on other ways than the link: what leaves, to whom, under which agreement, and what never goes together."""

from datetime import timedelta
from email import message_from_bytes
from io import BytesIO
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.utils import timezone
from pypdf import PdfReader

from clients.consents import ConsentMissing
from clients.doctors import change_doctor
from clients.models import Disclosure, Doctor
from notes.models import Sending
from notes.sending.letters import KIND, mail_letter
from notes.sending.ways import AgreementEnded, NoGateway, paper_for, password_of, send_letter
from notes.sharing import sharing
from notes.sharing.texting import text_code
from notes.summaries import summaries
from notes.tests.test_letters import flat
from practice import outbox
from practice.models import Message
from practice.outbox.secure_mail import open_door
from practice.refusals import BadInput
from practice.tests.scratch import free_port


def words_of(pdf: PdfReader, page: int) -> str:
    return flat(pdf.pages[page].extract_text())


class Relay:
    """A gateway that keeps what it was given."""

    def __init__(self):
        self.got = []

    async def handle_DATA(self, server, session, envelope):
        self.got.append(envelope.original_content)
        return "250 OK"


@pytest.fixture
def sent(signed_summary, consent, ana):
    """`sent("fax")` sends Maria's signed letter this way."""
    def of(way, **more):
        return send_letter(summary=signed_summary, consent=consent, by=ana, way=way, **more)
    return of


def test_an_encrypted_letter_opens_with_its_password_alone_and_is_the_kept_one_inside(sent, signed_summary):
    sending = sent("sealed", reason="Their clinic blocks links")
    pdf = PdfReader(BytesIO(paper_for(sending)))
    assert pdf.is_encrypted and pdf.decrypt("wrong") == 0
    assert pdf.decrypt(password_of(sending)) != 0
    kept = PdfReader(BytesIO(summaries.paper_of(signed_summary)))
    assert [words_of(pdf, n) for n in range(len(pdf.pages))] == [words_of(kept, n) for n in range(len(kept.pages))]
    assert pdf.trailer["/Root"].get("/StructTreeRoot")  # what a screen reader needs is still in it
    assert len(password_of(sending).replace("-", "")) == 16


def test_the_password_is_never_in_the_mail_that_carries_the_letter(sent, ana):
    sending = sent("sealed", reason="Asked for it")
    message = mail_letter(sending=sending, by=ana)
    mail = outbox.KINDS[KIND].compose(message)
    assert "by another way" in mail.body and password_of(sending) not in mail.subject + mail.body
    assert PdfReader(BytesIO(mail.attachments[0].content)).is_encrypted
    assert "Maria" not in mail.subject + mail.body


def test_a_fax_has_its_cover_page_in_front_which_names_nobody_but_sender_and_receiver(sent, signed_summary, neurologist):
    Doctor.objects.filter(pk=neurologist.pk).update(fax="+1 206 555 0143", phone="+1 206 555 0142")
    signed_summary.doctor.refresh_from_db()
    sending = sent("fax")
    pdf = PdfReader(BytesIO(paper_for(sending)))
    cover, letter = words_of(pdf, 0), words_of(pdf, 1)
    assert len(pdf.pages) == 2
    for told in ("Fax", "+1 206 555 0143", "+1 206 555 0142", "Dr Adaeze Okafor", "2, this one included", "Confidential"):
        assert told in cover
    assert "Maria" not in cover and "Maria" in letter
    assert sent("post").to_address == "City Hospital\nSeattle"


def test_a_fax_is_read_aloud_cover_first_and_each_page_knows_its_own_elements(sent, signed_summary):
    pdf: Any = PdfReader(BytesIO(paper_for(sent("fax", to_address="206 555 0143"))))
    root = pdf.trailer["/Root"]
    tree = root["/StructTreeRoot"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"]
    pages = {page.indirect_reference.idnum: number for number, page in enumerate(pdf.pages)}

    def pages_of(element: Any) -> list[int]:
        element = element.get_object()
        if not isinstance(element, dict):
            return []
        own = [pages[element.raw_get("/Pg").idnum]] if "/Pg" in element else []
        kids = element.get("/K", [])
        return own + [page for kid in (kids if isinstance(kids, list) else [kids]) for page in pages_of(kid)]

    first, then = (set(pages_of(kid)) for kid in tree["/K"])
    assert (first, then) == ({0}, {1})
    numbers = tree["/ParentTree"]["/Nums"]
    keys = [int(key) for key in numbers[::2]]
    assert sorted(page["/StructParents"] for page in pdf.pages) == sorted(keys) and tree["/ParentTreeNextKey"] > max(keys)
    for page in pdf.pages:
        elements = numbers[keys.index(page["/StructParents"]) * 2 + 1].get_object()
        assert {number for element in elements for number in pages_of(element)} == {pages[page.indirect_reference.idnum]}


def test_each_way_stands_among_what_went_to_whom_with_its_reason(sent, maria):
    sent("sealed", reason="Their clinic blocks links")
    sent("fax", to_address="206 555 0199")
    by_fax, sealed = Disclosure.objects.filter(client=maria)
    assert (by_fax.how, by_fax.to_address) == ("by fax", "206 555 0199")
    assert sealed.how == "as an encrypted PDF" and sealed.why.endswith("Their clinic blocks links")
    assert sealed.content_hash == by_fax.content_hash != ""


@pytest.mark.parametrize("way, more, field", [
    ("pigeon", {}, "way"), ("sealed", {}, "reason"), ("fax", {}, "to_address"), ("fax", {"to_address": "none"}, "to_address")])
def test_what_is_not_clear_is_refused_in_words_and_nothing_is_written_down(way, more, field, sent):
    with pytest.raises(BadInput) as refused:
        sent(way, **more)
    assert refused.value.field == field and not Sending.objects.exists() and not Disclosure.objects.exists()


def test_no_way_leads_round_the_agreement_and_taken_back_nothing_more_is_made(sent, signed_summary, consent, ana):
    with pytest.raises(ConsentMissing):
        send_letter(summary=signed_summary, consent=None, by=ana, way="post")
    sending = sent("sealed", reason="x")
    message = mail_letter(sending=sending, by=ana)
    sharing.withdraw_consent(consent=consent, by=ana)
    sending = Sending.objects.get()
    with pytest.raises(AgreementEnded):
        paper_for(sending)
    assert outbox.KINDS[KIND].recheck(message) == "The agreement was taken back or has ended."


def test_once_the_agreement_is_over_what_waits_stays_and_no_further_file_is_made(sent, consent, ana, page, now):
    consent.until = timezone.now().date()
    consent.save()
    sending = sent("sealed", reason="x", to_address="reception@clinic.example")
    assert sending.to_address == sending.doctor.email, "what went to whom names the address the mail goes to"
    message = mail_letter(sending=sending, by=ana)
    assert paper_for(sending) and outbox.KINDS[KIND].recheck(message) is None
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        with pytest.raises(AgreementEnded):
            paper_for(Sending.objects.get())
        assert "has ended" in outbox.KINDS[KIND].recheck(message)
        assert password_of(sending) not in page(ana).get(f"/sendings/{sending.pk}/").content.decode()


def test_without_a_gateway_no_letter_leaves_in_clear_and_never_by_ordinary_mail(sent, settings, ana):
    with pytest.raises(NoGateway):
        sent("secure-mail")
    settings.SECURE_MAIL_URL = "smtp://127.0.0.1:1"
    message = mail_letter(sending=sent("secure-mail"), by=ana)
    assert message.channel == "secure" and outbox.KINDS[KIND].recheck(message) is None
    message.channel = "email"
    assert outbox.KINDS[KIND].recheck(message) == "A letter in clear never goes by ordinary e-mail."


def test_through_the_gateway_the_letter_arrives_as_it_was_signed(sent, settings, ana, signed_summary):
    port, relay = free_port(), Relay()
    gateway = Controller(relay, hostname="127.0.0.1", port=port)
    gateway.start()
    settings.SECURE_MAIL_URL, settings.SECURE_MAIL_TAG = "smtp://here", "[secure]"
    settings.SECURE_MAIL = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port, "EMAIL_HOST_USER": "",
                            "EMAIL_HOST_PASSWORD": ""}
    message = mail_letter(sending=sent("secure-mail"), by=ana)
    door = open_door()
    try:
        door.hand_over(message, outbox.KINDS[KIND].compose(message))
    finally:
        door.close()
        gateway.stop()
    mail = message_from_bytes(relay.got[0])
    assert mail["Subject"].startswith("[secure] A letter from")
    attached = next(part for part in mail.walk() if part.get_content_type() == "application/pdf")
    assert attached.get_payload(decode=True) == summaries.paper_of(signed_summary)


def test_the_code_goes_by_text_to_the_doctors_mobile_and_the_link_by_mail(share, ana, page, riverside):
    assert text_code(share=share.share, by=ana) is None
    Doctor.objects.update(mobile="+1 206 555 0177")
    share.share.doctor.refresh_from_db()
    text, mail = text_code(share=share.share, by=ana), sharing.mail_link(share=share.share, by=ana)
    said = outbox.KINDS["share-code"].compose(text).sms
    assert f"{share.code[:3]} {share.code[3:]}" in said and "/s/" not in said
    assert share.code not in outbox.KINDS["summary-shared"].compose(mail).body.replace(" ", "")
    assert (text.channel, text.to_address, text.client_id) == ("sms", "+12065550177", None)
    shown = page(ana).get(f"/messages/{text.pk}/").content.decode()
    assert "for its reader alone" in shown and said not in shown and share.code not in shown
    text.channel = "email"
    assert outbox.KINDS["share-code"].recheck(text) == "The code never goes the way of the link."
    sharing.revoke_share(share=share.share, by=ana)
    assert {Message.objects.get(pk=row.pk).state for row in (text, mail)} == {"cancelled"}


def test_what_waits_for_an_address_that_was_corrected_since_does_not_leave(
        share, sent, ana, signed_summary, neurologist):
    change_doctor(doctor=neurologist, by=ana, email="wrong@hospital.example", mobile="+1 206 555 0177")
    for row in (share.share, signed_summary):
        row.doctor.refresh_from_db()
    waiting = [text_code(share=share.share, by=ana), sharing.mail_link(share=share.share, by=ana),
               mail_letter(sending=sent("sealed", reason="x"), by=ana)]
    assert [outbox.KINDS[row.kind].recheck(row) for row in waiting] == [None] * 3
    change_doctor(doctor=neurologist, by=ana, email="okafor@hospital.example", mobile="+1 206 555 0178")
    for row in waiting:
        assert outbox.KINDS[row.kind].recheck(row) == "The doctor's address was corrected meanwhile. Send it anew."


def test_on_the_summarys_page_another_way_is_chosen_and_its_page_says_what_is_to_be_done(page, signed_summary, consent, ana):
    http = page(ana)
    url = f"/summaries/{signed_summary.pk}/sendings/"
    again = http.post(url, {"way": "sealed"})
    assert again.status_code == 400 and "Write why it goes as a file" in again.content.decode()
    made = http.post(url, {"way": "sealed", "reason": "Blocks links", "mail": "on"}, follow=True).content.decode()
    sending = Sending.objects.get()
    assert password_of(sending) in made and Message.objects.get(kind=KIND).state == "waiting"
    assert http.get(f"/sendings/{sending.pk}/letter.pdf")["Content-Type"] == "application/pdf"
    fax = http.post(url, {"way": "fax", "to_address": "206 555 0199"}, follow=True).content.decode()
    assert "Print it and fax it" in fax and "206 555 0199" in fax
    assert "By fax" in http.get(f"/summaries/{signed_summary.pk}/").content.decode()
