"""What is kept of a client, kind by kind: what comes over when two rows are merged, what is taken out of the house.

Each room adds its kinds at start. A kind that is forgotten fails a test: it walks every model that leads to a client.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone

from clients.body import REGIONS
from clients.conditions import CONDITIONS
from clients.findings import FINDINGS
from clients.medicine_kinds import MEDICINES
from clients.models import (
    ChannelConsent,
    Clearance,
    Client,
    ClientCondition,
    ClientDoctor,
    Consent,
    Contact,
    Disclosure,
    EmergencyCard,
    Episode,
    EpisodeNotice,
    EpisodeStep,
    Finding,
    FindingRegion,
    LegalHold,
    Medicine,
    PrivacyRequest,
    Questionnaire,
    Referral,
    Reply,
)
from practice.models import AuditEntry, Membership, Message


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of rows a client has.

    `link` is the column that leads to the client, at once or by way of another kind. `without` are columns that are
    secrets or mean nothing elsewhere; `names` says what a code means, by column. `comes_over(merged, stays)` moves the
    rows in a merge where giving them the other client is not all there is to it.
    """

    code: str
    model: type[Model]
    one: str
    many: str
    link: str = "client"
    without: tuple[str, ...] = ()
    names: dict[str, Callable[[str], str]] = field(default_factory=dict)
    comes_over: Callable[[Client, Client], None] | None = None

    def said(self, count: int) -> str:
        """“1 finding”, “3 findings”."""
        return f"{count} {self.one if count == 1 else self.many}"


PARTS: dict[str, Part] = {}
# Models that lead to a client and are not taken out, with the reason; a test compares them with all there are.
LEFT_OUT: dict[str, str] = {}


def register_parts(*parts: Part) -> None:
    """Add kinds of rows; called once at start by the room that has them."""
    for part in parts:
        PARTS[part.code] = part


def rows_of(part: Part, client: Client, *, seen_by: Membership | None = None) -> QuerySet[Any]:
    """The rows of this kind of a client and of the rows merged into them; only those `seen_by` may read."""
    manager: Any = part.model._default_manager
    rows = manager.visible_to(seen_by) if seen_by and hasattr(manager, "visible_to") else manager.all()
    above = _above(part)
    of = rows_of(above, client, seen_by=seen_by) if above else client.family
    found: QuerySet[Any] = rows.filter(**{f"{part.link}__in": of.order_by().values("pk")}).order_by("pk")
    return found


def _above(part: Part) -> Part | None:
    """The kind a row of this one belongs to; None where it belongs to the client."""
    to = part.model._meta.get_field(part.link).related_model
    return next((p for p in PARTS.values() if p.model is to), None)


def is_clients_own(part: Part) -> bool:
    """Whether a row names its client itself."""
    return part.link in ("client", "client_id")


def name_in(catalogue: dict[str, Any]) -> Callable[[str], str]:
    """What a code of this catalogue means; a code it has lost stays a code."""
    return lambda code: catalogue[code].name if code in catalogue else code


def _cards_come_over(merged: Client, stays: Client) -> None:
    """One card each: what the staying one leaves empty is filled; without one, the other's is theirs."""
    theirs, own = (EmergencyCard.objects.filter(client=client).first() for client in (merged, stays))
    if theirs and own is None:
        EmergencyCard.objects.filter(pk=theirs.pk).update(client=stays)
    elif theirs and own:
        gaps = [name for name in CARD_FIELDS if getattr(theirs, name) and not getattr(own, name)]
        for name in gaps:
            setattr(own, name, getattr(theirs, name))
        own.version += 1
        own.save(update_fields=[*gaps, "version", "updated_at"])


def _doctors_come_over(merged: Client, stays: Client) -> None:
    """A doctor both have is listed once."""
    known = ClientDoctor.objects.filter(client=stays).values("doctor")
    ClientDoctor.objects.filter(client=merged).exclude(doctor__in=list(known.values_list("doctor", flat=True))).update(
        client=stays)


def _questions_come_over(merged: Client, stays: Client) -> None:
    """Answers come over; of two intakes that are both still open, the one of the row that goes is closed."""
    theirs = Questionnaire.objects.filter(client=merged)
    is_asked = Questionnaire.objects.filter(kind="intake", subject_id=stays.pk, submitted_at=None).exists()
    if is_asked:
        theirs.filter(kind="intake", submitted_at=None).update(closes_at=timezone.now())
    renamed = theirs.filter(subject_id=merged.pk)
    (renamed.exclude(submitted_at=None) if is_asked else renamed).update(subject_id=stays.pk)
    theirs.update(client=stays)


def _channels_come_over(merged: Client, stays: Client) -> None:
    """What was agreed stays written down; what the staying row takes on is written anew once they are one."""
    theirs = ChannelConsent.objects.filter(client=merged)
    theirs.filter(withdrawn_at=None).update(
        withdrawn_at=timezone.now(), withdrawn_how="Two rows of one person became one.")
    theirs.update(client=stays)


CARD_FIELDS = ("contact_name", "contact_phone", "contact_relationship", "plan", "representative_name",
               "representative_phone", "may_consent")
_REGION = {"region": name_in(REGIONS)}

register_parts(
    Part("conditions", ClientCondition, "condition", "conditions", names={"condition": name_in(CONDITIONS)}),
    Part("findings", Finding, "finding", "findings", names={"finding": name_in(FINDINGS)}),
    Part("finding-places", FindingRegion, "place of a finding", "places of findings", link="finding", names=_REGION),
    Part("medicines", Medicine, "medicine", "medicines", names={"kind": name_in(MEDICINES)}),
    Part("episodes", Episode, "episode", "episodes", names={"kind": lambda code: str(Episode.Kind(code).label)}),
    Part("episode-steps", EpisodeStep, "step of an episode", "steps of episodes", link="episode"),
    Part("tellings-of-doctors", EpisodeNotice, "telling of a doctor", "tellings of doctors", link="episode"),
    Part("clearances", Clearance, "doctor’s word", "doctors’ words"),
    Part("doctors", ClientDoctor, "doctor", "doctors", comes_over=_doctors_come_over),
    Part("contacts", Contact, "contact", "contacts"),
    Part("emergency-card", EmergencyCard, "emergency card", "emergency cards", comes_over=_cards_come_over),
    Part("consents", Consent, "agreement", "agreements"),
    Part("disclosures", Disclosure, "line of what went to whom", "lines of what went to whom",
         comes_over=lambda merged, stays: None),  # it stands for ever, with the row it was written of
    Part("privacy-requests", PrivacyRequest, "request about their record", "requests about their record",
         comes_over=lambda merged, stays: None),  # it stands with the row it was asked of
    Part("legal-holds", LegalHold, "legal hold", "legal holds", comes_over=lambda merged, stays: None),
    Part("channel-consents", ChannelConsent, "way they agreed to be written to", "ways they agreed to be written to",
         names={"channel": lambda code: str(ChannelConsent.Channel(code).label)}, comes_over=_channels_come_over),
    Part("replies", Reply, "text message from them", "text messages from them", without=("reference",),
         names={"meaning": lambda code: str(Reply.Meaning(code).label)}),
    Part("referrals", Referral, "referral", "referrals"),
    Part("questionnaires", Questionnaire, "set of questions", "sets of questions", comes_over=_questions_come_over),
    Part("messages", Message, "message", "messages", link="client_id", without=("claimed_by", "claimed_until")),
    Part("trail", AuditEntry, "line of who read and changed what", "lines of who read and changed what",
         link="client_id", comes_over=lambda merged, stays: None),  # written once, for the row it was written of
)
