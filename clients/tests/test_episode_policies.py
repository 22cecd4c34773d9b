"""What follows an episode: published with its sources, the owner's to change with a reason, and obeyed everywhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from clients.episode_policies import (
    NUMBERS,
    PUBLISHED,
    change_policy,
    numbers_of,
    policy_at,
    policy_of,
    restore_policy,
    rule_of,
)
from clients.episodes import advance_episode, record_episode
from clients.limits import limits_on
from clients.models import Episode, RuleChange
from clients.own_rules import change_rule
from clients.red_flags import FOR_ANYBODY
from clients.rules import RULES
from clients.sources import SOURCES
from conftest import MONDAY
from practice.refusals import BadInput, NotAllowed, NotThere

WHY = "Our neurologist agreed"
each_kind = pytest.mark.parametrize("kind", Episode.Kind.values)


def change(practice, by, kind="relapse", reason=WHY, **numbers):
    return change_policy(practice=practice, kind=kind, by=by, reason=reason, **numbers)


def confirmed(client, by, **facts):
    episode, _ = record_episode(client=client, kind="relapse", onset_on=MONDAY, reported_by="Maria", by=by, **facts)
    return advance_episode(episode=episode, status="confirmed", on=MONDAY, by=by)


@each_kind
def test_every_kind_says_what_the_client_is_told_what_the_therapist_reads_and_where_it_comes_from(kind):
    policy = PUBLISHED[kind]
    assert policy.client_reads.endswith((".", "…")) and policy.therapist_reads.endswith(".")
    keys = {*policy.source, *(key for found in policy.cited.values() for key in found)}
    assert keys <= set(SOURCES) and policy.given <= set(policy.cited) <= set(NUMBERS)
    assert "relapse" not in policy.client_reads or "relapse" in kind


@each_kind
def test_every_kind_sends_for_help_by_signs_that_have_a_source(kind):
    flags = PUBLISHED[kind].red_flags
    assert any(flag.is_ambulance for flag in flags) and any(not flag.is_ambulance for flag in flags)
    assert all(set(flag.source) <= set(SOURCES) for flag in flags)
    assert len({flag.sign for flag in flags}) == len(flags)


def test_a_migraine_of_more_than_72_hours_and_the_warning_signs_of_a_headache_are_told():
    signs = " ".join(flag.sign for flag in PUBLISHED["migraine_attack"].red_flags)
    for word in ("72 hours", "worst ever", "wakes from sleep", "worse lying", "new kind", "fever", "weakness",
                 "numbness", "seizure", "personality", "vomiting"):
        assert word in signs
    assert not any(word in " ".join(flag.sign for flag in FOR_ANYBODY) for word in ("72 hours", "headache with"))


def test_the_owners_numbers_hold_from_the_next_confirmation_on_and_here_alone(now, riverside, lakeside, owner, ana, maria):
    change(riverside, owner, hold_days=21, steroid_gap_days=10)
    maria.practice.refresh_from_db()
    episode = confirmed(maria, ana, steroids_until=MONDAY + timedelta(days=15))
    assert (episode.hold_until, episode.review_on) == (MONDAY + timedelta(days=25), MONDAY + timedelta(days=25))
    assert policy_of(lakeside, "relapse") is PUBLISHED["relapse"]
    assert f"Changed here by {owner.name}" in policy_of(riverside, "relapse").own
    assert policy_of(riverside, "pain_flare") == PUBLISHED["pain_flare"]


def test_a_kind_that_holds_nothing_holds_where_the_owner_says_so(now, riverside, owner, ana, ines):
    change(riverside, owner, "migraine_attack", holds_visits=True, hold_days=3)
    ines.practice.refresh_from_db()
    episode, _ = record_episode(client=ines, kind="migraine_attack", onset_on=MONDAY, reported_by="Ines", by=ana)
    episode = advance_episode(episode=episode, status="confirmed", on=MONDAY, by=ana)
    assert (episode.holds_visits, episode.hold_until) == (True, MONDAY + timedelta(days=3))


def test_the_first_visit_afterwards_is_checked_by_the_owners_numbers(now, riverside, owner, ana, maria):
    advance_episode(episode=confirmed(maria, ana), status="recovering", on=MONDAY, by=ana)
    change(riverside, owner, return_pressure=3, return_minutes=30)
    maria.practice.refresh_from_db()
    said = {reason.rule: reason for reason in limits_on(maria, MONDAY).reasons}
    assert said["return-pressure"].max_pressure == 3
    assert "pressure 3 at most" in said["return-pressure"].text
    assert "30 minutes at most" in said["return-minutes"].text
    change(riverside, owner, return_pressure=None)
    maria.practice.refresh_from_db()
    assert "return-pressure" not in {reason.rule for reason in limits_on(maria, MONDAY).reasons}
    restore_policy(practice=riverside, kind="relapse", by=owner)
    maria.practice.refresh_from_db()
    said = {reason.rule: reason for reason in limits_on(maria, MONDAY).reasons}
    assert said["return-pressure"].max_pressure == PUBLISHED["relapse"].return_pressure


def test_the_policy_and_the_rules_of_the_check_publish_the_same_numbers():
    relapse = PUBLISHED["relapse"]
    assert (relapse.return_pressure, relapse.return_minutes) == (
        RULES["return-pressure"].max_pressure, RULES["return-minutes"].max_minutes)


def test_a_number_of_an_episode_is_changed_in_one_place_only(riverside, owner):
    with pytest.raises(BadInput, match="no such number"):
        change_rule(practice=riverside, rule="return-pressure", numbers={"max_pressure": 3}, reason=WHY, by=owner)


def test_what_held_at_a_moment_that_has_passed_can_still_be_read(riverside, owner):
    before = timezone.now()
    row = change(riverside, owner, return_pressure=1)
    during = row.made_at + timedelta(microseconds=1)
    restore_policy(practice=riverside, kind="relapse", by=owner)
    assert [policy_at(riverside, "relapse", at).return_pressure for at in (before, during, timezone.now())] == [2, 1, 2]


def test_what_was_changed_is_restored_and_stays_in_the_history(riverside, owner):
    change(riverside, owner, check_in_days=3)
    restore_policy(practice=riverside, kind="relapse", by=owner)
    assert numbers_of(policy_of(riverside, "relapse")) == numbers_of(PUBLISHED["relapse"])
    (row,) = RuleChange.objects.filter(rule=rule_of("relapse"))
    assert (row.numbers, row.reason, row.ended_by) == ({"check_in_days": 3}, WHY, owner)


@pytest.mark.parametrize(("numbers", "refusal", "words"), [
    ({"hold_days": 0}, BadInput, "from 1 to 120"), ({"hold_days": None}, BadInput, "from 1 to 120"),
    ({"hold_days": 30, "reason": " "}, BadInput, "why"), ({"hold_days": 14}, BadInput, "Nothing differs"),
    ({"holds_visits": None}, BadInput, "yes or no"), ({"return_pressure": 6}, BadInput, "from 0 to 5"),
    ({"red_flags": None}, BadInput, "no such number"), ({"kind": "hiccups", "hold_days": 3}, NotThere, "no such kind")])
def test_what_cannot_be_is_refused_in_words_emergencies_too(riverside, owner, numbers, refusal, words):
    with pytest.raises(refusal, match=words):
        change(riverside, owner, **numbers)
    assert not RuleChange.objects.exists()


@pytest.mark.parametrize("who", ["ana", "desk", "lakeside_owner"])
def test_only_the_practices_own_owner_decides_what_follows(riverside, who, request):
    by = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        change(riverside, by, hold_days=30)
    with pytest.raises(NotAllowed):
        restore_policy(practice=riverside, kind="relapse", by=by)


def test_the_owner_changes_it_on_the_page_with_a_reason_and_restores_it(page, riverside, owner, ana, desk):
    address = "/practice/episodes/relapse/"
    shown = page(owner).get(address).content.decode()
    for words in ("(P) our proposal", "MS Trust", "Published: 14 days.", "Nobody can switch these off", "Change it"):
        assert words in shown
    typed = {name: value for name, value in numbers_of(PUBLISHED["relapse"]).items() if value is not False}
    nameless = page(owner).post(address, typed | {"hold_days": 21, "reason": ""})
    assert nameless.status_code == 422 and 'value="21"' in nameless.content.decode()
    page(owner).post(address, typed | {"hold_days": 21, "reason": WHY})
    riverside.refresh_from_db()
    assert policy_of(riverside, "relapse").hold_days == 21
    of_ana = page(ana).get(address).content.decode()
    assert "21 days" in of_ana and WHY in of_ana and "Change it</button>" not in of_ana
    assert page(ana).post(address, typed | {"hold_days": 3, "reason": WHY}).status_code == 403
    assert "Changed here" in page(ana).get("/practice/episodes/").content.decode()
    assert page(desk).get(address).status_code == 403
    page(owner).post(f"{address}restore/")
    riverside.refresh_from_db()
    assert policy_of(riverside, "relapse").hold_days == 14
    assert WHY in page(ana).get(address).content.decode(), "its history is shown"
    assert page(owner).get("/practice/episodes/hiccups/").status_code == 404


def test_an_own_word_on_an_episode_is_no_changed_rule_of_the_check(page, riverside, owner):
    change(riverside, owner, hold_days=21)
    assert "All as published." in page(owner).get("/practice/rules/").content.decode()
