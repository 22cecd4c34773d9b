"""Whom hot afternoons make worse: as the client said, as was found, or as their condition has it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from clients.conditions import CONDITIONS, line_of
from clients.models import Client, ClientCondition, Finding
from practice import clock
from practice.models import Practice

# Heat slows what is left of nerve conduction in MS (sources: msaa-pseudo, ms-three-uses); what belongs to MS counts.
WORSE_IN_HEAT = tuple(code for code in CONDITIONS if "ms" in line_of(code))


def worse_in_heat(practice: Practice) -> set[UUID]:
    """The clients heat makes worse. Clinical: which they are is for owners and therapists to ask."""
    today = clock.wall_of(timezone.now(), practice.time_zone)[0]
    is_open = Q(ended_on=None) | Q(ended_on__gte=today)
    found = Finding.objects.filter(is_open, client=OuterRef("pk"), finding="heat-sensitive")
    has = ClientCondition.objects.filter(is_open, client=OuterRef("pk"), condition__in=WORSE_IN_HEAT)
    rows = Client.objects.filter(practice=practice).filter(Q(heat_sensitive=True) | Q(Exists(found)) | Q(Exists(has)))
    return set(rows.values_list("pk", flat=True))
