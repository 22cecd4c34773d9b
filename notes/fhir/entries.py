"""The resources of one document, each once under an address that stays the same for ever."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from notes.fhir.text import pruned

LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
HL7 = "http://terminology.hl7.org/CodeSystem"
# Our own: what the catalogues call a place, a technique in a place, a measure, and when a reading was taken.
REGION, WORK, MEASURE, TIMING = (f"urn:evenhand:{name}" for name in ("region", "work", "measure", "timing"))

_OURS = uuid5(NAMESPACE_URL, "urn:evenhand:fhir")

Reference = dict[str, str]


def lasting_id(kind: str, *key: object) -> str:
    """The id of what `key` names, the same on every day and in every document; it tells nothing of the key."""
    return str(uuid5(_OURS, "\n".join((kind, *map(str, key)))))


def coding(system: str, code: str, display: str = "") -> dict[str, str]:
    """One code; nothing where there is none."""
    return {"system": system, "code": code, "display": display} if code else {}


def concept(text: str, *codings: dict[str, str]) -> dict[str, Any]:
    """The words first, then what they are called elsewhere."""
    return {"coding": [each for each in codings if each], "text": text}


class Entries:
    """The resources of one document in the order in which they were first told."""

    def __init__(self) -> None:
        self._resources: dict[str, dict[str, Any]] = {}

    def add(self, kind: str, *key: object, **content: Any) -> Reference:
        """Keep a resource under the id of its key, once, and refer to it."""
        made = lasting_id(kind, *key)
        self._resources.setdefault(made, pruned({"resourceType": kind, "id": made, **content}))
        return {"reference": f"urn:uuid:{made}"}

    def all(self) -> list[dict[str, Any]]:
        """Every resource with its address, as a Bundle lists them."""
        return [{"fullUrl": f"urn:uuid:{made}", "resource": body} for made, body in self._resources.items()]
