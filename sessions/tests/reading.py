"""How the tests read a page, and the addresses they ask for."""

from datetime import timedelta

from django.urls import reverse

from conftest import MONDAY
from sessions.asked import stamp

TUESDAY = MONDAY + timedelta(days=1)
CLINICAL = (b"numb", b"pressure", b"relapse", b"flare", b"episode", b"sclerosis", b"steroid", b"fever", b"symptom")
NASTY = "<script>alert(1)</script>{{ 7|add:7 }}\u202e"


def words_of(response) -> str:
    """The page as text, its marks undone."""
    return response.content.decode().replace("&#x27;", "'").replace("&amp;", "&")


def clinical_in(response) -> list[bytes]:
    """The clinical words of a page's own part."""
    body = response.content.lower().replace(response.wsgi_request.get_full_path().lower().encode(), b"")
    body = body.replace(b"emergency number", b"")
    return [word for word in CLINICAL if word in body]


def visit_url(visit, name="appointment", *more):
    return reverse(f"sessions:{name}", args=[visit.pk, *more])


def wish(client, therapist, service, starts_at, **more):
    return {
        "client": client.pk,
        "therapist": therapist.pk,
        "service": service.pk,
        "starts_at": stamp(starts_at),
        **more,
    }
