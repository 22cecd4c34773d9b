"""From which number or name a practice's text messages come, where several practices share one gateway."""

from __future__ import annotations

import re

from django.db import transaction

from practice import audit
from practice.access import Actor
from practice.models import Practice
from practice.offers import refuse_unless_owner
from practice.refusals import BadInput

_SENDER = re.compile(r"\+[1-9]\d{6,14}|(?=.*[A-Za-z])[A-Za-z0-9 ]{3,11}")


@transaction.atomic
def change_sms_sender(*, practice: Practice, sender: str, by: Actor) -> Practice:
    """Say from whom texts come; empty: from the gateway's own number. Refuses what no phone could show."""
    refuse_unless_owner(practice, by)
    bare = re.sub(r"[\s()./-]", "", sender) if sender.strip().startswith("+") else sender.strip()
    if bare and not _SENDER.fullmatch(bare):
        raise BadInput("Write the number with its country, for example +1 206 555 0100, or a name of 3 to 11 letters "
                       "and digits.", field="sms_sender")
    if bare != practice.sms_sender:
        practice.sms_sender = bare
        practice.save(update_fields=["sms_sender"])
        audit.record(by=by, verb="practice_changed", subject=practice, fields=["sms_sender"])
    return practice
