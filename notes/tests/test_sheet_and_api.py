"""What the API takes, the sheet shows: a note written by one is whole when it is opened and saved by the other."""

from notes.autosave import keep_typed
from notes.events.form import EventForm
from notes.events.kinds import KINDS
from notes.events.log import FITS, MOST_EVENTS
from notes.models import Note
from notes.sheet import Sheet
from notes.writing import MOST_TREATMENTS

ROW = {"region": "foot", "side": "left", "technique": "effleurage", "pressure": 1, "minutes": 1}
SPASM = {"kind": "spasm", "region": "calf", "side": "left", "lasted": "seconds", "ending": "passed", "words": "jumped"}


def patch(api, ana, draft, **changes):
    return api(ana).patch(f"/api/v1/notes/{draft.pk}/", changes, HTTP_IF_MATCH="*", format="json")


def test_the_fullest_note_by_api_outlives_the_sheet_that_saves_by_itself(api, ana, draft):
    rows = [{**ROW, "response": f"row {i}"} for i in range(MOST_TREATMENTS)]
    assert patch(api, ana, draft, treatments=rows, events=[SPASM] * MOST_EVENTS).status_code == 200
    note = Note.objects.get(pk=draft.pk)
    keep_typed(note=note, by=ana, expected_version=note.version, typed={**Sheet.sent(note)[1], "subjective": "heavy"})
    assert [row.response for row in note.treatments.all()] == [row["response"] for row in rows]
    said = [{name: getattr(event, name) for name in SPASM} for event in note.events.all()]
    assert said == [SPASM] * MOST_EVENTS


def test_what_the_sheet_has_no_room_for_the_api_refuses_in_words(api, ana, draft):
    for sent, words in (({"treatments": [ROW] * (MOST_TREATMENTS + 1)}, f"{MOST_TREATMENTS} treatments in one note at most."),
                        ({"events": [SPASM] * (MOST_EVENTS + 1)}, f"{MOST_EVENTS} events of one session at most."),
                        ({"events": [{**SPASM, "done": "stretched it"}]}, "Spasm has no “done”.")):
        refused = patch(api, ana, draft, **sent)
        assert refused.status_code == 400 and words in refused.content.decode()
    assert not draft.treatments.exists() and not draft.events.exists()


def test_the_sheet_asks_of_each_kind_of_event_just_what_the_record_takes():
    for kind in KINDS:
        asked = set(EventForm(prefix="event-0", initial={"kind": kind}).fields)
        assert asked == {"kind", "place", "work", "words", *FITS[kind]}
