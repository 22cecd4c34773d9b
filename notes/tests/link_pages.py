"""Every page behind a link: one that is live, of each kind, as the verbs of the product make them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone

from clients.asking.intake import ask_intake
from clients.asking.questionnaires import url_of as questions_url
from clients.models import Client, Episode
from conftest import at
from notes.copies.copies import copy_url
from notes.follow_ups.letters import follow_up_url
from notes.home.link import home_url
from notes.models import ClientCopy, FollowUp, Share
from notes.tests.test_walls import World
from practice import links
from practice.accounts import letters as account_letters
from practice.accounts.links import _write_down
from practice.models import AccountLink, ActionLink, Invitation, Practice, Service
from practice.people.letters import url_of as joining_url
from sessions import calendars, letters
from sessions.booking import book_appointment, complete
from sessions.check_in_letters import check_in_url
from sessions.models import Appointment, CalendarFeed, CheckIn, FreedTime, Plan, WaitlistEntry, WaitlistOffer
from sessions.online_letters import client_url
from sessions.plan_letters import plan_url
from sessions.recall_letters import no_url
from sessions.sending import send_plan
from sessions.waitlist_letters import offer_url


@dataclass(frozen=True)
class Linked:
    """One page behind a link: its route, its address with `{}` for the token, the token."""

    route: str
    address: str
    token: str

    @property
    def path(self) -> str:
        return self.address.format(self.token)


def _linked(route: str, url: str, rest: str = "") -> Linked:
    begin, token = urlsplit(url).path.rstrip("/").rsplit("/", 1)
    return Linked(route, f"{begin}/{{}}/{rest}", token)


def live_links(world: World) -> list[Linked]:
    """A live link to each page that has one, without what is behind it being touched."""
    Practice.objects.filter(pk=world.ana.practice_id).update(books_online=True, public_slug="riverside")
    kofi = Client.objects.select_related("practice").get(pk=WaitlistEntry.objects.get(pk=world.ids["waits"]).client_id)
    service = Service.objects.get(pk=world.ids["service"])
    coming = book_appointment(client=kofi, therapist=world.ana, service=service, starts_at=at(14, days=9), by=world.ana)
    visit, own = letters.visit_url(coming), client_url(kofi)
    offer, check_in = _offered(world, kofi), _asked(world)
    plan = send_plan(plan=Plan.objects.get(pk=world.ids["plan"]), by=world.ana)
    FollowUp.objects.update(answered_at=None, soreness=None, words="")
    complete(appointment=Appointment.objects.get(pk=world.ids["appointment"]), by=world.ana)
    follow_up = FollowUp.objects.get(pk=world.ids["follow_up"])
    questions = questions_url(ask_intake(client=kofi, by=world.ana))
    feed = calendars.make_feed(therapist=world.ana, by=world.ana)
    account = [_write_down(purpose, "new@riverside.example", world.ana.user) for purpose in AccountLink.Purpose.values]
    asked = {"password": "new-password", "address": "new-address"}
    t = "<str:token>/"
    return [
        _linked(f"r/{t}", visit), _linked(f"r/{t}appointment.ics", visit, "appointment.ics"),
        _linked(f"r/{t}move/", visit, "move/"), _linked(f"r/{t}cancel/", visit, "cancel/"),
        _linked(f"me/{t}", own), _linked(f"me/{t}unwell/", own, "unwell/"),
        _linked(f"me/{t}times/<uuid:pk>/", own, f"times/{service.pk}/"),
        _linked(f"me/{t}book/<uuid:pk>/", own, f"book/{service.pk}/"),
        _linked(f"me/{t}visits/<uuid:pk>/move/", own, f"visits/{coming.pk}/move/"),
        _linked(f"me/{t}visits/<uuid:pk>/cancel/", own, f"visits/{coming.pk}/cancel/"),
        _linked(f"w/{t}", offer_url(offer)), _linked(f"w/{t}unwell/", offer_url(offer), "unwell/"),
        _linked(f"c/{t}", check_in_url(check_in)), _linked(f"p/{t}", plan_url(plan)), _linked(f"n/{t}", no_url(kofi)),
        _linked(f"f/{t}", follow_up_url(follow_up)), _linked(f"f/{t}unwell/", follow_up_url(follow_up), "unwell/"),
        _linked(f"h/{t}", home_url(kofi)), _linked(f"u/{t}", links.unsubscribe_url(kofi.pk)),
        _linked(f"l/{t}", copy_url(ClientCopy.objects.get(pk=world.ids["copy"]))),
        _linked(f"q/{t}", questions), _linked(f"q/{t}<slug:code>/", questions, "q01/"),
        Linked(f"s/{t}", "/s/{}/", world.share_link.split("/")[2]),
        _linked(f"j/{t}", joining_url(Invitation.objects.get(pk=world.ids["invitation"]))),
        *(Linked(f"me/{asked[link.purpose]}/{t}", f"/me/{asked[link.purpose]}/{{}}/", account_letters.link_token(link))
          for link in account),
        Linked("feeds/<path:name>", "/feeds/{}.ics", feed.rsplit("/", 1)[1].removesuffix(".ics")),
    ]


def _offered(world: World, client: Client) -> WaitlistOffer:
    freed, entry = FreedTime.objects.get(pk=world.ids["freed"]), WaitlistEntry.objects.get(pk=world.ids["waits"])
    return WaitlistOffer.objects.create(
        practice=client.practice, freed=freed, entry=entry, client=client, therapist=world.ana, room=freed.room,
        starts_at=freed.starts_at, ends_at=freed.ends_at, expires_at=timezone.now() + timedelta(days=2))


def _asked(world: World) -> CheckIn:
    episode = Episode.objects.get(pk=world.ids["episode"])
    return CheckIn.objects.create(practice=episode.practice, episode=episode, asked_for=timezone.now().date())


def end_all(how: str) -> None:
    """Every link is over: `expired`, or `taken back` by whoever may."""
    now = timezone.now()
    if how == "expired":
        past = now - timedelta(seconds=1)
        for model in (ActionLink, AccountLink, Invitation, Share):
            model.objects.update(expires_at=past)
    else:
        ActionLink.objects.all().delete()
        AccountLink.objects.update(used_at=now)
        Invitation.objects.update(revoked_at=now)
        Share.objects.update(revoked_at=now)
    CalendarFeed.objects.update(revoked_at=now)
