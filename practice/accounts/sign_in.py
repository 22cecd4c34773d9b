"""The door: the password, then the second step where there is one; or a passkey alone.

Between the two steps nobody is signed in: the session only remembers, for five minutes, whose password was right.
"""

from __future__ import annotations

import secrets
import time
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth import login
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from practice.accounts import passkeys
from practice.accounts.code_apps import takes_code
from practice.accounts.recovery import takes_recovery_code
from practice.accounts.second_step import has_second_step, needs_second_step
from practice.accounts.signed_in import SET_UP_FIRST
from practice.models import User
from practice.pace import address_of, forgive, too_often
from practice.passwords import TooManyTries
from practice.people.switching import works_somewhere
from practice.refusals import Refusal

HALF, HALF_FOR = "half_signed_in", 300  # of a session: whose password was right; seconds
CHALLENGE = "passkey_challenge"
HAS_PASSKEYS = "has_passkeys"  # of a session: the lock offers one to unlock with
CODES_AN_HOUR, PASSKEYS_AN_HOUR = 10, 60  # tries, right or wrong: our proposal


class HalfOver(Refusal):
    """Too long since the password, or none was given."""

    code: ClassVar[str] = "second_step_over"
    title: ClassVar[str] = "That took too long"
    status: ClassVar[int] = 403


class WrongCode(Refusal):
    """Neither the app's code of now nor an unused recovery code."""

    code: ClassVar[str] = "wrong_code"
    title: ClassVar[str] = "That is not the code"
    status: ClassVar[int] = 403


def after_password(request: HttpRequest, person: User) -> bool:
    """The password was right: sign in, or where there is a second step remember it half done. Whether they are in."""
    if not has_second_step(person):
        come_in(request, person)
        return True
    request.session.cycle_key()
    request.session[HALF] = {"user": str(person.pk), "until": int(time.time()) + HALF_FOR,
                             "hash": person.get_session_auth_hash()}
    return False


def half_signed_in(request: HttpRequest) -> User | None:
    """Whose password was right here a moment ago; None once five minutes are over, or the password changed."""
    half = request.session.get(HALF)
    if not half or half["until"] < time.time():
        return None
    person = User.objects.filter(pk=UUID(half["user"]), is_active=True).first()
    if person is None or not constant_time_compare(half["hash"], person.get_session_auth_hash()):
        return None
    return person


def finish_with_code(request: HttpRequest, *, code: str) -> User:
    """Sign in with the app's code or a recovery code. Refuses wrong ones, used ones, and too many."""
    person = half_signed_in(request)
    if person is None:
        raise HalfOver("The second step has to follow within five minutes. Sign in once more.")
    check_code(person, code)
    come_in(request, person)
    return person


def check_code(person: User, code: str) -> None:
    """Refuse unless this is a code of theirs. Each try counts before it is looked at; the right one forgives."""
    if too_often("second-step", str(person.pk), CODES_AN_HOUR):
        raise TooManyTries("Too many codes for this account. Try again in an hour, or use a passkey.")
    if not takes_code(person, code) and not takes_recovery_code(person, code):
        raise WrongCode("That is not the code. The app shows a new one every half minute, and none is taken twice.")
    forgive("second-step", str(person.pk))


def come_in(request: HttpRequest, person: User) -> None:
    """Sign this person in under a new session key; who must set up a second step sees nothing else until they have."""
    for left_over in (HALF, CHALLENGE):
        request.session.pop(left_over, None)
    login(request, person)
    request.session[HAS_PASSKEYS] = person.passkeys.exists()
    if needs_second_step(person) and not has_second_step(person):
        request.session[SET_UP_FIRST] = True


def second_step_is_set_up(request: HttpRequest) -> None:
    """Who had to set it up first may go on."""
    request.session.pop(SET_UP_FIRST, None)


# --- passkeys --------------------------------------------------------------------------------------------------------


def new_challenge(request: HttpRequest) -> bytes:
    """A challenge for this session, to be answered once within five minutes."""
    challenge = secrets.token_bytes(32)
    request.session[CHALLENGE] = {"bytes": challenge.hex(), "until": int(time.time()) + HALF_FOR}
    return challenge


def take_challenge(request: HttpRequest) -> bytes:
    """The session's challenge, which is thereby used up. Refuses where there is none, or it is too old."""
    kept = request.session.pop(CHALLENGE, None)
    if not kept or kept["until"] < time.time():
        raise passkeys.PasskeyNotKnown("That took too long. Press the button once more.")
    return bytes.fromhex(kept["bytes"])


def finish_with_passkey(request: HttpRequest, *, answer: Any) -> User:
    """Sign in with a passkey, alone or as second step. Refuses another person's while a password waits."""
    if too_often("passkey", str(address_of(request)), PASSKEYS_AN_HOUR):
        raise TooManyTries("Too many tries from here. Try again in an hour.")
    half = half_signed_in(request)
    person = passkeys.person_of(answer=answer, challenge=take_challenge(request))
    if not works_somewhere(person):
        raise passkeys.PasskeyNotKnown("This account is switched off. Ask the practice’s owner.")
    if half is not None and half != person:
        raise passkeys.PasskeyNotKnown(f"This passkey is not {half.name}’s. Use theirs, or begin again.")
    come_in(request, person)
    return person
