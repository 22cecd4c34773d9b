"""The second step: who has one, who needs one, and how it is taken away from somebody whose phone is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.db import transaction

from practice import audit, walls
from practice.access import Actor, Role
from practice.accounts import letters, signed_in
from practice.accounts.links import end_links
from practice.accounts.recovery import codes_left
from practice.models import CodeApp, Membership, Passkey, Practice, RecoveryCode, SecondStepFor, User
from practice.refusals import BadInput, NotAllowed, Refusal, WrongState


class SecondStepFirst(Refusal):
    """The practice asks for a second step, and this person has none yet."""

    code: ClassVar[str] = "second_step_first"
    title: ClassVar[str] = "Set up your second step first"
    status: ClassVar[int] = 403


@dataclass(frozen=True, slots=True)
class Ways:
    """What a person has beside their password."""

    has_app: bool
    passkeys: int
    codes_left: int

    @property
    def any(self) -> bool:
        """Whether they are asked for a second step at all. Recovery codes alone are none."""
        return self.has_app or bool(self.passkeys)


def ways_of(user: User) -> Ways:
    """What this person has."""
    return Ways(CodeApp.objects.filter(user=user, confirmed_at__isnull=False).exists(),
                Passkey.objects.filter(user=user).count(), codes_left(user))


def has_second_step(user: User) -> bool:
    """Whether the password alone does not let them in."""
    return (CodeApp.objects.filter(user=user, confirmed_at__isnull=False).exists()
            or Passkey.objects.filter(user=user).exists())


def needs_second_step(user: User) -> bool:
    """Whether a practice they work in asks for one."""
    with walls.everywhere():  # whichever of their practices asks
        return any(_asks(member) for member in user.memberships.filter(is_active=True).select_related("practice"))


def _asks(member: Membership) -> bool:
    rule = member.practice.second_step_for
    return rule == SecondStepFor.EVERYBODY or (rule == SecondStepFor.CLINICAL and member.may_see_clinical)


@transaction.atomic
def change_second_step_for(*, practice: Practice, second_step_for: str, by: Actor) -> Practice:
    """Who needs a second step from their next sign-in on. For the owner; nobody is thrown out."""
    if by.role != Role.OWNER or by.practice_id != practice.pk:
        raise NotAllowed("This is the owner's to decide. Ask them.")
    if second_step_for not in SecondStepFor.values:
        raise BadInput("Choose one of the list.", field="second_step_for")
    if practice.second_step_for != second_step_for:
        practice.second_step_for = second_step_for
        practice.save(update_fields=["second_step_for"])
        audit.record(by=by, verb="practice_changed", subject=practice, fields=["second_step_for"])
    return practice


@transaction.atomic
def remove_code_app(*, user: User, by: Membership) -> None:
    """The app is not asked any more. Refuses to take the last way of somebody who needs one."""
    _refuse_the_last(user, passkeys=Passkey.objects.filter(user=user).count(), has_app=False)
    if CodeApp.objects.filter(user=user).delete()[0]:
        _forget_codes_without_a_step(user)
        audit.record(by=by, verb="code_app_removed", subject=by)
        letters.tell_of_change(user, "app-removed")


@transaction.atomic
def remove_passkey(*, passkey: Passkey, by: Membership) -> None:
    """The passkey opens nothing any more. Refuses to take the last way of somebody who needs one."""
    user = passkey.user
    _refuse_the_last(user, passkeys=Passkey.objects.filter(user=user).count() - 1,
                     has_app=CodeApp.objects.filter(user=user, confirmed_at__isnull=False).exists())
    audit.record(by=by, verb="passkey_removed", subject=by, passkey=str(passkey.pk))
    passkey.delete()
    _forget_codes_without_a_step(user)
    letters.tell_of_change(user, "passkey-removed")


@transaction.atomic
def reset_second_step(*, member: Membership, by: Actor) -> None:
    """Take away everything beside the password, and sign them out everywhere; they are told by mail.

    For the owner, for others of the same practice. Refuses for somebody who works in another practice as well: that
    practice's walls are not this owner's to open.
    """
    user = member.user
    if isinstance(by, Membership):
        if by.role != Role.OWNER or by.practice_id != member.practice_id:
            raise NotAllowed("Only the owner can do this. Ask them.")
        if by.user_id == user.pk:
            raise WrongState("Your own second step is changed on your own page, under Signing in.")
        if _works_elsewhere(member):
            raise NotAllowed(f"{member.name} works in another practice too. Whoever looks after the server can do it: "
                             "manage.py reset_second_step with their address.")
    for model in (CodeApp, Passkey, RecoveryCode):
        model.objects.filter(user=user).delete()
    end_links(user)
    signed_in.end_all(user=user)
    audit.record(by=by, verb="second_step_reset", subject=member)
    letters.tell_of_change(user, "reset")


def _works_elsewhere(member: Membership) -> bool:
    with walls.everywhere():  # from within one practice the database shows no other
        return member.user.memberships.filter(is_active=True).exclude(practice_id=member.practice_id).exists()


def _refuse_the_last(user: User, *, passkeys: int, has_app: bool) -> None:
    if not passkeys and not has_app and needs_second_step(user):
        raise WrongState("Your practice asks for a second step, and this is your last one. Add another first.")


def _forget_codes_without_a_step(user: User) -> None:
    if not has_second_step(user):
        RecoveryCode.objects.filter(user=user).delete()
