"""A practice's own rules: changed for a reason, obeyed everywhere, taken back, and never another practice's business."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from clients.limits import limits_on
from clients.models import RuleChange
from clients.own_rules import NUMBERS, EmergencyStays, book_at, book_of, change_rule, changed, numbers_of, restore_rule
from clients.recording import record_finding
from clients.rules import PUBLISHED, RULES
from conftest import make_client
from practice.refusals import BadInput, NotAllowed, NotThere

WHY = "Our neurologist agreed"


def limits(client):
    return limits_on(client, timezone.now().date())


@pytest.fixture
def numb_maria(maria, ana):
    record_finding(client=maria, finding="reduced-sensation", places=[("foot", "left")], by=ana)
    return maria


def test_the_owners_number_caps_the_place_and_says_whose_it_is(numb_maria, riverside, owner):
    change_rule(practice=riverside, rule="reduced-sensation", numbers={"max_pressure": 1}, reason=WHY, by=owner)
    numb_maria.refresh_from_db()
    found = limits(numb_maria)
    (reason,) = [r for r in found.reasons if r.rule == "reduced-sensation"]
    assert found.max_pressure_by_region["foot:left"] == 1
    assert "Pressure 1 at most" in reason.text and "2 at most" not in reason.text
    assert reason.evidence == "this practice's own number"
    assert f"Changed here by {owner.name}" in reason.source and WHY in reason.source


def test_a_rule_switched_off_is_silent_until_it_is_restored(numb_maria, riverside, owner):
    change_rule(practice=riverside, rule="reduced-sensation", is_off=True, reason=WHY, by=owner)
    numb_maria.refresh_from_db()
    assert "foot:left" not in limits(numb_maria).max_pressure_by_region
    restore_rule(practice=riverside, rule="reduced-sensation", by=owner)
    numb_maria.refresh_from_db()
    assert limits(numb_maria).max_pressure_by_region["foot:left"] == 2
    (kept,) = RuleChange.objects.filter(practice=riverside)
    assert kept.ended_by == owner and kept.reason == WHY


def test_another_practice_works_by_the_published_rules(numb_maria, riverside, owner, lakeside):
    change_rule(practice=riverside, rule="reduced-sensation", is_off=True, reason=WHY, by=owner)
    stranger = make_client(lakeside, "Somebody Else")
    assert book_of(stranger.practice) is PUBLISHED
    assert "reduced-sensation" not in book_of(riverside).rules


def test_what_a_rule_was_at_a_moment_that_has_passed_can_still_be_read(riverside, owner):
    before = timezone.now()
    row = change_rule(practice=riverside, rule="reduced-sensation", numbers={"max_pressure": 1}, reason=WHY, by=owner)
    during = row.made_at + timedelta(microseconds=1)
    restore_rule(practice=riverside, rule="reduced-sensation", by=owner)
    caps = [book_at(riverside, at).rules["reduced-sensation"].max_pressure for at in (before, during, timezone.now())]
    assert caps == [2, 1, 2]


@pytest.mark.parametrize("who", ["ana", "desk"])
def test_only_the_owner_changes_a_rule(riverside, who, request):
    with pytest.raises(NotAllowed):
        change_rule(practice=riverside, rule="reduced-sensation", is_off=True, reason=WHY, by=request.getfixturevalue(who))
    assert not RuleChange.objects.exists()


@pytest.mark.parametrize(("change", "refusal", "words"), [
    ({"numbers": {"max_pressure": 1}, "reason": " "}, BadInput, "why"),
    ({"numbers": {"max_pressure": 6}}, BadInput, "from 0 to 5"),
    ({"numbers": {"max_minutes": 30}}, BadInput, "no such number"),
    ({"numbers": {"max_pressure": 2}}, BadInput, "Nothing differs"),
    ({"rule": "no-such-rule", "is_off": True}, NotThere, "no rule"),
    ({"rule": "acute-stroke", "is_off": True}, EmergencyStays, "cannot be switched off")])
def test_what_cannot_be_changed_is_refused_in_words(riverside, owner, change, refusal, words):
    with pytest.raises(refusal, match=words):
        change_rule(practice=riverside, by=owner, **{"rule": "reduced-sensation", "reason": WHY} | change)
    assert not RuleChange.objects.exists() and book_of(riverside) is PUBLISHED


def test_a_change_that_is_over_stands_for_ever_in_the_database(riverside, owner):
    row = change_rule(practice=riverside, rule="reduced-sensation", is_off=True, reason=WHY, by=owner)
    restore_rule(practice=riverside, rule="reduced-sensation", by=owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleChange.objects.filter(pk=row.pk).update(reason="something else")


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if numbers_of(rule)], ids=lambda rule: rule.code)
def test_every_number_of_every_rule_is_said_in_its_text_after_a_change(rule):
    for name, number in numbers_of(rule).items():
        least, most, _ = NUMBERS[name]
        other = number + 1 if number < most else least
        mine = changed(rule, {name: other}, "because")
        assert getattr(mine, name) == other and mine.text != rule.text
        assert mine.own == "because" and "because" in mine.citation


def test_the_owner_changes_a_number_on_the_page_and_restores_it(page, riverside, owner, ana):
    address = "/practice/rules/reduced-sensation/"
    shown = page(owner).get(address).content.decode()
    assert "Published: 2." in shown and "Change the rule" in shown
    assert "Change the rule" not in page(ana).get(address).content.decode()
    answer = page(owner).post(address, {"max_pressure": "1", "reason": WHY}, follow=True)
    assert WHY in answer.content.decode() and "Restore the published rule" in answer.content.decode()
    assert "Changed here" in page(ana).get("/practice/rules/?changed=1").content.decode()
    page(owner).post(f"{address}restore/")
    assert "you work by the published rule" not in page(ana).get(address).content.decode(), "its history is shown"
    riverside.refresh_from_db()
    assert book_of(riverside).rules["reduced-sensation"].max_pressure == 2


def test_a_change_without_a_reason_comes_back_with_what_was_typed(page, owner):
    answer = page(owner).post("/practice/rules/reduced-sensation/", {"max_pressure": "1", "reason": ""})
    assert answer.status_code == 422 and "Write why" in answer.content.decode()
    assert 'name="max_pressure" value="1"' in answer.content.decode()
    assert not RuleChange.objects.exists()


def test_rules_are_found_by_a_word_of_their_text_or_source(page, ana):
    found = page(ana).get("/practice/rules/?q=warfarin").content.decode()
    assert "Takes a blood thinner" in found and "Fever" not in found
    assert "No rule fits" in page(ana).get("/practice/rules/?q=zzzz").content.decode()


def test_a_change_saved_twice_stands_once_in_its_history(page, riverside, owner):
    address = "/practice/rules/reduced-sensation/"
    for _ in range(2):
        page(owner).post(address, {"max_pressure": "1", "reason": WHY})
    assert RuleChange.objects.count() == 1
    assert f'name="reason" value="{WHY}"' in page(owner).get(address).content.decode(), "what stands is shown again"
    page(owner).post(address, {"max_pressure": "1", "reason": "another reason"})
    assert RuleChange.objects.filter(ended_at=None).get().reason == "another reason"


def test_a_rule_names_the_others_about_the_same_thing(page, ana):
    shown = page(ana).get("/practice/rules/injection-site/").content.decode()
    assert "Other rules about the same thing" in shown and '/practice/rules/injection-site-temperature/"' in shown
    assert "Other rules about the same thing" not in page(ana).get("/practice/rules/fever/").content.decode()
