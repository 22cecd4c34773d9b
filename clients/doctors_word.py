"""What a doctor's word says to the check: lifted, still waited for, or gone beyond. Pure, as the check is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from clients import body as body_map
from clients.known import Body, Holding, KnownClearance
from clients.reasons import (
    Planned,
    Reason,
    capital,
    doctors_reason,
    is_too_firm,
    method,
    reason,
    said_cap,
    said_plan,
    said_terms,
    told,
)
from clients.rule import Level


@dataclass(slots=True)
class Terms:
    """A live grant whose limits count that day, and where: `touches` None is the whole body."""

    grant: KnownClearance
    places: tuple[str, ...]
    touches: frozenset[str] | None


def _is_for(clearance: KnownClearance, holding: Holding) -> bool:
    """Whether a doctor's word is about this; for a return only what was said since it began, and of that episode."""
    rule, episode = holding.rule, holding.episode
    if episode is None:
        return clearance.scope in ("", rule.code) or clearance.scope in rule.when.codes
    is_since = clearance.given_at is None or clearance.given_at.date() >= episode.onset_on
    return is_since and clearance.scope in ("", rule.code, episode.kind)


def _is_live(clearance: KnownClearance, on: date) -> bool:
    return clearance.state == "granted" and (clearance.expires_on is None or on <= clearance.expires_on)


def speak_of_clearance(
    holding: Holding, planned: list[Planned], clearances: Iterable[KnownClearance], on: date
) -> Iterator[Reason]:
    """A rule that waits for a doctor: lifted where a live grant covers the work, else told."""
    mine = _last_words([clearance for clearance in clearances if _is_for(clearance, holding)])
    grants = [clearance for clearance in mine if _is_live(clearance, on)]
    refused = [clearance for clearance in mine if clearance.state == "refused"]
    met = [(row, places) for row in planned if (places := holding.meets(row.places))]
    if planned and not met:
        return
    text = told(holding)
    if not grants or refused:
        among = f"{capital(_doctors(grants))} would allow it; they do not agree." if grants else ""
        text = " ".join(filter(None, [text, _what_became_of(mine), among]))
        if holding.touches is None:
            yield reason(holding, Level.CLEARANCE, text)
        elif not planned:
            yield reason(holding, Level.CAUTION, text)
        for row, places in met if holding.touches is not None else ():
            yield reason(holding, Level.CLEARANCE, text, places, row)
        return
    if not planned and holding.places and not any(_allows(grant, holding.places) for grant in grants):
        yield reason(holding, Level.CAUTION, f"{text} {capital(_doctors(grants))} did not include this.")
        return
    outside = [(row, places) for row, places in met if not any(_allows(grant, places) for grant in grants)]
    for row, places in outside:
        said = f"{capital(body_map.said(places))}: {_doctors(grants)} did not include this. {text}"
        yield reason(holding, Level.CLEARANCE, said, places, row)
    if not outside:
        allowed = f"{capital(_doctors(grants))} {'has' if len(_named(grants)) < 2 else 'have'} allowed it."
        yield reason(holding, Level.INFO, f"{text} {allowed}")


def _last_words(words: list[KnownClearance]) -> list[KnownClearance]:
    """Without refusals that the same doctor has taken back by a later grant; where no time is noted they stand."""
    return [word for word in words if word.state != "refused" or not any(
        other.state == "granted" and other.doctor == word.doctor and word.given_at is not None
        and other.given_at is not None and other.given_at > word.given_at for other in words)]


def _allows(grant: KnownClearance, places: tuple[str, ...]) -> bool:
    return not grant.regions or all(
        any(body_map.covers(region, side, place) for region, side in grant.regions) for place in places
    )


def _doctors(grants: list[KnownClearance]) -> str:
    return " and ".join(_named(grants)) or "the doctor"


def _named(grants: list[KnownClearance]) -> list[str]:
    return sorted({grant.doctor for grant in grants if grant.doctor})


def _what_became_of(asked: list[KnownClearance]) -> str:
    """What the last word of each doctor is, by the minute it was noted; a “not yet” before all others."""
    states = {word.state for word in asked if not any(
        other.doctor == word.doctor and other.given_at is not None and word.given_at is not None
        and other.given_at > word.given_at for other in asked)}
    if "refused" in states:
        return "The doctor said not yet."
    if "received" in states:
        return "An answer has come: accept it first."
    if "granted" in states:
        return "The doctor's word has run out."
    return "Asked, no answer yet." if "requested" in states else ""


def terms_on(body: Body, held: list[Holding], on: date) -> list[Terms]:
    """General grants, and those for something that still holds; the latter count where it holds."""
    ongoing = {episode.kind for episode in body.episodes
               if episode.onset_on <= on and episode.status in ("suspected", "confirmed", "recovering")}
    terms: list[Terms] = []
    for grant in body.clearances:
        if not _is_live(grant, on):
            continue
        is_general = not grant.scope or grant.scope in ongoing
        mine = [] if is_general else [holding for holding in held if _is_for(grant, holding)]
        if not is_general and not mine:
            continue
        if grant.regions:
            places = tuple(key for region, side in grant.regions for key in body_map.keys(region, side))
            terms.append(Terms(grant, places, body_map.inside(places)))
        elif is_general or any(holding.touches is None for holding in mine):
            terms.append(Terms(grant, (), None))
        else:
            places = tuple(sorted({place for holding in mine for place in holding.places}))
            terms.append(Terms(grant, places, body_map.inside(places)))
    return terms


def speak_of_terms(terms: list[Terms], planned: list[Planned], total: int | None) -> Iterator[Reason]:
    """Where the plan goes beyond what the doctor allowed; before anything is planned, what was allowed."""
    for term in terms:
        grant, doctor = term.grant, term.grant.doctor or "the doctor"
        if not planned:
            if allowed := said_terms(grant, total):
                where = f"{capital(body_map.said(term.places))}: {doctor}" if term.places else capital(doctor)
                yield doctors_reason(grant, f"{where} allowed {allowed}.", term.places)
            continue
        if grant.minutes is not None and total is not None and total > grant.minutes:
            yield doctors_reason(
                grant, f"{capital(doctor)} allowed {grant.minutes} minutes at most; this visit takes {total}.")
        for row in planned:
            places = row.places if term.touches is None else tuple(p for p in row.places if p in term.touches)
            if not places:
                continue
            where, cap = capital(body_map.said(places)), grant.max_pressure
            if cap is not None and is_too_firm(cap, row.treatment):
                plan = said_plan(cap, row.treatment)
                text = f"{where}: {doctor} allowed {said_cap(cap)}; {row.treatment.whose} {plan}."
                yield doctors_reason(grant, text, places, row)
            if row.treatment.technique in grant.excluded_techniques:
                text = f"{where}: {doctor} ruled out {method(row.treatment.technique)}."
                yield doctors_reason(grant, text, places, row)
