"""The lock: a session nobody has touched for a while shows nothing until its own person gives the password again.

The server decides: where a session is locked, there is no member on the request, and every page and call that needs
one is shut. What was pressed meanwhile travels sealed through the lock's own form and is repeated once it opens.
"""

from __future__ import annotations

import json
import time
import zlib
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode

from practice import walls
from practice.access import CHOSEN_PLACE
from practice.accounts.second_step import SecondStepFirst, has_second_step
from practice.accounts.sign_in import check_code, come_in
from practice.accounts.signed_in import note_proof
from practice.models import Membership, Practice, User
from practice.passwords import person_with
from practice.refusals import Refusal, WrongState, problem_of, wants_problem
from practice.sealing import sealer

USED = "used_at"  # of a session: when it was last touched, in seconds
NOTED_EVERY = 20  # seconds; touching a page again sooner writes nothing
KEPT_FOR = 12 * 3600  # seconds a press waits behind the lock, as long as a session lasts


class Locked(Refusal):
    """Nobody has touched this session for a while."""

    code: ClassVar[str] = "locked"
    title: ClassVar[str] = "Locked"
    status: ClassVar[int] = 423


class SignedOut(Refusal):
    """Nobody is signed in here, or somebody else."""

    code: ClassVar[str] = "not_authenticated"
    title: ClassVar[str] = "Signed out"
    status: ClassVar[int] = 401


class SecondStepNeeded(Refusal):
    """The password is right, and the session has ended: the second step is asked for again."""

    code: ClassVar[str] = "second_step_needed"
    title: ClassVar[str] = "One more step"
    status: ClassVar[int] = 403


# --- when it is locked ---------------------------------------------------------------------------------------------


def begin_use(request: HttpRequest, **_: Any) -> None:
    """Signing in is the first touch."""
    request.session[USED] = int(time.time())


def note_use(request: HttpRequest) -> None:
    """Somebody is here."""
    if int(time.time()) - request.session.get(USED, 0) >= NOTED_EVERY:
        begin_use(request)


def lock_session(request: HttpRequest) -> None:
    """Lock now, whenever the last touch was."""
    request.session[USED] = 0


def is_locked(request: HttpRequest, practice: Practice) -> bool:
    """Whether nobody has touched this session for as long as the practice allows."""
    used = request.session.get(USED)
    if used is None:  # a session from before there was a lock
        return False
    return bool(time.time() - used > practice.lock_minutes * 60 + NOTED_EVERY)


class LockMiddleware:
    """Takes the member off a locked request, notes that somebody is here, and opens the lock where its form says so."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        http: Any = request
        http.locked_member = None
        if http.member is not None and is_locked(request, http.member.practice):
            http.locked_member, http.member = http.member, None
        elif http.member is not None and request.headers.get("X-Member", str(http.member.pk)) != str(http.member.pk):
            http.member = None  # a page of somebody who was signed in before
        response: HttpResponse = self.get_response(request)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        http: Any = request
        if http.member is not None:
            note_use(request)
        if request.method == "POST" and not request.path.startswith("/api/") and "kept" in request.POST:
            return _open_and_repeat(request)
        return None


def refuse_if_locked(request: HttpRequest) -> None:
    """Refuse a call that comes with a locked session."""
    if getattr(request, "locked_member", None) is not None:
        raise Locked("This session is locked. Unlock it with your password.")


def shut(request: HttpRequest) -> HttpResponse:
    """What a page answers where nobody stands before it: the lock, else the sign-in page; to a script, a problem."""
    locked: Membership | None = getattr(request, "locked_member", None)
    if getattr(request, "setting_up", None) is not None:
        first = SecondStepFirst("Your practice asks for a second step to sign in. Set it up first.")
        return problem_of(first) if wants_problem(request) else redirect("practice:security")
    if wants_problem(request) or "HX-Request" in request.headers:
        return problem_of(Locked("Locked. Unlock with your password.") if locked
                          else SignedOut("You are signed out. Sign in again."))
    writer = locked or _named(request.POST.get("as", ""))
    if writer is None:
        return redirect_to_login(request.get_full_path())
    return _lock_page(request, writer, _keep(request, writer))


# --- opening it ----------------------------------------------------------------------------------------------------


def unlock(*, request: HttpRequest, member: Membership | None, password: str, code: str = "") -> Membership:
    """Open the session for this member again, or sign them in where it has ended: then with their second step too.

    Refuses another's password, too many wrong ones, and a browser in which somebody else is at work by now.
    """
    http: Any = request
    if http.member is not None and http.member != member:
        raise WrongState(f"{http.member.name} is signed in here by now. What you typed stays on this page; "
                         "it opens for you once they have signed out.")
    with walls.everywhere():
        person = person_with(request, email=member.user.email if member else "", password=password)
        assert member is not None  # without one, no password fits
        if request.user == person:
            begin_use(request)
        else:
            _sign_in_again(request, person, code)
    _open_for(request, member)
    return member


def unlock_for(request: HttpRequest, person: User) -> None:
    """Open the lock for whoever just showed their passkey. Refuses another's."""
    member: Membership | None = getattr(request, "locked_member", None)
    if member is None or member.user != person:
        raise WrongState("This passkey is not of whoever is signed in here. Use your own, or type your password.")
    begin_use(request)
    _open_for(request, member)


def _open_for(request: HttpRequest, member: Membership) -> None:
    http: Any = request
    request.session[CHOSEN_PLACE] = str(member.pk)
    http.member, http.locked_member = member, None
    walls.enter(member.practice_id)
    note_proof(request)
    timezone.activate(member.practice.time_zone)


def _sign_in_again(request: HttpRequest, person: User, code: str) -> None:
    """The session has ended: the same door as any other, so the same steps."""
    if has_second_step(person):
        if not code.strip():
            raise SecondStepNeeded("You were signed out meanwhile. Type a code of your app, or a recovery code, too.")
        check_code(person, code)
    come_in(request, person)


def named_member(pk: str) -> Membership | None:
    """The active member of that id."""
    return _named(pk)


def _named(pk: str) -> Membership | None:
    try:
        wanted = UUID(pk)
    except ValueError:
        return None
    with walls.everywhere():
        return (Membership.objects.select_related("user", "practice")
                .filter(pk=wanted, is_active=True, user__is_active=True).first())


# --- what was pressed meanwhile --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Kept:
    """A press that waits behind the lock: where, and every field of the form."""

    path: str
    method: str
    fields: str


def _keep(request: HttpRequest, member: Membership) -> str:
    """The press sealed for its own person: nobody else can open it, and nothing of it can be read on the page."""
    method = "POST" if request.method == "POST" else "GET"
    fields = [(name, value) for name, values in request.POST.lists() for value in values
              if name != "csrfmiddlewaretoken"]
    plain = json.dumps([request.get_full_path(), method, urlencode(fields)]).encode("utf-8", "replace")
    return f"{member.pk}.{sealer('kept-press', member.pk).encrypt(zlib.compress(plain)).decode()}"


def _kept_in(kept: str) -> tuple[Membership | None, _Kept | None]:
    pk, _, sealed = kept.partition(".")
    member = _named(pk)
    if member is None:
        return None, None
    try:
        box = sealer("kept-press", member.pk).decrypt(sealed.encode("ascii", "replace"), ttl=KEPT_FOR)
        plain = zlib.decompress(box)
    except (InvalidToken, zlib.error):
        return None, None
    return member, _Kept(*json.loads(plain))


def _open_and_repeat(request: HttpRequest) -> HttpResponse | None:
    """The lock's form came back: with the right password, what was pressed happens now."""
    kept = request.POST["kept"]
    member, pressed = _kept_in(kept)
    if member is None or pressed is None or pressed.path != request.get_full_path():
        return None  # the page itself says what it says to nobody
    try:
        unlock(request=request, member=member, password=request.POST.get("lock_password", ""),
               code=request.POST.get("lock_code", ""))
    except Refusal as refused:
        return _lock_page(request, member, kept, refused)
    if pressed.method == "GET":
        return redirect(pressed.path)
    request.POST = QueryDict(pressed.fields)
    return None


def _lock_page(request: HttpRequest, member: Membership, kept: str, refused: Refusal | None = None) -> HttpResponse:
    locked = getattr(request, "locked_member", None) is not None
    response = render(request, "practice/locked.html", {
        "person": member if locked else None, "practice": member.practice, "kept": kept, "refused": refused,
        "waits": request.method == "POST"},
        status=refused.status if refused else Locked.status if locked else SignedOut.status)
    response.headers["Cache-Control"] = "no-store"
    return response
