"""Shapes of events at the API."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from notes.events.kinds import ENDINGS, KINDS, LASTED, REACTIONS, STOPS, TIMES
from notes.models import NoteEvent
from practice.api import PlainText


class EventRow(serializers.Serializer[Any]):
    """A spasm, a stop or a reaction; everything but the kind may be left out."""

    kind = serializers.ChoiceField(list(KINDS))
    what = serializers.CharField(required=False, max_length=20, default="", allow_blank=True, help_text=(
        f"stopped: {', '.join(STOPS)}; reaction: {', '.join(REACTIONS)}"))
    region = serializers.CharField(required=False, max_length=40, default="", allow_blank=True)
    side = serializers.CharField(required=False, max_length=8, default="", allow_blank=True)
    work_region = serializers.CharField(required=False, max_length=40, default="", allow_blank=True,
                                        help_text="The place worked on that set it off, or during which it came.")
    work_side = serializers.CharField(required=False, max_length=8, default="", allow_blank=True)
    work_technique = serializers.CharField(required=False, max_length=40, default="", allow_blank=True)
    lasted = serializers.ChoiceField(list(LASTED), required=False, default="", allow_blank=True)
    came = serializers.ChoiceField(list(TIMES), required=False, default="", allow_blank=True)
    ending = serializers.ChoiceField(list(ENDINGS), required=False, default="", allow_blank=True)
    done = PlainText(required=False, max_length=500, default="")
    told = PlainText(required=False, max_length=200, default="")
    words = PlainText(required=False, max_length=500, default="")


class EventSerializer(serializers.ModelSerializer[NoteEvent]):
    class Meta:
        model = NoteEvent
        fields: ClassVar = ["kind", "what", "region", "side", "work_region", "work_side", "work_technique", "lasted",
                            "came", "ending", "done", "told", "words"]
