"""The people who come: who they are, what they live with, what limits the work, who may be told."""

from clients.models.agreements import Consent, Disclosure, Questionnaire, Referral
from clients.models.body import (
    Clearance,
    ClientCondition,
    Episode,
    EpisodeStep,
    Finding,
    FindingRegion,
    Medicine,
    RuleChange,
)
from clients.models.disposals import Disposal
from clients.models.moving_in import Import, ImportRow
from clients.models.notices import EpisodeNotice
from clients.models.people import Client, ClientDoctor, Contact, Doctor, EmergencyCard
from clients.models.privacy import Breach, BreachStep, LegalHold, PrivacyRequest
from clients.models.reaching import ChannelConsent, Reply

__all__ = [
    "Breach", "BreachStep", "ChannelConsent", "Clearance", "Client", "ClientCondition", "ClientDoctor", "Consent",
    "Contact", "Disclosure", "Disposal", "Doctor", "EmergencyCard", "Episode", "EpisodeNotice", "EpisodeStep",
    "Finding", "FindingRegion", "Import", "ImportRow", "LegalHold", "Medicine", "PrivacyRequest", "Questionnaire",
    "Referral", "Reply", "RuleChange",
]
