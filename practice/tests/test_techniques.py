"""The catalogue of techniques and the pressure scale."""

from __future__ import annotations

import re

import pytest

from practice.techniques import ELEMENTS, PRESSURES, TECHNIQUES, with_elements

KEBAB = re.compile(r"[a-z]+(-[a-z]+)*")


@pytest.mark.parametrize("code", TECHNIQUES)
def test_every_technique_has_a_stable_code_a_definition_and_a_source(code):
    technique = TECHNIQUES[code]
    assert technique.code == code
    assert KEBAB.fullmatch(code)
    assert technique.definition.endswith(".")
    assert technique.source
    assert technique.family


def test_every_technique_is_made_of_known_elements_and_every_element_is_used():
    used = frozenset().union(*(technique.elements for technique in TECHNIQUES.values()))
    assert used == set(ELEMENTS)


def test_the_pressure_scale_runs_from_a_resting_hold_to_deep():
    assert list(PRESSURES) == [0, 1, 2, 3, 4, 5]
    assert PRESSURES[0].name == "resting hold"
    assert PRESSURES[5].name == "deep"
    assert all(pressure.level == level and pressure.meaning for level, pressure in PRESSURES.items())


def test_deep_work_is_found_by_its_element_and_swedish_is_not_deep():
    """Massage for Neuropathy: "Swedish massage … usually does not involve deep-tissue work." """
    deep = with_elements(frozenset({"deep"}))
    assert {"deep-tissue", "connective-tissue"} <= deep
    assert "swedish" not in deep


def test_only_a_resting_hold_is_still():
    assert with_elements(frozenset({"still"})) == {"holding"}
