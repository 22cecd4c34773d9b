"""Somebody leaves: what the diary has waiting for them, and how their clients go over to colleagues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from clients.models import Client
from practice import audit
from practice.access import Actor
from practice.models import Membership
from practice.people.leaving import LEFT_BEHIND, Left
from sessions.away import coming_of
from sessions.models import Appointment, BulkPlan, Hold, WaitlistEntry

LIVED = ("arrived", "fulfilled", "confirmed", "booked")


def clients_of(person: Membership, since: date) -> list[Client]:
    """Whoever comes to them from that day on, waits for them, or would rather come to them, by name."""
    coming = {visit.client_id for visit in coming_of(person, since=since)}
    waits = set(WaitlistEntry.objects.filter(therapist=person, ended_at=None).values_list("client_id", flat=True))
    rather = {pk for pk, wishes in Client.objects.filter(practice=person.practice_id, archived_at=None).values_list(
        "pk", "preferences") if str(person.pk) in wishes.get("therapists", [])}
    rows = Client.objects.filter(practice=person.practice_id, merged_into=None, pk__in=coming | waits | rather)
    return list(rows.order_by("name", "pk"))


def suggested_for(clients: Iterable[Client], colleagues: Collection[Membership]) -> dict[UUID, UUID]:
    """For each client the colleague they have been with most; the others in turn, so that everybody gets as many."""
    known: dict[UUID, Counter[UUID]] = {}
    rows = Appointment.objects.filter(client__in=[c.pk for c in clients], therapist__in=colleagues, status__in=LIVED)
    for whose, therapist in rows.order_by().values_list("client_id", "therapist_id"):
        known.setdefault(whose, Counter())[therapist] += 1
    given: Counter[UUID] = Counter({colleague.pk: 0 for colleague in colleagues})
    found = {}
    for client in clients if colleagues else ():
        best = known[client.pk].most_common(1)[0][0] if client.pk in known else min(
            given, key=lambda pk: (given[pk], str(pk)))
        given[best] += 1
        found[client.pk] = best
    return found


def may_only_go_to(plan: BulkPlan) -> Mapping[UUID, frozenset[str]]:
    """Which therapist each client's visits may go to in a handing over; of other plans nothing is said."""
    if plan.kind != BulkPlan.Kind.LEAVING:
        return {}
    return {UUID(client): frozenset({colleague}) for client, colleague in plan.scope["clients"].items()}


def visits_handed_over(person: Membership, scope: Mapping[str, Any]) -> list[Appointment]:
    """The coming visits of the clients that go over, from the first day without them."""
    clients = set(scope["clients"])
    return [v for v in coming_of(person, since=date.fromisoformat(scope["since"])) if str(v.client_id) in clients]


def let_clients_follow(*, person: Membership, to: Mapping[UUID, Membership], by: Actor) -> dict[str, list[str]]:
    """What they wished of whoever leaves, they wish of their new colleague: preferred therapists, and the waitlist.

    Answers the ids that changed, for an undo.
    """
    return _go_over(to, lambda client: (person.pk, to[client.pk].pk), by, "client_handed_over")


def let_clients_return(*, person: Membership, to: Mapping[UUID, Membership], followed: Mapping[str, list[str]],
                       by: Actor) -> None:
    """The same back again, for those whom it changed."""
    back = {pk: colleague for pk, colleague in to.items() if str(pk) in followed["clients"]}
    _go_over(back, lambda client: (to[client.pk].pk, person.pk), by, "client_handed_back")
    WaitlistEntry.objects.filter(pk__in=followed["waits"]).update(therapist=person)


def _go_over(to: Mapping[UUID, Membership], change: Any, by: Actor, verb: str) -> dict[str, list[str]]:
    changed, waits = [], []
    rows = Client.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=to).order_by("pk")
    for client in rows:
        old, new = change(client)
        wished = client.preferences.get("therapists", [])
        entries = WaitlistEntry.objects.filter(client=client, therapist=old, ended_at=None)
        waits += [str(pk) for pk in entries.values_list("pk", flat=True)]
        entries.update(therapist=new)
        if str(old) in wished:
            swapped = dict.fromkeys(str(new) if pk == str(old) else pk for pk in wished)
            client.preferences = client.preferences | {"therapists": list(swapped)}
            client.version += 1
            client.save(update_fields=["preferences", "version"])
            changed.append(str(client.pk))
        audit.record(by=by, verb=verb, subject=client, client_id=client.pk, was=str(old), to=str(new))
    return {"clients": changed, "waits": waits}


def _said(count: int, one: str, many: str) -> str:
    return f"1 {one}" if count == 1 else f"{count} {many}"


def left_in_the_diary(person: Membership) -> list[Left]:
    """Visits to come, visits on hold, who would rather come to them, who waits for them."""
    coming = coming_of(person)
    held = Hold.objects.filter(outcome="", appointment__therapist=person).count()
    rather = [c for c in Client.objects.filter(practice=person.practice_id, archived_at=None).only("preferences")
              if str(person.pk) in c.preferences.get("therapists", [])]
    waits = WaitlistEntry.objects.filter(Q(therapist=person), ended_at=None).count()
    series = len({v.series_id for v in coming if v.series_id})
    found = []
    if coming:
        words = _said(len(coming), "visit to come", "visits to come")
        found.append(Left(words, reverse("sessions:handover", args=[person.pk]), needs_a_therapist=True,
                          advice=f"{_said(series, 'series', 'series')} among them." if series else ""))
    if held:
        found.append(Left(_said(held, "visit on hold", "visits on hold"), reverse("sessions:on_hold"),
                          advice="Their return can be planned with a colleague."))
    if rather:
        found.append(Left(_said(len(rather), "client would rather come to them", "clients would rather come to them")))
    if waits:
        found.append(Left(_said(waits, "wish for a time with them on the waitlist",
                                "wishes for a time with them on the waitlist"), reverse("sessions:waitlist")))
    return found


LEFT_BEHIND.append(left_in_the_diary)
