"""The trail in words: what each verb of the audit says to somebody who reads who did what.

Most verbs are a thing and what was done with it (`note_signed`: “signed the note”); the others stand here.
"""

from __future__ import annotations

from django.db.models import Q

_SAID = {
    "client_read": "opened the client’s page", "client_changed": "changed the client’s details",
    "client_created": "put the client on the list", "client_exported": "took the whole record out",
    "client_archived": "put the client in the archive", "client_restored": "took the client out of the archive",
    "client_merged": "joined two rows of one person", "client_taken_on": "took the new client on",
    "client_waits_again": "let the new client wait for an answer again",
    "client_handed_over": "handed the client over to a colleague", "client_handed_back": "handed the client back",
    "clients_of_colleague_read": "opened the list of a colleague’s clients",
    "handing_over_begun": "began to hand a colleague’s clients over",
    "trail_read": "looked up who read and changed what", "trail_taken_out": "took out who read and changed what",
    "outcomes_read": "read the readings over time", "disclosures_read": "read what went to whom",
    "emergency_card_opened": "opened the emergency card", "answers_sent": "sent answers",
    "answers_reviewed": "went through the answers", "note_written": "wrote the note", "note_begun": "began the note",
    "note_dropped": "dropped a draft note", "note_taken_over": "took over a note a colleague only began",
    "note_sent_back": "sent the note back", "note_exported": "took the note out as a file",
    "glass_broken": "opened a note that was kept from them, and said why",
    "glass_page_opened": "was asked why they open a note that is kept from them",
    "glass_seen": "saw that a note was opened",
    "share_page_opened": "opened what was shared", "share_read": "looked whether what was shared was opened",
    "clearance_set_aside": "set the doctor’s word aside", "share_answered": "answered what was shared",
    "client_looked_at": "opened a page about the client",
    "confirm": "confirmed the visit", "cancel": "cancelled the visit", "moved": "moved the visit",
    "arrive": "marked the client as arrived", "complete": "marked the visit as done",
    "no-show": "marked that nobody came", "keep": "kept the visit at its time", "release": "let the visit go",
    "accept": "accepted the visit asked for", "other-time": "said that the visit needs another time",
    "appointment_held": "put the visit on hold", "appointment_booked": "booked the visit",
    "episode_reported_again": "reported the episode again", "episode_moved_on": "said how the episode stands",
    "episode_looked_at_again": "looked at the episode again", "episode_facts_noted": "noted facts of the episode",
    "doctor_told": "asked the doctor to ring", "doctor_linked": "named a doctor of the client",
    "doctor_unlinked": "took a doctor off the client’s list",
    "doctor_changed": "corrected how a doctor is reached",
    "message_told": "noted that they were told by phone", "message_not_told": "noted that they were not told after all",
    "message_sent_again": "sent the message again", "new_times_asked": "looked for new times",
    "new_times_applied": "gave new times", "new_times_undone": "took the new times back",
    "home_item_done": "ticked an exercise at home", "home_item_not_done": "unticked an exercise at home",
    "questions_link_shown": "was shown the link to the questions", "questions_asked": "asked the questions",
    "time_off_taken_back": "took time off back", "total_taken_back": "took a reading back",
    "calendar_address_made": "made a calendar address", "calendar_address_revoked": "ended a calendar address",
    "visit_sheet_printed": "printed the sheet for the visit", "day_sheet_printed": "printed the day",
    "member_switched_off": "switched a colleague off", "member_switched_on": "let a colleague in again",
    "member_joined": "joined the practice", "member_invited": "invited a colleague",
    "member_place_changed": "changed a colleague’s role", "member_credential_changed": "changed a credential",
    "member_signed_out": "signed a colleague out everywhere",
    "second_step_reset": "took a colleague’s second step away",
    "import_begun": "chose a list to move in", "import_started": "began to bring a list in",
    "import_taken_back": "took a list back that was brought in", "import_dropped": "put a list away, not brought in",
    "practice_opened": "opened the practice", "map_taken": "took the body map over",
    "waitlist_joined": "put on the waitlist", "channel_ended": "ended a way of being written to",
    "mood_decided": "decided on questions about mood", "digests_chosen": "chose what they are told",
    "referral_opened": "began a referral", "reply_known": "said whose the text message is",
    "reply_taken": "took the text message for what it says", "waitlist_taken": "took a time that came free",
    "waitlist_declined": "did not want a time that came free", "waitlist_offered": "offered a time that came free",
    "waitlist_ended": "took off the waitlist", "from-waitlist": "took a time from the waitlist",
    "does-not-suit": "said that a new time does not suit", "request_composed": "wrote the request to a doctor",
    "follow_up_asked": "asked how it was after a visit", "follow_up_answered": "answered how it was after a visit",
    "follow_up_seen": "saw how it was after a visit", "privacy_desk_opened": "opened the privacy desk",
    "breach_step_added": "added to the breach", "disagreement_added": "kept the client’s disagreement",
    "client_disposed": "disposed of everything about the client", "disposals_read": "looked whose years are over",
    "disposal_read": "looked at what would go of the client",
    "legal_hold_placed": "put a legal hold on the record", "legal_hold_lifted": "lifted the legal hold",
}
_PAST = {"seen": "looked at", "written": "wrote", "withdrawn": "withdrew", "taken": "took", "chosen": "chose",
         "undone": "undid", "begun": "began", "lapsed": "let lapse"}
_THINGS = {"check in": "check-in", "check ins": "check-ins", "appointment": "visit", "clientcondition": "condition",
           "waitlistentry": "wish on the waitlist", "doctoranswer": "doctor’s answer", "freedtime": "freed time",
           "privacyrequest": "request about the record", "privacy request": "request about the record",
           "message text": "words of a message", "questionnaire": "questions", "clientdoctor": "doctor"}
_LOOKS = ("_read", "_looked_at", "_opened", "_printed", "_exported", "_shown", "_taken_out")
_NO_LOOKS = ("referral_opened", "practice_opened")
_LOOKS_TOO = ("glass_broken",)


def words_of(verb: str) -> str:
    """What was done, as a person says it."""
    if verb in _SAID:
        return _SAID[verb]
    if verb.startswith("appointment_"):
        step = verb.removeprefix("appointment_").replace("_", "-")
        return words_of(step if step in _SAID or step.startswith("undo-") else f"visit-{step}")
    if verb.startswith("undo-"):
        return f"took back: {words_of(verb.removeprefix('undo-'))}"
    if verb.endswith("_looked_at"):
        thing, done = verb.removesuffix("_looked_at").replace("_", " "), "looked at"
    else:
        thing, _, done = verb.replace("-", "_").rpartition("_")
        thing = thing.replace("_", " ")
    return f"{_PAST.get(done, done)} the {_THINGS.get(thing, thing) or 'visit'}"


def looks() -> Q:
    """The lines of the trail at which somebody only looked."""
    found = Q(verb__in=_LOOKS_TOO)
    for ending in _LOOKS:
        found |= Q(verb__endswith=ending)
    return found & ~Q(verb__in=_NO_LOOKS)
