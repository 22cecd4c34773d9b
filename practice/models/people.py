"""Who works in a practice, as what, and the keys they hold."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7

from practice.access import CLINICAL, PracticeOwned, Role
from practice.guards import OneStays

if TYPE_CHECKING:
    from practice.models.supply import WorkingHours


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who can sign in; the e-mail address is the name they sign in with."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person with a password; what they may do is said by their memberships."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Skill(PracticeOwned):
    """Something a service needs and some therapists can, as the practice calls it: “lymph drainage”."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint("practice", Lower("name"), name="skill_is_named_once")]

    def __str__(self) -> str:
        return self.name


class Membership(PracticeOwned):
    """A person's place in a practice. A therapist of the diary is a membership with `is_therapist`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    is_therapist = models.BooleanField(default=False, help_text="Gives sessions and has a column in the diary.")
    is_active = models.BooleanField(default=True)
    initials = models.CharField(max_length=4, blank=True)
    credential = models.CharField(max_length=120, blank=True, help_text="As printed on letters, with its number.")
    credential_expires_on = models.DateField(null=True, blank=True)
    skills = models.ManyToManyField(Skill, blank=True, related_name="members")
    supervisor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="supervises",
                                   help_text="Co-signs what this therapist signs.")
    digests = models.JSONField(default=dict, blank=True, help_text="Which regular messages they chose, by kind.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["practice", "user"], name="person_belongs_once_to_a_practice"),
            models.CheckConstraint(condition=~Q(role="therapist") | Q(is_therapist=True),
                                   name="role_therapist_gives_sessions"),
            models.CheckConstraint(condition=Q(supervisor=None) | ~Q(supervisor=F("pk")),
                                   name="nobody_supervises_themselves"),
            OneStays(name="practice_keeps_an_active_owner", of="practice",
                     when="{row}.role = 'owner' AND {row}.is_active"),
        ]

    def __str__(self) -> str:
        return self.user.name

    @property
    def name(self) -> str:
        return self.user.name

    def hours_on(self, day: date) -> list[WorkingHours]:
        """The weekly hours that hold on that day, in the order of the week."""
        rows = [h for h in self.working_hours.all() if h.holds_on(day)]
        return sorted(rows, key=lambda h: (h.weekday, h.opens))

    @property
    def may_see_clinical(self) -> bool:
        """Findings and conditions: owners and therapists, never the front desk."""
        return self.role in CLINICAL or self.is_therapist


class Invitation(PracticeOwned):
    """Somebody asked to join a practice by a link: as what, until when, and what became of it.

    Only the SHA-256 of the link's token is stored. It works once, until `expires_at`, unless it is taken back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField()
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=12, choices=Role.choices)
    is_therapist = models.BooleanField(default=False)
    credential = models.CharField(max_length=120, blank=True)
    credential_expires_on = models.DateField(null=True, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["practice", "email"], condition=Q(accepted_at=None, revoked_at=None),
                                    name="person_is_invited_once_at_a_time"),
            models.CheckConstraint(condition=~Q(role="therapist") | Q(is_therapist=True),
                                   name="invited_therapist_gives_sessions"),
            models.CheckConstraint(condition=Q(accepted_at=None) | Q(revoked_at=None, accepted_by__isnull=False),
                                   name="invitation_is_accepted_or_taken_back"),
        ]


class ApiToken(PracticeOwned):
    """A bearer token of one membership; only its SHA-256 is stored, and its last letters to know it again by."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="api_tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80, blank=True, help_text="Which program it is for.")
    ending = models.CharField(max_length=4, blank=True)
    scopes = models.JSONField(default=list, blank=True, help_text="None: everything its member's role may do.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True, help_text="To the minute.")
    revoked_at = models.DateTimeField(null=True)
