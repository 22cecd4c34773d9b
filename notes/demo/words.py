"""Riverside's own words for one message, and one client who reads German."""

from __future__ import annotations

from clients.models import Client
from practice.models import Membership, Practice
from practice.wording import product_text
from practice.wording.own import write_text

THERE_IS_NO_FEE = "There is no fee. Ring us when you would like another time."


def build_words(practice: Practice, owner: Membership) -> None:
    """A cancellation that says a sentence more than ours."""
    ours = product_text("cancelled")
    assert ours is not None
    write_text(practice=practice, kind="cancelled", variant="", language="en", subject=ours.subject,
               body=f"{ours.body.strip()}\n\n{THERE_IS_NO_FEE}", sms=f"{ours.sms} {THERE_IS_NO_FEE}", by=owner)
    Client.objects.filter(practice=practice, name="Eleanor Voss").update(language="de")
