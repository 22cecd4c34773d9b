"""Shapes of the home programme at the API."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from notes.home.catalogue import EXERCISES
from notes.home.doing import Week
from notes.home.programmes import MOST_ITEMS, ItemInput, Word
from notes.models import HomeItem, HomeProgramme, Note
from practice.api import Day, Owned, PlainText
from practice.api_views import CatalogueEntry


class ExerciseEntry(CatalogueEntry):
    """Something to do at home; `places` to choose one from, `needs_word_of` whose yes is to be written down first."""

    is_for = serializers.CharField()
    steps = serializers.ListField(child=serializers.CharField())
    stop_rule = serializers.CharField()
    how_much = serializers.CharField()
    how_often = serializers.CharField()
    places = serializers.ListField(child=serializers.CharField())
    needs_word_of = serializers.CharField(allow_blank=True)


def exercises_as_data() -> list[dict[str, Any]]:
    """The catalogue as it is answered."""
    return [{"code": e.code, "name": e.name, "source": e.source, "is_for": e.is_for, "steps": list(e.steps),
             "stop_rule": e.stop, "how_much": e.how_much, "how_often": e.how_often, "places": list(e.places),
             "needs_word_of": e.needs_word_of} for e in EXERCISES.values()]


class WordRow(serializers.Serializer[Any]):
    """A yes as it was given."""

    of = PlainText(max_length=120)
    on = Day()
    how = PlainText(max_length=80)


class NewItem(serializers.Serializer[Any]):
    """One thing to do: by the catalogue's `code`, or in own words (`name`, `steps`, `stop_rule`)."""

    code = serializers.CharField(max_length=40, required=False, default="")
    place = serializers.CharField(max_length=49, required=False, default="", help_text='"calf:left"')
    name = PlainText(max_length=120, required=False, default="")
    steps = PlainText(max_length=2000, required=False, default="")
    stop_rule = PlainText(max_length=400, required=False, default="")
    how_much = PlainText(max_length=80, required=False, default="")
    how_often = PlainText(max_length=80, required=False, default="")
    remark = PlainText(max_length=300, required=False, default="")
    word = WordRow(required=False, allow_null=True, default=None)
    reason = PlainText(max_length=500, required=False, default="")


class NewProgramme(serializers.Serializer[Any]):
    """What is assigned in place of what stands; `note` is the one in whose plan it is."""

    items = serializers.ListField(child=NewItem(), max_length=MOST_ITEMS * 4)
    note = Owned(Note, required=False, allow_null=True, default=None)


def as_items(rows: list[dict[str, Any]]) -> list[ItemInput]:
    """What was sent, as the verb takes it."""
    return [ItemInput(**{**row, "word": Word(**row["word"]) if row["word"] else None}) for row in rows]


class ItemSerializer(serializers.ModelSerializer[HomeItem]):
    steps = serializers.ListField(source="step_lines", child=serializers.CharField())
    done_of_7_days = serializers.SerializerMethodField(help_text="Of the last seven days; null in earlier versions.")

    class Meta:
        model = HomeItem
        fields: ClassVar = ["id", "code", "place", "name", "steps", "stop_rule", "how_much", "how_often", "remark",
                            "source", "word_of", "word_on", "word_how", "reason", "done_of_7_days"]

    def get_done_of_7_days(self, item: HomeItem) -> int | None:
        """On how many of the last seven days."""
        weeks: dict[Any, Week] = self.context.get("weeks", {})
        return weeks[item.pk].count if item.pk in weeks else None


class ProgrammeSerializer(serializers.ModelSerializer[HomeProgramme]):
    """A version of a client's home programme; the one without `ended_at` stands."""

    items = ItemSerializer(many=True, read_only=True)
    author_name = serializers.CharField(source="author.name", read_only=True)
    is_paused = serializers.SerializerMethodField()

    class Meta:
        model = HomeProgramme
        fields: ClassVar = ["id", "version", "client", "note", "author", "author_name", "assigned_at", "resumed_at",
                            "ended_at", "is_paused", "items"]

    def get_is_paused(self, programme: HomeProgramme) -> bool:
        """Whether a relapse has paused it; a therapist lets it run again."""
        return programme.pk in self.context.get("paused", ())
