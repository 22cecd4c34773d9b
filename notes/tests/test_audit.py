"""Who read and changed what, and no word of what they feel or have.

`conftest.py` listens in the same way to every line that any test of the suite writes.
"""

from datetime import date

import pytest

from clients.clearances import record_clearance
from clients.medicines import record_medicine
from clients.own_rules import change_rule, restore_rule
from clients.recording import record_condition, record_finding
from notes.reading import read_outcomes
from notes.tests.audited import CODES
from practice import audit
from practice.models import AuditEntry
from sessions import holds

pytestmark = pytest.mark.django_db


def test_the_main_verbs_leave_no_clinical_code_behind(now, maria, ana, owner, riverside, neurologist):
    record_condition(client=maria, condition="ms", by=ana)
    record_finding(client=maria, finding="absent-sensation", places=[("foot", "left")], by=ana)
    record_medicine(client=maria, name="Baclofen", by=ana)
    for state in ("requested", "granted", "refused"):
        record_clearance(client=maria, doctor=neurologist, state=state, scope="relapse", by=ana)
    change_rule(practice=riverside, rule="reduced-sensation", is_off=True, reason="asked the neurologist", by=owner)
    restore_rule(practice=riverside, rule="reduced-sensation", by=owner)
    episode = holds.report_episode(client=maria, kind="relapse", onset_on=date(2026, 11, 20), by=ana).episode
    holds.change_episode(episode=episode, status="not_a_relapse", on=date(2026, 11, 23), by=ana)
    read_outcomes(client=maria, by=ana, measure="fatigue")
    lines = AuditEntry.objects.all()
    assert {"episode_reported", "episode_moved_on", "clearance_granted", "rule_changed"} <= {e.verb for e in lines}
    told = repr([(e.verb, e.detail) for e in lines])
    assert not [code for code in CODES if f"'{code}'" in told]


def test_a_verb_that_would_write_one_is_found_out_by_whatever_test_calls_it(maria, ana):
    with pytest.raises(AssertionError, match="'relapse'"):
        audit.record(by=ana, verb="episode_reported", subject=maria, kind="relapse")
    with pytest.raises(AssertionError, match="heat-sensitive"):
        audit.record(by=ana, verb="client_changed", subject=maria, fields=["name", "heat-sensitive"])
