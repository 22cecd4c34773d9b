"""What no line of the audit may hold: listened for while any test of the suite writes one."""

from __future__ import annotations

from typing import Any

from clients.conditions import CONDITIONS
from clients.findings import FINDINGS
from clients.medicine_kinds import MEDICINES
from clients.models import Episode
from clients.rules import RULES
from notes.home.catalogue import EXERCISES
from notes.outcomes import MEASURES
from practice.models import AuditEntry

CODES = {*CONDITIONS, *FINDINGS, *MEDICINES, *RULES, *MEASURES, *EXERCISES, *Episode.Kind.values,
         Episode.Status.NOT_A_RELAPSE.value} - {"other"}


def refuse_clinical_codes(instance: AuditEntry) -> None:
    """A code of the catalogues in a line of the audit is a fault of the verb that writes it."""
    held = CODES & {instance.verb, *_strings(instance.detail)}
    assert not held, f"the audit of {instance.verb} holds {sorted(held)}"


def _strings(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set().union(*(_strings(part) for part in value.values()))
    if isinstance(value, list | tuple | set):
        return set().union(*(_strings(part) for part in value))
    return {str(value)}
