"""W4, W5, W11: a day's diary of ten therapists as JSON and as a page, and one client; beside one SELECT each."""

from __future__ import annotations

import statistics
from datetime import timedelta
from urllib.parse import quote

from django.conf import settings
from django.test import Client as Browser
from django.urls import NoReverseMatch, reverse

from bench.figures import Figure
from bench.fill import Filled
from bench.place import Place, Request, Web, get, route_exists, storm
from practice import clock
from practice.models import AuditEntry

HANDS = 8


def measure(place: Place, ten: Filled, rounds: int, each: int) -> list[Figure]:
    """Requests a second of product and floor, in turns."""
    day = ten.first + timedelta(days=1)
    begin, end = (clock.day_begins(d, ten.practice.time_zone).isoformat() for d in (day, day + timedelta(days=1)))
    span = f"practice={ten.practice.pk}&begin={quote(begin)}&end={quote(end)}"
    client = ten.clients[0].pk
    figures = [
        (
            Figure(
                "W4", "one day's diary, 10 therapists, as JSON", "", unit="/s", better="higher", goals={"floor": 0.5}
            ),
            get(f"/api/v1/appointments/?from={day}&to={day}&page_size=200", ten.token),
            f"/diary?{span}",
        ),
        (
            Figure("W5", "the same as a page", "", unit="/s", better="higher", goals={"floor": 0.25}),
            _page(ten, day),
            f"/diary?{span}",
        ),
        (
            Figure("W11", "one client by the API, audited", "", unit="/s", better="higher", goals={"floor": 0.5}),
            get(f"/api/v1/clients/{client}/", ten.token),
            f"/client/{client}",
        ),
    ]
    with place.served() as product, place.served("bench.floor_wsgi:application") as floor:
        for figure, request, path in figures:
            if request is None or not route_exists(request.path.partition("?")[0]):
                figure.note = "no such route yet"
                continue
            _measure(figure, request, path, product, floor, rounds, each)
    return [figure for figure, _, _ in figures]


def _measure(figure: Figure, request: Request, path: str, product: Web, floor: Web, rounds: int, each: int) -> None:
    before = AuditEntry.objects.count()
    body = product.caller().expect(request)
    audits = AuditEntry.objects.count() - before
    least = get(f"{path}{'&' if '?' in path else '?'}audit={audits}", "")
    took = []
    for _ in range(rounds + 1):  # the first round warms up
        took.append((storm(product, [[request] * each] * HANDS, 200), storm(floor, [[least] * each] * HANDS, 200)))
    figure.value, figure.floor = (statistics.median(pair[n] for pair in took[1:]) for n in (0, 1))
    figure.note = f"{len(body) / 1024:,.0f} kB, {audits} audit {'entry' if audits == 1 else 'entries'}"


def _page(ten: Filled, day: object) -> Request | None:
    try:
        path = reverse("sessions:diary")
    except NoReverseMatch:
        return None
    browser = Browser()
    browser.force_login(ten.therapists[0].user)
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return Request("GET", f"{path}?on={day}", {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"})
