"""Where people are signed in: noted at the door, seen again by use, ended from anywhere at the next request.

Our row holds the hash of the session's key and ends with the session itself, so a request costs no further query.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.models import Session as DjangoSession
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from practice import audit, cookies
from practice.access import Role
from practice.accounts import letters
from practice.accounts.devices import device_of
from practice.links import hash_of, new_secret
from practice.models import Membership, SignIn, User
from practice.pace import address_of
from practice.refusals import NotAllowed, WrongState

COOKIE, COOKIE_FOR = "device", 365 * 24 * 3600  # a random word by which a browser is known again; seconds
SEEN, SEEN_EVERY = "seen_at", 300  # of a session: when our row was last touched; seconds
PROVED, PROVED_FOR = "proved_at", 900  # of a session: when they last proved who they are; seconds, our proposal
SET_UP_FIRST = "set_up_first"  # of a session: the practice asks for a second step, and this person has none yet
KEPT_FOR = timedelta(days=365)  # what has ended, so that a browser is known again


def note_sign_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Somebody came in through a door: write down where, and tell them if their browser was never seen before."""
    session = request.session
    if session.session_key is None:
        session.save()
    word = cookies.kept(request, COOKIE)
    if len(word) < 20:
        word = new_secret()
    request.device_word = word  # type: ignore[attr-defined]  # set as a cookie by the middleware
    now, theirs = timezone.now(), SignIn.objects.filter(user=user)
    # What comes from no address is no browser.
    is_new = "REMOTE_ADDR" in request.META and theirs.exists() and not theirs.filter(device_hash=hash_of(word)).exists()
    row = SignIn.objects.create(
        user=user, session_hash=hash_of(str(session.session_key)), device_hash=hash_of(word),
        device=device_of(request.META.get("HTTP_USER_AGENT", "")), address=address_of(request) or "",
        first_seen_at=now, last_seen_at=now)
    session[SEEN] = session[PROVED] = int(time.time())
    if is_new:
        letters.tell_of_new_device(row)


def note_proof(request: HttpRequest) -> None:
    """They proved just now who they are."""
    request.session[PROVED] = int(time.time())


def is_proved(request: HttpRequest) -> bool:
    """Whether they signed in, or proved it again, within the last quarter of an hour."""
    return bool(time.time() - request.session.get(PROVED, 0) < PROVED_FOR)


def note_rebound(*, old_key: str | None, new_key: str | None) -> None:
    """The session goes on under another key."""
    SignIn.objects.filter(session_hash=hash_of(str(old_key))).update(session_hash=hash_of(str(new_key)))


def here(request: HttpRequest) -> SignIn | None:
    """The row of this very session."""
    return SignIn.objects.filter(session_hash=hash_of(str(request.session.session_key)), ended_at=None).first()


def live(user: User) -> QuerySet[SignIn]:
    """Where this person is signed in now, the latest first."""
    since = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return SignIn.objects.filter(user=user, ended_at=None, last_seen_at__gt=since).order_by("-last_seen_at")


@transaction.atomic
def end_sign_in(*, user: User, pk: UUID, by: Membership) -> int:
    """Sign out one place; what is asked from there next finds nobody signed in."""
    ended = _end(live(user).filter(pk=pk))
    if ended:
        audit.record(by=by, verb="signed_out_elsewhere", subject=by, places=ended)
    return ended


@transaction.atomic
def end_others(*, user: User, but: HttpRequest, by: Membership) -> int:
    """Sign out everywhere but here."""
    ended = _end(live(user).exclude(session_hash=hash_of(str(but.session.session_key))))
    if ended:
        audit.record(by=by, verb="signed_out_elsewhere", subject=by, places=ended)
    return ended


@transaction.atomic
def sign_out_member(*, member: Membership, by: Membership) -> int:
    """Sign a colleague out everywhere, for the owner who is worried; in how many places they were. They are told."""
    if by.role != Role.OWNER or by.practice_id != member.practice_id:
        raise NotAllowed("Only the owner can do this. Ask them.")
    if by.user_id == member.user_id:
        raise WrongState("Your own places are ended on your own page, under Signing in.")
    ended = end_all(user=member.user)
    if ended:
        audit.record(by=by, verb="member_signed_out", subject=member, places=ended)
        letters.tell_of_change(member.user, "signed-out")
    return ended


def end_all(*, user: User, but: str | None = None) -> int:
    """Sign this person out everywhere, but for the session of that key."""
    rows = SignIn.objects.filter(user=user, ended_at=None)
    return _end(rows.exclude(session_hash=hash_of(but)) if but else rows)


def end_here(request: HttpRequest) -> None:
    """This session is being signed out."""
    SignIn.objects.filter(session_hash=hash_of(str(request.session.session_key)), ended_at=None).update(
        ended_at=timezone.now())


def _end(rows: QuerySet[SignIn]) -> int:
    """End these rows and the sessions they stand for: Django keeps keys as they are, we keep their hashes."""
    hashes = set(rows.values_list("session_hash", flat=True))
    if not hashes:
        return 0
    keys = DjangoSession.objects.filter(expire_date__gt=timezone.now()).values_list("session_key", flat=True)
    DjangoSession.objects.filter(session_key__in=[key for key in keys if hash_of(key) in hashes]).delete()
    return SignIn.objects.filter(session_hash__in=hashes, ended_at=None).update(ended_at=timezone.now())


def forget_old() -> int:
    """Drop what nobody was seen in for a year; how many."""
    return SignIn.objects.filter(last_seen_at__lt=timezone.now() - KEPT_FOR).delete()[0]


class SignedInMiddleware:
    """Notes that a signed-in browser is in use, lets it be known again, and keeps who must set up a second step
    from everything else."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        http: Any = request
        http.setting_up = None
        if http.member is not None:
            _note_seen(request)
            if request.session.get(SET_UP_FIRST):
                http.setting_up, http.member = http.member, None
        response: HttpResponse = self.get_response(request)
        if word := getattr(request, "device_word", ""):
            cookies.keep(response, COOKIE, word, seconds=COOKIE_FOR)
        return response


def _note_seen(request: HttpRequest) -> None:
    now = int(time.time())
    if now - request.session.get(SEEN, 0) < SEEN_EVERY:
        return
    request.session[SEEN] = now
    SignIn.objects.filter(session_hash=hash_of(str(request.session.session_key)), ended_at=None).update(
        last_seen_at=timezone.now(), address=address_of(request) or "")
