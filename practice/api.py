"""The frame every API call runs in: who is calling, one error format, idempotency, stale writes, pages."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from cryptography.fernet import MultiFernet
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from practice import rates
from practice.access import EVERYBODY, Role, visible_row
from practice.api_times import Day, WallTime
from practice.callers import TokenAuthentication, member_of
from practice.models import IdempotentRequest, Membership
from practice.reading import note_found
from practice.refusals import PROBLEM, BadInput, Refusal, Stale
from practice.sealing import sealer

__all__ = [
    "Api", "Day", "Owned", "Pages", "PlainText", "WallTime", "etag_of", "nothing_here", "problem_from",
    "require_match", "version_if_matched",
]

EVERY_QUERY = frozenset({"page", "page_size", "format"})
KEYS_ARE_KEPT = timedelta(hours=24)


class Pages(PageNumberPagination):
    """count, next, previous, results."""

    page_size_query_param = "page_size"
    max_page_size = 200
    invalid_page_message = "The list has no page “{page_number}”."


class Api(APIView):
    """Base of every endpoint: `self.member` is who calls; a POST with an Idempotency-Key acts once.

    `model` and `roles` say who may call at all, `area` and `only_reads` for which of a token's scopes
    (`practice/tokens.py`; None: the area of its room, or the record where only clinical roles read its rows).
    """

    model: ClassVar[type[models.Model] | None] = None
    roles: ClassVar[frozenset[Role]] = EVERYBODY
    area: ClassVar[str | None] = None
    only_reads: ClassVar[bool] = False

    @property
    def member(self) -> Membership:
        member = member_of(self.request)
        assert member is not None
        return member

    def perform_authentication(self, request: Request) -> None:
        """Who calls, and whether they still may in this while; before anything else is looked at."""
        super().perform_authentication(request)
        if member_of(request) is not None:
            rates.refuse_if_spent(rates.allowance_of(request._request, request.auth))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Every answer says what is left of the calls."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        return _with_allowance(answer, getattr(request, "_request", request))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        timezone.activate(self.member.practice.time_zone)
        if unknown := [name for name in request.query_params if name not in EVERY_QUERY]:
            self._refuse_unknown(unknown, self._queries(), "query parameter")

    def _queries(self) -> set[str]:
        """What may be asked of this address: the filters, and what its description names."""
        filters = getattr(getattr(self, "filterset_class", None), "base_filters", {})
        handler = getattr(self, (self.request.method or "").lower(), None)
        described = getattr(handler, "kwargs", {}).get("schema", type(self.schema))()
        described.view, described.method = self, self.request.method
        names = set(filters)
        for asked in described.get_override_parameters():
            if isinstance(asked, OpenApiParameter):
                names |= {asked.name} if asked.location == OpenApiParameter.QUERY else set()
            else:
                names |= set(asked().fields)
        return names

    @staticmethod
    def _refuse_unknown(sent: Iterable[Any], known: Collection[str], what: str) -> None:
        """400 with a pointer for each name that nothing here reads; a typing error would otherwise go unnoticed."""
        there_are = f"There are: {', '.join(sorted(known))}." if known else "None is read here."
        unknown = [str(name)[:60] for name in sent if name not in known]
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(unknown, f"There is no such {what}. {there_are}"))

    def get_serializer_context(self) -> dict[str, Any]:
        return {"request": self.request, "view": self, "member": self.member}

    def read(self, serializer_class: type[serializers.Serializer[Any]], **kwargs: Any) -> Any:
        """The body's shape, checked: a typed dict, or 400 with a pointer for each field."""
        try:
            data = self.request.data
        except RecursionError:
            raise BadInput("This is nested too deeply.") from None
        if not isinstance(data, dict):
            raise BadInput("Send a JSON object.")
        serializer = serializer_class(data=data, context=self.get_serializer_context(), **kwargs)
        self._refuse_unknown(data, serializer.fields, "field")
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def asked(self, serializer_class: type[serializers.Serializer[Any]]) -> Any:
        """The query string's shape, checked the same way."""
        serializer = serializer_class(data=self.request.query_params, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def find(self, model: type[models.Model], pk: UUID | str, **where: Any) -> Any:
        """The caller's row with this id (and, with `where`, of that parent), or 404."""
        row = visible_row(model, self.member, pk, **where)
        if row is None:
            raise Http404
        if getattr(row, "practice_id", None) == self.member.practice_id:
            row.practice = self.member.practice  # at hand already
        note_found(self.member, row)
        return row

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        if int(request.META.get("CONTENT_LENGTH") or 0) > most:
            return _problem_now(_TooLong(f"Send at most {most // 2**20} MB at once."))
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key:
            return super().dispatch(request, *args, **kwargs)
        return self._once(request, key, *args, **kwargs)

    def _once(self, request: Any, key: str, *args: Any, **kwargs: Any) -> Any:
        """Answer a repeated POST with the first answer; effect and answer are one transaction."""
        caller = _caller(request)
        if caller is None:
            return super().dispatch(request, *args, **kwargs)  # answers 401
        return _with_allowance(self._first_or_again(request, caller, key, *args, **kwargs), request)

    def _first_or_again(self, request: Any, caller: Membership, key: str, *args: Any, **kwargs: Any) -> Any:
        try:
            rates.refuse_if_spent(rates.allowance_of(request, request.api_token))
        except rates.TooManyCalls as spent:
            return _problem_now(spent)
        if len(key) > 200 or not key.isprintable():
            return _problem_now(BadInput("An Idempotency-Key has at most 200 printable characters."))
        print_ = hashlib.sha256(b"\0".join([request.method.encode(), request.path.encode(), request.body])).hexdigest()
        try:
            with transaction.atomic():
                IdempotentRequest.objects.filter(
                    membership=caller, created_at__lt=timezone.now() - KEYS_ARE_KEPT).delete()
                with transaction.atomic():
                    row = IdempotentRequest.objects.create(membership=caller, key=key, fingerprint=print_)
                response: Any = super().dispatch(request, *args, **kwargs)
                response.render()
                if response.status_code >= 500 or response.status_code in (401, 403, 429):
                    raise _NotKept(response)
                row.status, row.body = response.status_code, _sealer(row).encrypt(response.content).decode()
                row.content_type, row.etag = response.headers["Content-Type"], response.headers.get("ETag", "")
                row.save(update_fields=["status", "body", "content_type", "etag"])
                return response
        except _NotKept as not_kept:
            return not_kept.response
        except IntegrityError:
            known = IdempotentRequest.objects.filter(membership=caller, key=key).first()
            if known is None:
                raise
            return _replay(known, print_)


def _with_allowance(answer: Any, http: Any) -> Any:
    """The answer with what is left of the caller's calls, where they are counted."""
    allowance = getattr(http, "allowance", None)
    if allowance is not None:
        for name, value in allowance.headers().items():
            answer.headers[name] = value
    return answer


def _sealer(row: IdempotentRequest) -> MultiFernet:
    """Kept answers may hold a share's code or clinical words: the database alone cannot read them."""
    return sealer("kept-answer", row.pk)


class _NotKept(Exception):
    """An answer that must not be replayed (a server fault, a lost token)."""

    def __init__(self, response: Any) -> None:
        self.response = response


class _TooLong(Refusal):
    code, title, status = "too_long", "This is too long", 413


class _KeyReused(Refusal):
    code, title, status = "idempotency_key_reused", "This key belongs to another request", 422


class _InFlight(Refusal):
    code, title = "request_in_flight", "The same request is under way"


def _caller(request: Any) -> Membership | None:
    try:
        found = TokenAuthentication().authenticate(request)
    except exceptions.AuthenticationFailed:
        return None
    return found[1].membership if found else None


def _problem_now(refusal: Refusal) -> JsonResponse:
    return JsonResponse(refusal.problem(), status=refusal.status, content_type=PROBLEM)


def _replay(known: IdempotentRequest, fingerprint: str) -> HttpResponse:
    if known.fingerprint != fingerprint:
        return _problem_now(_KeyReused("This Idempotency-Key was sent before with another body. Use a new key."))
    if known.status is None:
        return _problem_now(_InFlight("The first request with this key has not finished. Ask again in a moment."))
    answer = _sealer(known).decrypt(known.body.encode())
    headers = {"Idempotent-Replay": "true"} | ({"ETag": known.etag} if known.etag else {})
    return HttpResponse(answer, status=known.status, content_type=known.content_type, headers=headers)


# --- stale writes -----------------------------------------------------------------------------------------


def etag_of(row: Any) -> str:
    """A strong ETag from the row's version."""
    return f'"{row.version}"'


def require_match(request: Request, row: Any) -> None:
    """428 without If-Match, 412 if the row moved on since it was read."""
    given = request.headers.get("If-Match", "")
    if not given:
        raise _MatchNeeded("Send If-Match with the ETag you read, so that nobody's work is overwritten.")
    if given not in (etag_of(row), "*"):
        raise Stale("Somebody changed this since you read it. Read it again, then repeat your change.")


def version_if_matched(request: Request, row: Any) -> int | None:
    """The version a caller's If-Match names, for the verb to check again under its lock; None without If-Match.

    412 if the row moved on since it was read.
    """
    if not request.headers.get("If-Match", ""):
        return None
    require_match(request, row)
    return int(row.version)


class _MatchNeeded(Refusal):
    code, title, status = "precondition_required", "If-Match is missing", 428


# --- one error format ----------------------------------------------------------------------------------------

_TITLES = {400: "Something needs another look", 401: "Sign in first", 403: "Your role does not include this",
           404: "Nothing here", 405: "Not this way", 406: "Cannot answer in that form",
           415: "Send JSON", 429: "Too many calls"}
_CODES = {400: "invalid", 401: "not_authenticated", 403: "not_allowed", 404: "not_found",
          405: "method_not_allowed", 406: "not_acceptable", 415: "unsupported_media_type", 429: "too_many_requests"}


def problem_from(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Every error as application/problem+json; None lets an unknown fault become a 500."""
    headers: dict[str, str] = {}
    if isinstance(exc, Refusal):
        body, status = exc.problem(), exc.status
    elif isinstance(exc, Http404):
        body, status = _problem(404, "There is nothing here by that id, or it is not yours."), 404
    elif isinstance(exc, PermissionDenied):
        body, status = _problem(403, str(exc) or "Your role does not include this."), 403
    elif isinstance(exc, exceptions.ValidationError):
        errors = list(_flatten(exc.detail))
        body, status = _problem(400, errors[0]["detail"] if errors else "Something needs another look."), 400
        body["errors"] = errors
    elif isinstance(exc, exceptions.APIException):
        status = exc.status_code
        body = _problem(status, str(exc.detail))
        if isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
            headers["WWW-Authenticate"] = "Bearer"
    else:
        return None
    if transaction.get_connection().in_atomic_block and status >= 500:
        transaction.set_rollback(True)
    return Response(body, status=status, headers=headers, content_type=PROBLEM)


def _problem(status: int, detail: str) -> dict[str, Any]:
    code = _CODES.get(status, "refused")
    return {"type": f"urn:evenhand:problem:{code}", "title": _TITLES.get(status, "Refused"), "status": status,
            "detail": detail, "code": code}


def _flatten(detail: Any, pointer: str = "") -> Any:
    """DRF's nested errors as `{pointer, detail}` rows, JSON-pointer style."""
    if isinstance(detail, dict):
        for field, inner in detail.items():
            here = pointer if field == "non_field_errors" else f"{pointer}/{field}"
            yield from _flatten(inner, here)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from _flatten(inner, pointer if isinstance(inner, str) else f"{pointer}/{index}")
    else:
        yield {"pointer": _sayable(pointer) or "/", "detail": _sayable(str(detail))}


def _sayable(text: str) -> str:
    """The text as it can be sent: half a character, echoed from what came in, becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


# --- fields --------------------------------------------------------------------------------------------------


class Owned(serializers.PrimaryKeyRelatedField):
    """An id in a body: the caller's own row of this model, or 400 with a pointer."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "does_not_exist": "There is nothing of yours by this id.",
        "incorrect_type": "Send the id as a string.",
    }

    def __init__(self, model: type[models.Model] | None = None, *, where: dict[str, Any] | None = None,
                 **kwargs: Any) -> None:
        self.model, self.where = model, where or {}
        if model is not None:
            kwargs["queryset"] = model._default_manager.none()
        kwargs.setdefault("pk_field", serializers.UUIDField())
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        member = self.context.get("member")
        assert self.model is not None
        assert self.pk_field is not None
        row = visible_row(self.model, member, self.pk_field.to_internal_value(data)) if member is not None else None
        if row is None or any(getattr(row, name) != value for name, value in self.where.items()):
            self.fail("does_not_exist", pk_value=data)
        return row


class PlainText(serializers.CharField):
    """Text from a person: kept as typed, at most `max_length` characters, no NUL."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20_000)
        kwargs.setdefault("allow_blank", True)
        super().__init__(**kwargs)


# --- addresses that are none -------------------------------------------------------------------------------------


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Any other address under /api/: 404 as problem+json; a read that only lacks its last slash is sent on."""
    try:
        other = resolve(f"{request.path_info}/")
    except Resolver404:
        other = None
    if other is not None and other.func is not nothing_here:
        if request.method in ("GET", "HEAD"):
            return HttpResponseRedirect(request.get_full_path(force_append_slash=True))
        return _problem_now(_NoAddress(f"Addresses end in a slash: {request.path}/"))
    return _problem_now(_NoAddress("There is nothing at this address. What there is stands at /api/v1/docs/."))


class _NoAddress(Refusal):
    code, title, status = "not_found", "Nothing here", 404
