"""How the API describes itself: who may call, errors as problem+json on every operation, lists as pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers


class ProblemSerializer(serializers.Serializer[Any]):
    """Every error, RFC 9457: `code` is stable, `detail` is for people, `errors` points at fields (status 400)."""

    class FieldError(serializers.Serializer[Any]):
        pointer = serializers.CharField(help_text="JSON pointer into what was sent.")
        detail = serializers.CharField()

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = FieldError(many=True, required=False)  # type: ignore[assignment]


class TokenScheme(OpenApiAuthenticationExtension):
    """Authorization: Bearer TOKEN."""

    target_class = "practice.callers.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "One practice's token: manage.py api_token EMAIL"}


class PageScheme(OpenApiAuthenticationExtension):
    """The signed-in page's own calls."""

    target_class = "practice.callers.PageAuthentication"
    name = "page"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class ApiSchema(AutoSchema):
    """An operation of this API: a POST may carry an Idempotency-Key, and anything can answer with a problem."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        if self.method == "POST":
            operation.setdefault("parameters", []).append({
                "in": "header", "name": "Idempotency-Key", "schema": {"type": "string", "maxLength": 200},
                "description": "The same key with the same body acts once and gets the first answer again."})
        problem = self.resolve_serializer(ProblemSerializer, "response").ref
        operation["responses"]["default"] = {
            "description": "What went wrong, and how to put it right",
            "content": {"application/problem+json": {"schema": problem}}}
        return operation


class ListSchema(ApiSchema):
    """Of views whose GET answers count, next, previous, results."""

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self.method == "GET"
