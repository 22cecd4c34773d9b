"""Tokens of other programs: never more than their member may, less where their scopes say so, shown once."""

import re
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from conftest import MONDAY, make_member
from practice.models import ApiToken, AuditEntry, Membership, User
from practice.refusals import NotAllowed
from practice.tests.answers import is_problem
from practice.tokens import AREAS, SCOPES, area_of, make_token

V1, LIST, NEW = "/api/v1/", "/practice/tokens/", "/practice/tokens/new/"
ALL = dict.fromkeys(AREAS, "write")


def calls_with(secret):
    http = APIClient()
    http.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return http


def words_of(answer):
    return " ".join(answer.content.decode().replace("&#x27;", "'").split())


def test_a_therapist_makes_a_token_sees_it_once_uses_it_and_revokes_it(now, ana, page):
    browser = page(ana)
    assert LIST in words_of(browser.get("/practice/"))
    assert "No program calls Evenhand with a token of yours." in words_of(browser.get(LIST))
    made = words_of(browser.post(NEW, {"name": "Bookkeeping", "lasts": "90", **ALL, "record": "none", "clients": "read"}))
    secret = re.search(r"<code data-copied>([\w-]{43})</code>", made)[1]
    token = ApiToken.objects.get()
    assert secret not in str(vars(token)) + words_of(browser.get(LIST)) and secret.endswith(token.ending)
    assert token.scopes == ["diary:write", "clients:read", "practice:write"]
    assert token.expires_at.date() == MONDAY + timedelta(days=90)
    assert "Clients: read only" in words_of(browser.get(LIST)) and "never" in words_of(browser.get(LIST))
    assert calls_with(secret).get(f"{V1}me/").json()["email"] == ana.user.email
    assert "Mon 23 Nov 2026, 08:00" in words_of(browser.get(LIST))
    said = words_of(browser.post(f"{LIST}{token.pk}/revoke/", follow=True))
    assert "“Bookkeeping” opens nothing any more." in said and "Tokens that have ended" in said
    is_problem(calls_with(secret).get(f"{V1}me/"), 401, "not_authenticated")
    assert list(AuditEntry.objects.values_list("verb", flat=True)) == ["token_made", "token_revoked"]


def test_one_sees_and_revokes_ones_own_tokens_and_the_owner_everybodys(ana, desk, owner, lakeside_owner, page):
    hers = make_token(member=ana, by=ana, name="Hers").token
    assert "Hers" not in words_of(page(desk).get(LIST)) and "Hers" not in words_of(page(lakeside_owner).get(LIST))
    assert page(desk).post(f"{LIST}{hers.pk}/revoke/").status_code == 404
    assert "Acts as" in words_of(page(owner).get(LIST)) and "Hers" in words_of(page(owner).get(LIST))
    page(owner).post(f"{LIST}{hers.pk}/revoke/")
    hers.refresh_from_db()
    assert hers.revoked_at
    with pytest.raises(NotAllowed):
        make_token(member=ana, by=owner)


def test_a_new_token_may_do_nothing_until_its_maker_says_what(ana, page):
    seen = page(ana).get(NEW).content.decode()
    assert seen.count('<option value="none" selected>nothing</option>') == len(AREAS)


def test_a_form_with_nothing_in_it_or_nothing_allowed_is_said_at_the_field(ana, page):
    browser = page(ana)
    answer = browser.post(NEW, {})
    assert answer.status_code == 422 and "Write which program will use it." in words_of(answer)
    answer = browser.post(NEW, {"name": "x", "lasts": "90", **dict.fromkeys(AREAS, "none")})
    assert answer.status_code == 422 and "Choose at least one thing." in words_of(answer)
    answer = browser.post(NEW, {"name": "<b>", "lasts": "77", **ALL})
    assert answer.status_code == 422 and "&lt;b&gt;" in words_of(answer)
    assert not ApiToken.objects.exists()


def test_unknown_revoked_expired_and_disabled_tokens_get_the_same_answer_byte_for_byte(now, ana, ben, client):
    expired = make_token(member=ana, by=ana, expires_at=timezone.now() + timedelta(minutes=1))
    revoked, off, left = (make_token(member=m, by=m) for m in (ana, ben, ana))
    ApiToken.objects.filter(pk=revoked.token.pk).update(revoked_at=timezone.now())
    assert calls_with(expired.secret).get(f"{V1}me/").status_code == calls_with(off.secret).get(f"{V1}me/").status_code == 200
    Membership.objects.filter(pk=ben.pk).update(is_active=False)
    secrets = ["nobody-knows-this", expired.secret, revoked.secret, off.secret]
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
        answers = {calls_with(s).get(f"{V1}clients/").content for s in secrets}
    assert len(answers) == 1
    assert calls_with(left.secret).get(f"{V1}me/").status_code == 200
    User.objects.filter(pk=ana.user_id).update(is_active=False)
    assert calls_with(left.secret).get(f"{V1}me/").content in answers, "dead on the very next request"


def test_a_scope_that_is_missing_is_named_and_reading_is_part_of_changing(ana, maria):
    reads = calls_with(make_token(member=ana, by=ana, scopes=["clients:read", "diary:write"]).secret)
    assert reads.get(f"{V1}clients/{maria.pk}/").status_code == 200
    body = is_problem(reads.patch(f"{V1}clients/{maria.pk}/", {"phone": "206 555 0101"}, headers={"If-Match": "*"}), 403, "scope_missing")
    assert body["scope"] == "clients:write" and "clients:write" in body["detail"]
    assert is_problem(reads.get(f"{V1}clients/{maria.pk}/findings/"), 403, "scope_missing")["scope"] == "record:read"
    assert is_problem(reads.post(f"{V1}clients/{maria.pk}/cautions/", {}), 403, "scope_missing")["scope"] == "record:read"
    assert reads.get(f"{V1}waitlist/").status_code == 200 and reads.get(f"{V1}me/").status_code == 200
    assert reads.get(f"{V1}conditions/").status_code == 200, "a catalogue belongs to no area"


def test_a_scope_never_widens_a_role(desk, maria):
    wide = calls_with(make_token(member=desk, by=desk, scopes=SCOPES).secret)
    is_problem(wide.get(f"{V1}clients/{maria.pk}/findings/"), 403, "not_allowed")
    is_problem(wide.post(f"{V1}notes/", {}), 403, "not_allowed")


def test_a_token_for_reading_one_area_opens_no_other_address(riverside):
    """Every address of the API belongs to one area, or to none, and none is reached by another area's token."""
    all_roles = make_member(riverside, "Ada Alone", "ada@riverside.example", "owner", is_therapist=True)
    only = {area: calls_with(make_token(member=all_roles, by=all_roles, scopes=[f"{area}:write"]).secret) for area in AREAS}
    nothing, asked, free = "01890000-0000-7000-8000-000000000000", 0, set()
    for group in get_resolver().url_patterns:
        if str(group.pattern) != "api/v1/" or not hasattr(group, "url_patterns"):
            continue
        for route in group.url_patterns:
            path = V1 + re.sub(r"<\w+:\w+>", nothing, str(route.pattern))
            view = route.callback.view_class()
            area = area_of(view)
            free |= {str(route.pattern)} if not area else set()
            for method in {"get", "post", "patch", "delete"} & set(dir(view)):
                for name, http in only.items():
                    answer, asked = getattr(http, method)(path, {} if method != "get" else None), asked + 1
                    is_refused = answer.status_code == 403 and answer.json()["code"] == "scope_missing"
                    assert is_refused == bool(area and name != area), (method, path, name, answer.status_code)
    assert asked > 300
    assert free == {"me/", "techniques/", "conditions/", "findings/", "medicines/", "regions/", "measures/", "home-exercises/"}


def test_use_is_noted_once_a_minute_and_reading_costs_no_write_for_it(now, ana, django_assert_num_queries):
    secret = make_token(member=ana, by=ana).secret
    http = calls_with(secret)
    with django_assert_num_queries(2):
        http.get(f"{V1}me/")
    with django_assert_num_queries(1):
        http.get(f"{V1}me/")
    first = ApiToken.objects.get().used_at
    with time_machine.travel(now + timedelta(seconds=61), tick=False):
        http.get(f"{V1}me/")
    assert ApiToken.objects.get().used_at - first == timedelta(seconds=61)


def test_the_command_prints_a_token_and_nothing_else_and_refuses_in_words(ana, maria):
    def run(*args):
        out = StringIO()
        call_command("api_token", *args, stdout=out)
        return out.getvalue()

    plain = run(ana.user.email)
    assert re.fullmatch(r"[\w-]{43}\n", plain)
    assert ApiToken.objects.get().expires_at is None and calls_with(plain.strip()).get(f"{V1}me/").status_code == 200
    narrow = run(ana.user.email, "--scope", "diary:read", "--days", "7", "--name", "Wall screen").strip()
    is_problem(calls_with(narrow).get(f"{V1}clients/"), 403, "scope_missing")
    for wrong in (["nobody@x.example"], [ana.user.email, "--scope", "all"], [ana.user.email, "--days", "0"], [ana.user.email, "--days", "999999999"]):
        with pytest.raises(CommandError):
            run(*wrong)
