"""Passkeys (WebAuthn): a device or password manager signs a challenge; it opens the door as second step, or alone.

The person is always verified by their device (finger, face, PIN), so that one passkey is two proofs. The checks of
signature, origin and challenge are those of the library `webauthn`, which is loaded when it
is first asked: 16 MB that few processes need.
"""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from practice import audit
from practice.models import Membership, Passkey, User
from practice.refusals import BadInput, Refusal

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

MOST = 20  # passkeys of one person: our proposal


class PasskeyNotKnown(Refusal):
    """No passkey of anybody here, or not a fresh answer to our challenge."""

    code: ClassVar[str] = "passkey_not_known"
    title: ClassVar[str] = "This passkey does not open anything here"
    status: ClassVar[int] = 403


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys hold: the name they are bound to, and the address pages have there."""

    name: str
    origin: str


def place() -> Place:
    """From `BASE_URL`. A passkey needs a name, so an address of numbers on this very machine is called localhost."""
    base = urlsplit(settings.BASE_URL)
    host = base.hostname or "localhost"
    try:
        if ipaddress.ip_address(host).is_loopback:
            host = "localhost"
    except ValueError:
        pass
    port = f":{base.port}" if base.port else ""
    return Place(host, f"{base.scheme}://{host}{port}")


def ask_for_new(*, user: User, challenge: bytes) -> dict[str, Any]:
    """What the browser is asked, to make a passkey for this person; none that they have already."""
    import webauthn
    from webauthn.helpers import structs

    return _plain(webauthn.generate_registration_options(
        rp_id=place().name, rp_name="Evenhand", user_id=user.pk.bytes, user_name=user.email,
        user_display_name=user.name, challenge=challenge, exclude_credentials=_described(user),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED)))


def ask_for_proof(*, user: User | None, challenge: bytes) -> dict[str, Any]:
    """What the browser is asked, to sign in: any passkey for this place, or one of this person's."""
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    return _plain(webauthn.generate_authentication_options(
        rp_id=place().name, challenge=challenge, allow_credentials=_described(user) if user else None,
        user_verification=UserVerificationRequirement.REQUIRED))


@transaction.atomic
def add_passkey(*, user: User, name: str, answer: Any, challenge: bytes, by: Membership) -> Passkey:
    """Keep the public half of a passkey just made. Refuses what does not answer our challenge, and a known one."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    name = name.strip()[:60]
    if not name:
        raise BadInput("Give it a name you will know it by, such as “Work phone”.", field="name")
    if Passkey.objects.filter(user=user).count() >= MOST:
        raise BadInput(f"{MOST} passkeys are the most. Remove one first.", field="name")
    try:
        made = webauthn.verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=place().name,
            expected_origin=place().origin, require_user_verification=True)
    except (WebAuthnException, ValueError, TypeError, KeyError) as wrong:
        raise PasskeyNotKnown("The device's answer could not be checked. Try once more.") from wrong
    try:
        with transaction.atomic():
            key = Passkey.objects.create(
                user=user, name=name, credential_id=bytes_to_base64url(made.credential_id),
                public_key=bytes_to_base64url(made.credential_public_key), sign_count=made.sign_count)
    except IntegrityError as known:
        raise PasskeyNotKnown("This passkey is known here already.") from known
    audit.record(by=by, verb="passkey_added", subject=by, passkey=str(key.pk))
    return key


def person_of(*, answer: Any, challenge: bytes) -> User:
    """Whose passkey signed our challenge. Refuses unknown ones, old answers, and a copy that counts backwards."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    known = "This passkey does not open anything here. Use another, or sign in with your password."
    try:
        if "\x00" in str(answer["id"]):
            raise ValueError("no id of a passkey")
        key = Passkey.objects.select_related("user").get(
            credential_id=str(answer["id"]), user__is_active=True)
        proof = webauthn.verify_authentication_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=place().name,
            expected_origin=place().origin, credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.sign_count, require_user_verification=True)
    except (Passkey.DoesNotExist, WebAuthnException, ValueError, TypeError, KeyError) as wrong:
        raise PasskeyNotKnown(known) from wrong
    unchanged = Passkey.objects.filter(pk=key.pk).filter(Q(sign_count=0) | Q(sign_count__lt=proof.new_sign_count))
    if not unchanged.update(sign_count=proof.new_sign_count, last_used_at=timezone.now()):
        raise PasskeyNotKnown(known)
    return key.user


def _described(user: User) -> list[PublicKeyCredentialDescriptor]:
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential_id)) for key in user.passkeys.all()]


def _plain(options: Any) -> dict[str, Any]:
    import webauthn

    plain: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return plain
