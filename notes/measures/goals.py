"""A client's own goals: up to three at a time, in their words, each rated 0 to 10 at visits."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from clients.episodes import today_in
from clients.models import Client
from clients.standing import lock_client
from clients.words import one_line
from notes.measures.of_client import open_goals
from notes.models import ClientGoal, Measurement
from notes.models.goals import MOST_GOALS
from notes.writing import refuse_unless_therapist
from practice import audit, clock
from practice.access import Actor
from practice.refusals import BadInput, WrongState


def set_goal(*, client: Client, words: str, by: Actor, began_on: date | None = None) -> ClientGoal:
    """Write down a goal in the client's words; refuses a fourth while three stand."""
    refuse_unless_therapist(by)
    words = _words(words)
    with transaction.atomic():
        lock_client(client)
        today = today_in(client)
        if began_on and began_on > today:
            raise BadInput("A goal begins today or earlier.", field="began_on")
        open_ones = open_goals(client)
        if len(open_ones) >= MOST_GOALS:
            raise WrongState("Three goals stand already. End one first; its readings are kept.")
        if any(goal.words.casefold() == words.casefold() for goal in open_ones):
            raise BadInput("This goal stands already.", field="words")
        taken = {goal.place for goal in open_ones}
        place = next(n for n in range(1, MOST_GOALS + 1) if n not in taken)
        goal = ClientGoal.objects.create(practice_id=client.practice_id, client=client, words=words, place=place,
                                         began_on=began_on or today, set_by=by)
        audit.record(by=by, verb="goal_set", subject=goal)
    return goal


def reword_goal(*, goal: ClientGoal, words: str, by: Actor) -> ClientGoal:
    """Put the words right while no reading names the goal; afterwards another wording is another goal."""
    refuse_unless_therapist(by)
    words = _words(words)
    with transaction.atomic():
        lock_client(goal.client)
        goal = ClientGoal.objects.select_related("client__practice").get(pk=goal.pk)
        if words != goal.words and Measurement.objects.filter(measure=goal.code).exists():
            raise WrongState("This goal was rated already, and a rating belongs to its words. End it, then write down "
                             "another.")
        goal.words = words
        goal.save(update_fields=["words"])
        audit.record(by=by, verb="goal_reworded", subject=goal)
    return goal


def end_goal(*, goal: ClientGoal, by: Actor, on: date | None = None) -> ClientGoal:
    """The goal is reached or let go; its readings stay."""
    refuse_unless_therapist(by)
    with transaction.atomic():
        lock_client(goal.client)
        goal = ClientGoal.objects.select_related("client__practice").get(pk=goal.pk)
        if goal.ended_on is not None:
            raise WrongState(f"This goal ended on {clock.said_date(goal.ended_on)}.")
        on = on or today_in(goal.client)
        if not goal.began_on <= on <= today_in(goal.client):
            raise BadInput("A goal ends between the day it began and today.", field="ended_on")
        goal.ended_on = on
        goal.save(update_fields=["ended_on"])
        audit.record(by=by, verb="goal_ended", subject=goal)
    return goal


def goals_come_over(merged: Client, stays: Client) -> None:
    """In a merge: each open goal takes a free place; those beyond three end."""
    taken = set(ClientGoal.objects.filter(client=stays, ended_on=None).values_list("place", flat=True))
    ClientGoal.objects.filter(client=merged).exclude(ended_on=None).update(client=stays)
    for goal in ClientGoal.objects.filter(client=merged):
        free = [n for n in range(1, MOST_GOALS + 1) if n not in taken]
        if free:
            goal.place = free[0]
            taken.add(free[0])
        else:
            goal.ended_on = max(goal.began_on, today_in(stays))
        goal.client = stays
        goal.save(update_fields=["client", "place", "ended_on"])


def _words(words: str) -> str:
    said = one_line(words)
    if not said:
        raise BadInput("Write the goal in the client's own words.", field="words")
    if len(said) > 200:
        raise BadInput("200 characters at most: one goal in one sentence.", field="words")
    return said
