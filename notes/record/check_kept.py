"""The safety check as it was at signing, kept with the note: a signed page never asks today's rules."""

from __future__ import annotations

from typing import Any

from clients.contraindications import Check, Reason

_KEPT = ("rule", "level", "text", "regions", "max_pressure", "techniques", "source", "evidence", "is_proposal",
         "treatment", "because")


def as_data(check: Check) -> dict[str, Any]:
    """Verdict, caps and reasons as JSON can hold them; `check_from_data` gives back the same check."""
    reasons = [{name: _plain(getattr(reason, name)) for name in _KEPT} for reason in check.reasons]
    return {"verdict": check.verdict, "max_pressure_by_region": dict(check.max_pressure_by_region), "reasons": reasons}


def check_from_data(data: dict[str, Any]) -> Check:
    """The check as it was kept."""
    return Check(data["verdict"], dict(data["max_pressure_by_region"]), tuple(
        Reason(**{**row, "regions": tuple(row["regions"]), "techniques": tuple(row["techniques"])})
        for row in data["reasons"]))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
