"""A mail written quickly is the mail Django writes, byte for byte."""

from email import message_from_bytes, policy

import pytest
from django.core.mail import EmailMessage

from practice.outbox.mail import PlainMail, Written

PLAIN = {"subject": "Your next appointment: Tue 24 Nov, 10:30", "body": "Hello Maria,\n\nsee you.\n",
         "from_email": "Riverside <hello@riverside.example>", "to": ["Maria <maria@clients.example>"],
         "reply_to": ["hello@riverside.example"],
         "headers": {"Message-ID": "<1@riverside.example>", "Auto-Submitted": "auto-generated",
                     "Date": "Mon, 23 Nov 2026 13:00:00 -0000"}}


@pytest.mark.parametrize("change", [
    {}, {"reply_to": None}, {"body": "Hello José,\n\n“see you”\n"}, {"body": "a\r\nb\rc\n.\n"}, {"body": ""},
    {"body": "no end"}, {"body": f"{'long ' * 300}\n"}, {"subject": "Nächster Termin"}, {"subject": "x" * 150},
    {"to": ["José <jose@clients.example>"]}, {"from_email": "Praxis am Fluß <a@b.example>"},
    {"subject": "word " * 30}, {"body": "From here\nFrom there\n"}])  # fmt: skip
def test_a_plain_mail_has_the_same_headers_and_words_as_djangos_own(change):
    quick, own = (kind(**PLAIN | change).message() for kind in (PlainMail, EmailMessage))
    read = [message_from_bytes(m.as_bytes(linesep="\r\n"), policy=policy.SMTP) for m in (quick, own)]
    assert sorted((k, str(v)) for k, v in read[0].items()) == sorted((k, str(v)) for k, v in read[1].items())
    assert read[0].get_payload(decode=True) == read[1].get_payload(decode=True)


def test_what_is_plain_is_written_quickly_and_nothing_else():
    assert isinstance(PlainMail(**PLAIN).message(), Written)
    link = {"List-Unsubscribe": f"<https://practice.example/u/{'x' * 43}/>"}
    assert isinstance(PlainMail(**PLAIN | {"headers": PLAIN["headers"] | link}).message(), Written)
    assert not isinstance(PlainMail(**PLAIN | {"subject": "Nächster Termin"}).message(), Written)


@pytest.mark.parametrize("field", ["subject", "from_email", "to"])
def test_a_line_break_in_a_header_is_refused(field):
    value = "Maria\nBcc: all@x.example"
    with pytest.raises(ValueError, match="newlines"):
        PlainMail(**PLAIN | {field: [value] if field == "to" else value}).message()
