"""From an empty database to somebody who can sign in."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from practice.models import Membership

ARGS = ["open_practice", "Harbour", "--zone", "Europe/Berlin", "--email", "Olga@Harbour.example", "--owner", "Olga"]


def test_a_practice_is_opened_with_an_owner_who_can_sign_in(db, monkeypatch, client):
    monkeypatch.setenv("OWNER_PASSWORD", "a long enough sentence")
    call_command(*ARGS)
    assert Membership.objects.get().role == "owner"
    assert client.login(username="olga@harbour.example", password="a long enough sentence")


@pytest.mark.parametrize(("change", "words"), [({3: "Mars/Olympus"}, "not a time zone"), ({5: "nobody"}, "valid email")])
def test_an_unknown_zone_or_address_is_refused_in_words(db, monkeypatch, change, words):
    monkeypatch.setenv("OWNER_PASSWORD", "a long enough sentence")
    with pytest.raises(CommandError, match=words):
        call_command(*[change.get(i, arg) for i, arg in enumerate(ARGS)])
    assert not Membership.objects.exists()


def test_a_weak_password_is_refused(db, monkeypatch):
    monkeypatch.setenv("OWNER_PASSWORD", "short")
    with pytest.raises(CommandError, match="too short"):
        call_command(*ARGS)


@pytest.mark.parametrize("password", ["evenhand-evenhand", "Massage Therapy 11", "WelcomeWelcome1", "aaaaaaaaaaaaaab"])
def test_a_password_of_the_words_of_the_house_is_refused(db, password):
    with pytest.raises(ValidationError):
        validate_password(password)
    validate_password(f"{password} by the quiet weir")
