"""A therapist looks at answers that were sent: what they accept goes into the profile, the rest stays to be seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone

from clients.asking.accepting import Line, lines_of
from clients.asking.becoming import ToPage
from clients.asking.proposals import page_key
from clients.asking.questionnaires import answers_of, questions_of
from clients.models import Client, Consent, Questionnaire
from practice import audit, clock
from practice.models import Membership
from practice.refusals import Refusal, WrongState

ACCEPTED, LEFT, KNOWN = "accepted", "left", "known"


class NotAllAccepted(Refusal):
    """Some of what was accepted cannot go into the profile as it is; nothing was changed."""

    code: ClassVar[str] = "not_all_accepted"
    title: ClassVar[str] = "Not saved yet"


def waiting_for(member: Membership) -> Any:
    """Answers that were sent and nobody has looked at, oldest first; none for whoever may not read them."""
    return (Questionnaire.objects.visible_to(member)
            .filter(submitted_at__isnull=False, reviewed_at=None, client__archived_at=None)
            .select_related("client__practice").order_by("submitted_at", "pk"))


@transaction.atomic
def review_answers(*, questionnaire: Questionnaire, accepted: Collection[str], by: Membership) -> Questionnaire:
    """Take what is accepted into the profile, all or nothing, and write down what became of each answer.

    Refuses answers that were not sent, have been looked at, or are no longer agreed to; what a verb refuses is told
    for its line (`lines`).
    """
    row = (Questionnaire.objects.select_for_update(no_key=True, of=("self",))
           .select_related("client__practice", "practice", "reviewed_by__user").get(pk=questionnaire.pk))
    if row.submitted_at is None:
        raise WrongState("These answers have not been sent yet.")
    if row.reviewed_at and row.reviewed_by:
        on = clock.said_date(clock.wall_of(row.reviewed_at, row.practice.time_zone)[0])
        raise WrongState(f"{row.reviewed_by.name} looked at these answers on {on}.")
    if day := taken_back(row):
        raise WrongState(f"{row.client.called} took the agreement back on {clock.said_date(day)}. Nothing of these "
                         "answers goes into the profile.")
    lines, refused = lines_of(row), dict[str, str]()
    for proposal in (proposal for line in lines for proposal in line.proposals):
        if proposal.accept is None or proposal.key not in accepted:
            continue
        try:
            with transaction.atomic():
                proposal.accept(Client.objects.select_related("practice").get(pk=row.client_id), by)
        except Refusal as refusal:
            refused[proposal.key] = refusal.detail
    if refused:
        raise NotAllAccepted("Something you ticked cannot be saved as it is. Nothing was changed; look at the marked "
                             "lines. Take their ticks away and note them on the client’s page instead.", lines=refused)
    row.decisions = _decisions(lines, accepted)
    row.reviewed_at, row.reviewed_by = timezone.now(), by
    row.save(update_fields=["decisions", "reviewed_at", "reviewed_by"])
    audit.record(by=by, verb="answers_reviewed", subject=row,
                 accepted=[key for key, decision in row.decisions.items() if decision == ACCEPTED],
                 left=[key for key, decision in row.decisions.items() if decision == LEFT])
    return row


def kept_words(rows: Sequence[Questionnaire]) -> list[tuple[str, str]]:
    """What stands on the client's page in their own words, from the last answers looked at, while they agree to it."""
    row = next((row for row in rows if row.reviewed_at), None)
    if row is None:
        return []
    answers = answers_of(row)
    words = [(question.becomes.label, answers[question.code].words) for question in questions_of(row)
             if isinstance(question.becomes, ToPage) and row.decisions.get(page_key(question.code)) == ACCEPTED]
    return words if words and taken_back(row) is None else []


def taken_back(row: Questionnaire) -> date | None:
    """The day on which the agreement given with these answers was taken back; None while it stands."""
    if not row.consent_version:
        return None
    given = Consent.objects.filter(client_id=row.client_id, kind=row.kind, recorded_at__gte=row.submitted_at)
    consent = given.order_by("recorded_at").first()
    if consent is None or consent.withdrawn_at is None:
        return None
    return clock.wall_of(consent.withdrawn_at, row.practice.time_zone)[0]


def _decisions(lines: list[Line], accepted: Collection[str]) -> dict[str, str]:
    return {proposal.key: KNOWN if proposal.accept is None else ACCEPTED if proposal.key in accepted else LEFT
            for line in lines for proposal in line.proposals}
