"""Migraine and the other headaches, between attacks and in one."""

from __future__ import annotations

from clients.rule import ONGOING, Level, Rule, condition, episode

INFO, CAUTION, CLEARANCE, STOP = Level

MIGRAINE = (
    Rule("migraine-attack", episode("migraine_attack", status=ONGOING), CAUTION,
         "an attack is on: only if the client wants it. Dim light, quiet, short; hands or feet if the head "
         "cannot bear touch.", source=("massage-reference", "werner-charts", "healing-touch",
                                "migraine-attack-study")),
    Rule("migraine-attack-pressure", episode("migraine_attack", status=ONGOING), CAUTION,
         "an attack is on: pressure 2 at most.", because="a migraine attack is on", max_pressure=2,
         source=("massage-reference",), is_proposal=True),
    Rule("migraine-attack-methods", episode("migraine_attack", status=ONGOING), CAUTION,
         "an attack is on: no heat, no scent, nothing deep.", because="a migraine attack is on",
         excluded_elements=("heat", "scent", "deep"), temperature=("hot",), source=("massage-reference",)),
    Rule("migraine-attack-position", episode("migraine_attack", status=ONGOING), CAUTION,
         "an attack is on: not face down.", because="a migraine attack is on", position=("prone",),
         source=("massage-reference",)),
    Rule("migraine-attack-ease", episode("migraine_attack", status=ONGOING), INFO,
         "cold on the neck and light lymph strokes may ease it.",
         suggested_techniques=("cold", "lymphatic-drainage"), source=("massage-reference",)),
    Rule("migraine-afterwards", episode("migraine_attack", status="recovering"), INFO,
         "an attack has just passed: ask how the head is, and go gently.", source=("migraine-course",)),
    Rule("migraine-neck-stretch", condition("migraine"), CAUTION,
         "no strong stretch, it can bring on a migraine attack.", because="it can bring on a migraine",
         regions=("neck", "head", "shoulder"), excluded_elements=("strong-stretch", "fast-stretch"),
         source=("healing-touch", "werner-charts")),
    Rule("migraine-pressure", condition("migraine"), CAUTION,
         "pressure 4 at most with migraine, also between attacks.", because="they have migraine",
         regions=("neck", "head"), max_pressure=4, source=("werner-charts",), is_proposal=True),
    Rule("tension-headache", condition("tension-headache"), INFO,
         "headache from stiff muscles often eases when neck and shoulders do. A new kind of headache needs a "
         "doctor.",
         source=("healing-touch", "massage-reference")),
)
