"""What the demo's clients answered after their visits: asked on its day, answered the same afternoon by some."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone

from notes.demo.clockwork import as_of
from notes.follow_ups.asking import answer_follow_up, ask_after_visits, see_follow_up
from notes.follow_ups.questions import Answers
from notes.models import FollowUp
from practice import clock
from practice.access import Outsider
from practice.models import Membership, Practice

WEEKS = 4
# By client, the newest answer first; who is not named here did not answer.
ANSWERS: dict[str, tuple[Answers, ...]] = {
    "Maria Lindqvist": (
        Answers(soreness=1, sore_days=1, lethargy=1, lethargy_hours=6, helped="still", words="Stairs were easier."),
        Answers(soreness=0, lethargy=1, lethargy_hours=2, helped="still"),
        Answers(soreness=2, sore_days=2, lethargy=2, lethargy_hours=12, helped="until", helped_days=2)),
    "Ines Moreau": (Answers(soreness=0, lethargy=0, helped="still", headache_days=1),
                    Answers(soreness=1, sore_days=1, helped="until", helped_days=3, headache_days=2)),
    "Kofi Mensah": (Answers(soreness=0, lethargy=0, helped="until", helped_days=2),),
    "Eleanor Voss": (Answers(soreness=1, sore_days=2, lethargy=3, lethargy_hours=24, helped="no",
                             words="I could not move my legs that evening."),),
}


def build_after(practice: Practice, by: Membership) -> None:
    """Ask on every noon of the last weeks; who is named answers four hours later; all but the newest were seen."""
    now = timezone.now()
    today = clock.wall_of(now, practice.time_zone)[0]
    for ago in range(7 * WEEKS, -1, -1):
        noon = clock.instant_of(today - timedelta(days=ago), time(12), practice.time_zone, fold=0)
        if noon <= now:
            with as_of(noon):
                ask_after_visits()
    asked = FollowUp.objects.filter(practice=practice).select_related("appointment__client", "practice")
    for name, told in ANSWERS.items():
        rows = asked.filter(appointment__client__name=name).order_by("-asked_on")
        for nth, (row, answers) in enumerate(zip(rows, told, strict=False)):
            with as_of(min(row.created_at + timedelta(hours=4), now)):
                client = Outsider(practice, "client", name)
                answered = answer_follow_up(follow_up=row, answers=answers, by=client)
                if nth:
                    see_follow_up(follow_up=answered, by=by)
