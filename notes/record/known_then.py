"""What was recorded of a body at a moment that has passed, for notes signed before their check was kept with them.

Rows carry when they were recorded, episodes their steps; what was put right later in a row that stood already (an
end, a doctor's answer) is read as it stands now. Notes signed since keep their check (`notes/record/check_kept.py`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from clients.contraindications import Body, KnownCondition, KnownEpisode, KnownFinding
from clients.limits import as_practised, known_clearance, known_episode, known_finding, known_medicine
from clients.models import Clearance, Client, ClientCondition, Episode, Finding, Medicine
from clients.own_rules import book_at
from clients.return_visits import visits_of_returns
from practice import clock


def body_at(client: Client, moment: datetime) -> Body:
    """The client's body as the check would have read it at that moment."""
    until = {"client": client, "recorded_at__lte": moment}
    findings = [known_finding(f) for f in Finding.objects.filter(**until).prefetch_related("places")]
    findings += [KnownFinding("heat-sensitive")] * client.heat_sensitive
    findings += [KnownFinding("cold-sensitive")] * client.cold_sensitive
    return Body(
        tuple(KnownCondition(c.condition, c.since, c.ended_on) for c in ClientCondition.objects.filter(**until)),
        tuple(findings), _episodes_at(client, moment),
        tuple(known_clearance(k) for k in Clearance.objects.filter(**until).exclude(
            state="set_aside").select_related("doctor")),
        medicines=tuple(known_medicine(m) for m in Medicine.objects.filter(**until)),
        book=book_at(client.practice, moment))


def _episodes_at(client: Client, moment: datetime) -> tuple[KnownEpisode, ...]:
    """The episodes known then, each in the status it had then; those over by then with the day they ended."""
    found, on = [], clock.wall_of(moment, client.practice.time_zone)[0]
    for e in Episode.objects.filter(client=client, created_at__lte=moment).prefetch_related("steps"):
        steps = [step.status for step in e.steps.all() if step.at <= moment]
        status = steps[-1] if steps else e.status
        if status == Episode.Status.NOT_A_RELAPSE:
            continue
        mapped = e.map_taken_on if e.map_taken_on and e.map_taken_on <= on else None
        ended_on = e.ended_on if status == Episode.Status.RESOLVED else None
        known = replace(known_episode(e), status=status, map_taken_on=mapped, ended_on=ended_on)
        visits = visits_of_returns({client.pk: [known]}).get(client.pk, ())
        found.append(as_practised(known, client.practice, visits, moment))
    return tuple(found)
