"""What went to whom: written down once for each sending, never changed, read and printed by those who may know."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from clients.disclosures import record_disclosure
from clients.models import Disclosure
from conftest import MONDAY
from practice.models import AuditEntry
from practice.refusals import BadInput

LINE = {"to_name": "Dr Berg", "what": "Summary, two pages", "why": "Treatment", "how": "by post"}


def url(client):
    return f"/clients/{client.pk}/disclosures/"


def test_a_line_says_when_to_whom_what_and_what_for_and_is_audited_without_any_of_it(now, maria, ana):
    row = record_disclosure(client=maria, by=ana, to_address="1 Clinic Road\nSeattle", **LINE)
    assert (row.on, row.to_name, row.what, row.why, row.how, row.by_name) == (
        MONDAY, "Dr Berg", "Summary, two pages", "Treatment", "by post", "Ana Alves")
    entry = AuditEntry.objects.get(verb="disclosure_recorded")
    assert (entry.subject_id, entry.client_id, entry.detail) == (row.pk, maria.pk, {})


@pytest.mark.parametrize("change, words", [
    ({"to_name": " "}, "Write who received it."), ({"what": ""}, "Write what went out."),
    ({"why": "\u200b"}, "Write what it was for."), ({"on": MONDAY + timedelta(days=1)}, "When did it go?")])
def test_a_line_without_one_of_the_facts_or_of_tomorrow_is_refused(now, maria, ana, change, words):
    with pytest.raises(BadInput, match=re.escape(words)):
        record_disclosure(client=maria, by=ana, **LINE | change)
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize("act", [lambda rows: rows.update(to_name="nobody"), lambda rows: rows._raw_delete(rows.db)])
def test_a_line_stands_for_good_in_the_database_itself(now, maria, ana, act):
    record_disclosure(client=maria, by=ana, **LINE)
    with pytest.raises(DatabaseError), transaction.atomic():
        act(Disclosure.objects.all())
    assert Disclosure.objects.get().to_name == "Dr Berg"


def test_what_went_by_post_is_written_down_on_the_page_and_stands_in_the_list(now, maria, ana, page):
    browser = page(ana)
    asked = browser.get(url(maria)).content.decode()
    assert "Nothing has left this practice." in asked
    sent = browser.post(url(maria), {"on": MONDAY.isoformat(), **LINE, "to_address": "1 Clinic Road"}, follow=True)
    assert "Written down. It stands for good." in sent.content.decode()
    assert "1 Clinic Road" in sent.content.decode() and "By post, Ana Alves" in sent.content.decode()


def test_a_line_left_half_empty_keeps_what_was_typed(now, maria, ana, page):
    shown = page(ana).post(url(maria), {**LINE, "on": MONDAY.isoformat(), "why": ""})
    assert shown.status_code == 422
    assert "Write what it was for." in shown.content.decode() and "Summary, two pages" in shown.content.decode()


def test_markup_in_a_line_is_inert(now, maria, ana, page):
    record_disclosure(client=maria, by=ana, to_address="<img src=x>", **LINE | {"to_name": "<script>1</script>"})
    shown = page(ana).get(url(maria)).content.decode()
    assert "<script>1" not in shown and "<img" not in shown and "&lt;script&gt;1" in shown


def test_the_front_desk_does_not_read_it(now, maria, desk, page):
    assert page(desk).get(url(maria)).status_code == 403

