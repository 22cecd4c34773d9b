"""docs/asvs.md names, for each requirement, a test that shows it: those tests are there."""

from __future__ import annotations

import re

from practice.tests.scratch import ROOT


def test_every_test_that_the_security_table_names_exists():
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/asvs.md").read_text()))
    there = {name for room in ("practice", "clients", "sessions", "notes") for path in (ROOT / room).glob("tests/**/test_*.py")
             for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)}
    assert named and named <= there, sorted(named - there)
