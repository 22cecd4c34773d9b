"""Passwords at the door: asked for at sign-in and at the lock, and only so often from one place or for one account.

How often is our proposal: no source gives a number. What is counted lies in the database all processes share.
"""

from __future__ import annotations

from hashlib import sha256
from typing import ClassVar

from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from practice.models import User
from practice.pace import address_of, forgive, too_often
from practice.refusals import Refusal

TRIES_FROM_HERE, TRIES_IN_ALL = 10, 50  # wrong passwords for one account within an hour


class WrongPassword(Refusal):
    """The e-mail address and the password do not go together."""

    code: ClassVar[str] = "wrong_password"
    title: ClassVar[str] = "That is not the password"
    status: ClassVar[int] = 403


class TooManyTries(Refusal):
    """Too many wrong passwords within the hour; not even the right one is looked at."""

    code: ClassVar[str] = "too_many_tries"
    title: ClassVar[str] = "Too many tries"
    status: ClassVar[int] = 429


def account_of(email: str) -> str:
    """What stands for an account where tries are counted: not the address itself."""
    return sha256(email.strip().lower().encode()).hexdigest()[:32]


class NoWordsOfTheHouse:
    """Refuses a password that is little more than a word everybody here types all day."""

    WORDS = ("evenhand", "massage", "therapy", "therapist", "practice", "clinic", "password", "welcome")
    LEAST_ELSE = 6  # characters beside such words: our proposal

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError where hardly anything else is in it."""
        left = "".join(letter for letter in password.lower() if letter.isalnum())
        for word in self.WORDS:
            left = left.replace(word, "")
        if len(set(left)) < self.LEAST_ELSE:
            raise ValidationError(f"{self.get_help_text()} Take a few words that nobody would guess.")

    def get_help_text(self) -> str:
        return f"A password is more than words like “{self.WORDS[0]}” or “{self.WORDS[1]}” and a few letters."


def person_with(request: HttpRequest, *, email: str, password: str) -> User:
    """Who signs in with this address and password. Each try counts before it is looked at; the right one forgives."""
    account = account_of(email)
    here = f"{account}:{address_of(request)}"
    tired = [too_often("wrong-password", here, TRIES_FROM_HERE), too_often("wrong-password", account, TRIES_IN_ALL)]
    if any(tired):
        raise TooManyTries("Too many wrong passwords for this account. Try again in an hour.")
    person = authenticate(request, username=email, password=password)
    if not isinstance(person, User):
        raise WrongPassword("That is not the password. Capital letters count.")
    for counted in (here, account):
        forgive("wrong-password", counted)
    return person
