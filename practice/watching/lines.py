"""What a line of the log may say: never a path, which may carry a link's token, and no value of a row.

`LOG_FORMAT=json` writes each line as one JSON object with the id of the request it belongs to.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="")


class WithoutPaths(logging.Filter):
    """Adds the request's id; where Django names the address of a request, its route stands instead."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        request = getattr(record, "request", None)
        if request is not None:
            record.msg, record.args = "%s: %s", (_reason(record), route_of(request))
            del record.request  # type: ignore[attr-defined]
        return True


def _reason(record: logging.LogRecord) -> str:
    status = getattr(record, "status_code", None)
    return f"answered {status}" if status else str(record.msg).partition(":")[0].partition("%")[0].strip()


def route_of(request: Any) -> str:
    """The route a request took, with its parameters by name: `clients/<uuid:pk>/`; "-" where none fits."""
    match = getattr(request, "resolver_match", None)
    return str(match.route) if match is not None else "-"


def without_values(told: str) -> str:
    """A traceback without the lines in which a database tells a row's values."""
    return "\n".join(line for line in told.splitlines()
                     if not line.lstrip().startswith(("DETAIL:", "CONTEXT:", "Failing row")))


class Plain(logging.Formatter):
    """Lines for people."""

    def formatException(self, ei: Any) -> str:
        return without_values(super().formatException(ei))


class Json(JsonFormatter):
    """Lines for machines."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("{levelname}{name}{message}", style="{", timestamp="at",
                         rename_fields={"levelname": "level", "name": "logger"})

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Nothing empty, and a traceback without values."""
        for key in ("exc_info", "message"):
            if isinstance(log_data.get(key), str):
                log_data[key] = without_values(log_data[key])
        return {key: value for key, value in log_data.items() if value not in (None, "")}
