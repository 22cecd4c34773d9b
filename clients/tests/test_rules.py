"""The catalogues hang together: every code exists, every entry is used, every source can be looked up."""

from __future__ import annotations

import ast
import re
from datetime import date
from pathlib import Path

import pytest

from clients.body import REGIONS
from clients.conditions import CONDITIONS, line_of
from clients.findings import FINDINGS
from clients.rule import ALL, EPISODES, NOTED, POSITIONS, SAME, TEMPERATURES, Level, Rule, finding, table_of
from clients.rules import RULES
from clients.sources import KINDS, SOURCES, cite
from practice.techniques import ELEMENTS, TECHNIQUES

KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
EMERGENCIES = {"acute-stroke", "seizure", "thunderclap-headache", "autonomic-dysreflexia", "eclampsia"}
KNOWN = {"condition": set(CONDITIONS), "finding": set(FINDINGS), "episode": set(EPISODES)}
STATUSES = {"suspected", "confirmed", "recovering", "resolved"}

each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


@each_rule
def test_a_rule_speaks_of_things_the_catalogues_know(rule):
    assert KEBAB.fullmatch(rule.code)
    assert rule.when.codes and all(code in KNOWN[rule.when.kind] for code in rule.when.codes)
    assert set(rule.when.statuses) <= STATUSES
    assert ("resolved" in rule.when.statuses) == (rule.when.ended_within is not None), "what is over is over some day"
    assert bool(rule.when.statuses) == (rule.when.kind == "episode")
    if isinstance(rule.regions, tuple):
        assert set(rule.regions) <= set(REGIONS)
    named = {*rule.excluded_techniques, *rule.suggested_techniques, *rule.spares}
    assert named <= set(TECHNIQUES)
    assert set(rule.excluded_elements) <= set(ELEMENTS)
    assert set(rule.temperature) <= set(TEMPERATURES) and set(rule.position) <= set(POSITIONS)


@each_rule
def test_a_rule_cites_its_sources_and_says_when_it_is_our_own(rule):
    assert rule.source and all(key in SOURCES for key in rule.source)
    assert rule.citation == cite(*rule.source)
    assert rule.evidence in KINDS
    if "evenhand" in rule.source:
        assert rule.is_proposal and rule.source == ("evenhand",)


@each_rule
def test_a_rule_is_worded_for_a_colleague(rule):
    assert rule.text.endswith(".") and len(rule.text) < 170
    assert not re.search(r"contraindicat|paraesthes|patient|hypertonic|bilateral", rule.text)
    speaks_of_plans = rule.max_minutes is not None or (rule.has_limits and (rule.max_pressure != "none"
                                                                            or rule.regions is not ALL))
    assert bool(rule.because) or not speaks_of_plans
    assert not rule.because.endswith(".")
    if rule.regions is not ALL:
        assert ": " not in rule.text, "its place comes before it with a colon"


@each_rule
def test_a_rule_has_one_consequence(rule):
    caps, ways = rule.max_pressure is not None, bool(rule.ruled_out or rule.temperature)
    if rule.max_minutes is not None:
        assert not rule.has_limits
    if rule.level is Level.CLEARANCE:
        assert not rule.has_limits and rule.max_minutes is None, "a cap stays when a doctor lifts the wait"
    if caps and rule.level in (Level.INFO, Level.CLEARANCE):
        pytest.fail("a cap is a caution or a stop")
    if rule.max_pressure == "none":
        assert rule.level is Level.STOP
    assert not (caps and ways and rule.regions is ALL)


@each_rule
def test_only_findings_have_places_of_their_own(rule):
    if rule.regions in (SAME, NOTED):
        assert rule.when.kind == "finding"
        assert all(FINDINGS[code].is_regional for code in rule.when.codes)


def test_the_emergencies_are_the_ones_nobody_may_override():
    assert {rule.code for rule in RULES.values() if rule.is_emergency} == EMERGENCIES
    assert all(RULES[code].level is Level.STOP for code in EMERGENCIES)


def test_ms_by_itself_caps_nothing_and_warns_of_nothing():
    about_ms = [rule for rule in RULES.values() if rule.when.kind == "condition" and "ms" in rule.when.codes]
    assert about_ms
    assert all(rule.level is Level.INFO and rule.max_pressure is None for rule in about_ms)


def test_a_number_no_source_states_is_marked_as_ours():
    numbers = [rule for rule in RULES.values() if isinstance(rule.max_pressure, int)]
    sourced = {rule.code for rule in numbers if not rule.is_proposal}
    assert sourced == {
        "low-white-cells-pressure", "chemotherapy-pressure", "lymph-nodes-removed", "bone-metastasis-pressure", "fragile-skin"}
    assert all({"walton-oncology", "nordic-house"} & set(RULES[code].source) for code in sourced)


def test_two_rules_of_one_name_are_refused():
    rule = Rule("twice", finding("fever"), Level.INFO, "twice.")
    with pytest.raises(ValueError, match="twice"):
        table_of([rule, rule])


def test_every_condition_has_a_rule_or_a_dose_of_its_own_or_of_its_line():
    ruled = {code for rule in RULES.values() if rule.when.kind == "condition" for code in rule.when.codes}
    for code, condition in CONDITIONS.items():
        assert condition.code == code and KEBAB.fullmatch(code)
        assert condition.parent is None or condition.parent in CONDITIONS
        assert condition.name and condition.plain_name and condition.ask.endswith("?")
        assert ruled & set(line_of(code)) or condition.dose, code


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=list(CONDITIONS))
def test_codes_of_conditions_are_billable_looking_and_their_doses_use_known_techniques(condition):
    assert condition.icd10 is None or re.fullmatch(r"[A-Z]\d\d(\.[0-9A-Z]{1,4})?", condition.icd10)
    assert condition.icd10 not in ("G35", "G20"), "no longer billable by themselves"
    assert condition.snomed is None or condition.snomed.isdigit()
    for dose in filter(None, (condition.dose, *condition.other_doses)):
        assert dose.technique is None or dose.technique in TECHNIQUES
        assert dose.source and dose.what


def test_the_codes_of_ms_follow_the_split_of_october_2025():
    split = {"ms": "G35.D", "ms-relapsing-remitting": "G35.A", "ms-clinically-isolated": None}
    for course, letter in (("primary", "B"), ("secondary", "C")):
        for activity, digit in (("", 0), ("-active", 1), ("-not-active", 2)):
            split[f"ms-{course}-progressive{activity}"] = f"G35.{letter}{digit}"
    assert {code: CONDITIONS[code].icd10 for code in CONDITIONS if code.startswith("ms")} == split
    for code, after in split.items():
        before = "G35" if after else None
        assert CONDITIONS[code].icd10_on(date(2025, 9, 30)) == before
        assert CONDITIONS[code].icd10_on(date(2025, 10, 1)) == after


def test_the_codes_of_parkinsons_follow_the_split_of_october_2023():
    line = [c for c in CONDITIONS.values() if c.code == "parkinsons" or c.parent == "parkinsons"]
    assert {c.icd10_on(date(2023, 9, 30)) for c in line} == {"G20"}
    assert {c.icd10_on(date(2023, 10, 1)) for c in line} == {"G20.A1", "G20.A2", "G20.B1", "G20.B2", "G20.C"}


def test_the_catalogue_names_the_conditions_a_neurological_practice_meets():
    assert len(CONDITIONS) >= 35


def test_every_finding_has_a_rule_a_question_and_a_name():
    ruled = {code for rule in RULES.values() if rule.when.kind == "finding" for code in rule.when.codes}
    assert set(FINDINGS) == ruled
    for code, entry in FINDINGS.items():
        assert entry.code == code and KEBAB.fullmatch(code)
        assert entry.name and entry.plain_name and entry.question.endswith("?") and entry.source


def test_every_kind_of_episode_has_a_rule():
    ruled = {code for rule in RULES.values() if rule.when.kind == "episode" for code in rule.when.codes}
    assert ruled == set(EPISODES)


def test_every_technique_serves_a_rule_a_dose_or_a_named_way_of_working():
    spoken_of = {code for rule in RULES.values() for code in (*rule.techniques, *rule.suggested_techniques)}
    from_texts = {"effleurage", "petrissage", "vibration", "compression", "swedish", "holding"}
    assert set(TECHNIQUES) <= spoken_of | from_texts


def test_every_source_is_cited_somewhere_and_says_what_it_is():
    cited = {key for rule in RULES.values() for key in rule.source}
    doses = [dose for entry in CONDITIONS.values() for dose in (entry.dose, *entry.other_doses) if dose]
    named = [entry.source for entry in CONDITIONS.values()] + [entry.source for entry in FINDINGS.values()]
    written = " ".join(named + [dose.source for dose in doses])
    for key, source in SOURCES.items():
        assert source.key == key and source.kind in KINDS
        assert not re.search(r"\bS\d:\d", source.citation), "citations are written in full"
        assert key in cited or source.citation in written, f"nobody cites {key}"


ROOM = Path(__file__).parents[1]
PURE = {"contraindications", "doctors_word", "known", "reasons", "rule", "rules", "body", "conditions", "findings", "sources",
        "medicine_kinds", "returning", "sentences"}
PARTS = {f"rules/{part.stem}" for part in (ROOM / "rules").glob("*.py")}


@pytest.mark.parametrize("module", sorted(PURE - {"rules"} | PARTS))
def test_the_check_and_its_catalogues_know_no_database(module):
    """They are pure: tested by the thousand, and read by booking, plan, note and signing alike."""
    tree = ast.parse((ROOM / f"{module}.py").read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    ours = {name for name in imported if name.startswith(("clients.", "practice"))}
    assert ours <= {"practice", "practice.techniques"} | {f"clients.{name}" for name in PURE}
    assert imported - ours <= {"__future__", "clients", "collections.abc", "dataclasses", "datetime", "enum",
                               "functools", "typing"}
    assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))
