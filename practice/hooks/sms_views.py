"""What an SMS gateway tells: whether a text arrived, and what somebody answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from practice.hooks import deliveries
from practice.hooks.entrance import Forged, hook, public_url, read_json
from practice.hooks.receiving import Incoming, receive
from practice.hooks.signatures import is_gateways, is_twilios
from practice.refusals import BadInput
from practice.texting.dialects import OPTED_OUT, undelivered
from practice.texting.gateways import TWILIO, Unreadable, read_gateway

LONGEST_TEXT, LONGEST_NUMBER, LONGEST_REFERENCE = 1600, 40, 80
_ARRIVED, _LOST = frozenset({"delivered", "read"}), frozenset({"undelivered", "failed", "canceled"})
_HALVES = re.compile("[\ud800-\udfff]")  # of a letter that was cut in two: no database keeps one
# What Twilio takes a text for by its own list of words, which its customer may lengthen; HELP is for somebody to read.
_ASKS = {"STOP": "stop", "START": "start"}


@dataclass(frozen=True, slots=True)
class Told:
    """What the gateway says, signed: its own names for things, or ours."""

    fields: dict[str, Any]
    is_twilio: bool

    def get(self, twilios: str, ours: str, most: int) -> str:
        """One of them as text; refuses one longer than `most`, which nothing of the kind is."""
        value = self.fields.get(twilios if self.is_twilio else ours)
        text = "" if value is None else _HALVES.sub("\ufffd", str(value))
        if len(text) > most or "\x00" in text:
            raise BadInput(f"“{twilios if self.is_twilio else ours}” is too long, or no text.")
        return text


@hook
def sms_status(request: HttpRequest) -> tuple[HttpResponse, str]:
    """A text arrived, or did not."""
    told = _signed(request)
    state = told.get("MessageStatus", "status", 20)
    code = told.get("ErrorCode", "code", 12)
    message = deliveries.message_behind(
        channel="sms", reference=told.get("MessageSid", "reference", LONGEST_REFERENCE),
        message_id=request.GET.get("m", "")[:36] if told.is_twilio else told.get("", "id", 36))
    if message is None:
        return HttpResponse(status=204), "no such message"
    reference = told.get("MessageSid", "reference", LONGEST_REFERENCE)
    if state in _ARRIVED:
        happened = deliveries.note_delivery(message=message, delivery="delivered", reference=reference)
    elif state in _LOST:
        number = int(code) if code.isdecimal() else None
        happened = deliveries.note_delivery(message=message, delivery="undelivered", reference=reference,
                                            why=undelivered(number), is_unwanted=number in OPTED_OUT)
    else:
        happened = deliveries.note_taken(message=message, reference=reference)
    return HttpResponse(status=204), happened


@hook
def sms_in(request: HttpRequest) -> tuple[HttpResponse, str]:
    """Somebody answered a text, or wrote one."""
    told = _signed(request)
    incoming = Incoming(
        reference=told.get("MessageSid", "id", LONGEST_REFERENCE), sender=told.get("From", "from", LONGEST_NUMBER),
        to=told.get("To", "to", LONGEST_NUMBER), text=told.get("Body", "text", LONGEST_TEXT),
        asks=_ASKS.get(told.get("OptOutType", "", 20).upper(), ""))
    if not incoming.reference or not incoming.sender:
        raise BadInput("Say what the text is called and which number it comes from.")
    happened = receive(incoming)
    if told.is_twilio:
        return HttpResponse("<Response/>", content_type="text/xml"), happened
    return HttpResponse(status=204), happened


def _signed(request: HttpRequest) -> Told:
    """What was said, once it is sure that the gateway said it."""
    try:
        gateway = read_gateway(settings.SMS_URL)
    except Unreadable:
        raise Forged("No SMS gateway is set here, so nothing is taken from one.") from None
    if gateway.dialect == TWILIO:
        fields = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        if not is_twilios(gateway.secret, public_url(request), fields, request.headers.get("X-Twilio-Signature", "")):
            raise Forged("The signature is not Twilio's for this address. Check SMS_URL's token and BASE_URL.")
        return Told(dict(fields), is_twilio=True)
    timestamp, signature = request.headers.get("X-Timestamp", ""), request.headers.get("X-Signature", "")
    if not is_gateways(gateway.secret, timestamp, request.body, signature, now=timezone.now()):
        raise Forged("The signature is not the gateway's, or older than five minutes.")
    return Told(read_json(request.body), is_twilio=False)
