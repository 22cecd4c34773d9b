"""Coming back after an episode: gentle and short until the map of what is felt was taken again, then step by step."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from clients.contraindications import KnownClearance, KnownEpisode
from clients.episode_policies import PUBLISHED
from clients.returning import ReturnPreset
from clients.rules import RULES
from clients.tests.bodies import TODAY, body, check, plan, speaking

ONSET = TODAY - timedelta(days=40)


def coming_back(**more):
    more.setdefault("preset", ReturnPreset(2, 45))
    return KnownEpisode("relapse", "recovering", ONSET, **more)


def days_ago(*numbers):
    return tuple(TODAY - timedelta(days=number) for number in numbers)


def cap(known, on: date = TODAY):
    return check(body("ms", known), plan("petrissage", "back", "left", 1), on=on).max_pressure_by_region["back:left"]


def test_the_published_preset_is_what_the_rules_publish():
    relapse = PUBLISHED["relapse"]
    assert RULES["return-pressure"].max_pressure == relapse.return_pressure
    assert RULES["return-minutes"].max_minutes == relapse.return_minutes


def test_until_the_map_was_taken_again_pressure_and_minutes_keep_to_the_preset():
    many_visits = coming_back(return_visits=days_ago(3, 10, 17))
    assert cap(many_visits) == 2, "visits alone allow no step"
    answer = check(body("ms", many_visits), minutes=60)
    assert {"return-pressure", "return-minutes", "return-map"} == speaking(answer)
    assert all(reason.is_proposal and len(reason.source) > 20 for reason in answer.reasons if reason.level == "caution")


def test_each_visit_since_the_map_allows_one_step_more_until_there_is_no_limit():
    mapped = TODAY - timedelta(days=30)
    for visits, expected in (((), 2), ((30,), 3), ((30, 23), 4), ((30, 23, 16), 5), ((30, 23, 16, 9), None)):
        assert cap(coming_back(map_taken_on=mapped, return_visits=days_ago(*visits))) == expected, visits
    [reason] = [r for r in check(body("ms", coming_back(map_taken_on=mapped, return_visits=days_ago(30)))).reasons
                if r.rule == "return-pressure"]
    assert "taken again" in reason.text and "pressure 3 at most" in reason.text
    assert (reason.max_pressure, reason.is_proposal, reason.evidence) == (3, True, "our proposal")


def test_the_visit_in_which_the_map_is_taken_is_still_a_gentle_and_short_one():
    today = coming_back(map_taken_on=TODAY, return_visits=(TODAY,))
    answer = check(body("ms", today), minutes=60)
    assert {"return-pressure", "return-minutes"} == speaking(answer), "the map itself is asked for no more"
    assert cap(today) == 2
    assert cap(today, on=TODAY + timedelta(days=7)) == 3
    later = check(body("ms", today), minutes=60, on=TODAY + timedelta(days=7))
    assert "return-minutes" not in speaking(later), "visits have their own length again"


def test_visits_before_the_map_and_two_on_one_day_are_no_steps_of_their_own():
    mapped = TODAY - timedelta(days=10)
    assert cap(coming_back(map_taken_on=mapped, return_visits=days_ago(20, 17, 10, 10))) == 3


def test_when_it_is_resolved_nothing_is_left_of_the_return():
    over = KnownEpisode("relapse", "resolved", ONSET, preset=ReturnPreset(2, 45, asks_clearance=True))
    assert speaking(check(body("ms", over), minutes=90)) == set()


def test_a_practices_own_numbers_count_and_are_said():
    own = coming_back(preset=ReturnPreset(1, 30))
    answer = check(body("ms", own), minutes=40)
    said = {reason.rule: reason for reason in answer.reasons}
    assert "pressure 1 at most" in said["return-pressure"].text
    assert said["return-minutes"].text.endswith("so 30 minutes at most; this visit takes 40.")
    assert said["return-pressure"].evidence == "this practice's own number"
    assert answer.rules["return-pressure"].max_pressure == 1, "a letter reads the number that holds"
    assert cap(own) == 1


def test_without_a_limit_in_the_policy_only_the_map_is_asked_for():
    assert speaking(check(body("ms", coming_back(preset=ReturnPreset())), minutes=90)) == {"return-map"}


def test_another_kind_of_episode_has_the_return_a_practice_gives_it_and_none_of_its_own():
    attack = KnownEpisode("migraine_attack", "recovering", ONSET)
    assert speaking(check(body(attack), minutes=90)) == set()
    given = KnownEpisode("migraine_attack", "recovering", ONSET, preset=ReturnPreset(3, 60))
    assert speaking(check(body(given), minutes=90)) == {"return-pressure", "return-minutes"}
    assert cap(given) == 3


def test_of_two_returns_the_stricter_one_counts():
    wide = coming_back(map_taken_on=TODAY - timedelta(days=30), return_visits=days_ago(30, 20))
    for both in ((wide, coming_back()), (coming_back(), wide)):
        known = body("ms", *both)
        assert check(known, plan("petrissage", "back", "left", 1)).max_pressure_by_region == {"back:left": 2}


# --- a doctor's clearance, where the policy asks for one ---------------------------------------------------------

ASKS = ReturnPreset(2, 45, asks_clearance=True)


@pytest.mark.parametrize("status", ["confirmed", "recovering"])
def test_a_policy_that_asks_for_clearance_waits_for_a_doctors_word(status):
    known = KnownEpisode("relapse", status, ONSET, preset=ASKS)
    answer = check(body("ms", known))
    assert answer.verdict == "clearance"
    assert answer.reasons[0].rule == "return-clearance"


def said(scope, state="granted", *, days=0):
    given = datetime.combine(ONSET + timedelta(days=days), datetime.min.time(), UTC)
    return KnownClearance(scope, state, doctor="Dr Silva", given_at=given)


def test_a_word_since_the_onset_about_this_or_in_general_lifts_the_wait():
    known = coming_back(preset=ASKS)
    for scope in ("", "relapse", "return-clearance"):
        assert check(body("ms", known, said(scope, days=20))).verdict == "caution", scope
    for word in (said("", days=-20), said("relapse", days=-1), said("migraine_attack", days=20),
                 said("relapse", "requested", days=20), said("relapse", "refused", days=20)):
        assert check(body("ms", known, word)).verdict == "clearance", word


def test_each_of_two_returns_waits_for_its_own_word():
    attack = KnownEpisode("migraine_attack", "recovering", ONSET, preset=ASKS)
    known = body("ms", coming_back(preset=ASKS), attack, said("relapse", days=20))
    assert check(known).verdict == "clearance"
