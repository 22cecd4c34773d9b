"""`/metrics` for Prometheus: requests as each web process counted them, the rest as the database knows it.

Off unless METRICS_TOKEN is set; asked for with `Authorization: Bearer` and that token. The processes of one web
server add up their numbers in a folder of files (deploy/gunicorn.conf.py); each host is asked for itself.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from practice.watching import facts

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds


@cache
def _counted() -> tuple[CollectorRegistry, Counter, Histogram]:
    """What is counted here, made on first need: the numbers' files are opened after a process has been forked."""
    registry = CollectorRegistry()
    return (registry,
            Counter("evenhand_requests", "Requests answered.", ["method", "route", "status"], registry=registry),
            Histogram("evenhand_request_seconds", "How long answers took.", ["method", "route"], buckets=BUCKETS,
                      registry=registry))


def note_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answer."""
    _, requests, took = _counted()
    requests.labels(method, route, str(status)).inc()
    took.labels(method, route).observe(seconds)


class FromTheDatabase:
    """What holds for the whole practice, whichever process is asked."""

    def collect(self) -> Iterable[Any]:
        for name, said, value in facts.numbers():
            if value is not None:
                yield GaugeMetricFamily(f"evenhand_{name}", said, value=value)


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Every number, in Prometheus' own words."""
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN:
        raise Http404
    if not hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse("Send METRICS_TOKEN as a bearer token.\n", status=401, content_type="text/plain",
                            headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
        told = generate_latest(registry)
    else:
        told = generate_latest(_counted()[0])
    ours = CollectorRegistry()
    ours.register(FromTheDatabase())
    return HttpResponse(told + generate_latest(ours), content_type=CONTENT_TYPE_LATEST,
                        headers={"Cache-Control": "no-store"})
