"""Who may see what: one table of every route, compared with the URLconf, tried by everybody who should not get in.

A route that is not in the table fails. Every answer to another practice is searched for a marker that stands in
every text of the practice it belongs to.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import get_resolver
from django.utils import timezone

from clients.asking.intake import ask_intake
from clients.contacts import add_contact
from clients.emergency import change_card
from clients.importing.pieces import carry_on
from clients.importing.steps import begin_import, choose_columns
from clients.medicines import record_medicine
from clients.models import Clearance, ClientDoctor, Consent, Doctor, Questionnaire, Referral, Reply
from clients.privacy.breaches import record_breach
from clients.privacy.requests import receive_request
from conftest import at, make_client, make_member, make_practice, numb
from notes import writing
from notes.beginning import begin_note
from notes.copies.copies import compose_copy, sign_copy
from notes.doctors.answering import AnswerInput, answer_share
from notes.home.programmes import ItemInput, assign_programme
from notes.measures.goals import set_goal
from notes.models import BrokenGlass, FollowUp, HomeProgramme
from notes.record import signing
from notes.sending.ways import send_letter
from notes.sharing import sharing
from notes.snippets import keep_snippet
from notes.summaries import summaries
from notes.writing import MeasurementInput, TreatmentInput
from practice.models import (
    Archive,
    Closure,
    DayHours,
    Message,
    Passkey,
    Room,
    Service,
    SignIn,
    TimeOff,
    Webhook,
    WebhookDelivery,
)
from practice.people.inviting import Place, invite
from practice.tokens import make_token
from practice.webhooks.events import delivery
from sessions import holds, letters, rescheduling
from sessions.booking import arrive, book_appointment
from sessions.models import BulkMove, BulkPlan, FreedTime, OutsideFeed
from sessions.rhythm import Rhythm
from sessions.series import book_series
from sessions.waitlist import join_waitlist

MARK = "Zwetschgenmarker"  # stands in every text of Riverside; nobody else may ever receive it
FOUND = "Klinikmarker"  # stands in everything clinical; the front desk may never receive it
CLINICAL_WORDS = (FOUND, "relapse", "sclerosis", "numb", "sensation", "pressure 2")
ANYBODY, STAFF, CLINICAL, THERAPISTS = "anybody", "staff", "clinical", "therapists"


@dataclass(frozen=True)
class Row:
    """Who a route is for; which thing each id in it names; with which methods it is tried."""

    who: str
    ids: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("get", "post")
    desk_methods: tuple[str, ...] | None = None  # methods refused to the desk, where they differ
    is_everybodys: bool = False  # a thing of the product, which every practice has


G, P = ("get",), ("post",)
GP, GPA = ("get", "post"), ("get", "patch")
_API_VERBS = ("move", "cancel", "accept", "confirm", "arrive", "undo-arrive", "complete", "no-show", "undo-no-show", "release")

TABLE: dict[str, Row] = {
    # for anybody: sign-in, health, links that carry their own secret
    **dict.fromkeys(
        ("healthz", "metrics", "j/<str:token>/", "open/", "open/practice/", "open/clock/", "open/you/", "open/account/",  # see practice/tests/test_opening_pages.py
         "login/", "login/second-step/", "login/passkey/", "login/passkey/answer/", "forgot/", "logout/",
         "me/new-password/<str:token>/", "me/new-address/<str:token>/", "lock/", "lock/here/", "unlock/", "theme/", "r/<str:token>/", "s/<str:token>/", "q/<str:token>/",
         "q/<str:token>/<slug:code>/", "r/<str:token>/appointment.ics", "feeds/<path:name>", "r/<str:token>/move/", "w/<str:token>/", "w/<str:token>/unwell/", "c/<str:token>/", "f/<str:token>/", "f/<str:token>/unwell/", "p/<str:token>/", "h/<str:token>/", "r/<str:token>/cancel/", "me/<str:token>/", "n/<str:token>/", "me/<str:token>/unwell/",
         "me/<str:token>/times/<uuid:pk>/", "me/<str:token>/book/<uuid:pk>/", "me/<str:token>/visits/<uuid:pk>/move/",
         "me/<str:token>/visits/<uuid:pk>/cancel/", "book-with/<slug:slug>/",
         *(f"book-with/<slug:slug>/{step}/" for step in ("when", "who", "check", "done", "link")),
         "l/<str:token>/", "hooks/sms/status/", "hooks/sms/in/", "hooks/mail/<slug:provider>/", "u/<str:token>/",
         "api/v1/schema/", "api/v1/docs/", "^api/"),
        Row(ANYBODY),
    ),
    # pages for every member
    **dict.fromkeys(("messages/", "practice/", "clients/", "", "diary/", "diary/print/", "on-hold/", "waitlist/", "messages/progress/", "without-next-visit/"), Row(STAFF, methods=G)),
    **dict.fromkeys(("clients/new/", "book/", "book/new/", "series/new/", "practice/what-i-am-told/"), Row(STAFF)),
    # one's own account
    **dict.fromkeys(("me/", "me/password/", "me/address/", "me/confirm/", "me/security/app/", "me/security/codes/"), Row(STAFF)),
    **dict.fromkeys(("me/security/", "me/security/passkeys/new/"), Row(STAFF, methods=G)),
    **dict.fromkeys(("me/security/app/remove/", "me/security/passkeys/wanted/", "me/security/passkeys/made/", "me/security/places/end/"), Row(STAFF, methods=P)),
    "me/security/passkeys/<uuid:pk>/remove/": Row(STAFF, ("passkey",), P),
    "me/security/places/<uuid:pk>/end/": Row(STAFF, ("place",), P),
    "practice/people/<uuid:pk>/sign-in/": Row(CLINICAL, ("therapist",)),  # the owner alone: see practice/tests/test_sign_in.py
    "messages/<uuid:pk>/": Row(STAFF, ("message",), G),
    "replies/": Row(STAFF, methods=G),
    "replies/<uuid:pk>/": Row(STAFF, ("reply",), G),
    "replies/<uuid:pk>/<slug:verb>/": Row(STAFF, ("reply", "reply_verb"), P),
    **{f"messages/<uuid:pk>/{verb}/": Row(STAFF, ("message",), P) for verb in ("told", "again")},
    "without-next-visit/<uuid:pk>/<slug:verb>/": Row(STAFF, ("client", "recall_verb"), P),
    **dict.fromkeys(
        ("clients/<uuid:pk>/edit/", "clients/<uuid:pk>/doctors/new/", "clients/<uuid:pk>/not-well/"),
        Row(STAFF, ("client",)),
    ),
    "clients/<uuid:pk>/doctors/<uuid:doctor>/": Row(STAFF, ("client", "doctor")),
    "clients/<uuid:pk>/doctors/<uuid:doctor>/remove/": Row(STAFF, ("client", "doctor"), P),
    "api/v1/doctors/<uuid:pk>/": Row(STAFF, ("doctor",), ("get", "patch")),
    "clients/<uuid:pk>/referrals/new/": Row(STAFF, ("client",)),
    "clients/<uuid:pk>/disclosures/": Row(CLINICAL, ("client",)),
    "referrals/<uuid:pk>/edit/": Row(STAFF, ("referral",)),
    "referrals/<uuid:pk>/close/": Row(STAFF, ("referral",), P),
    "clients/<uuid:pk>/": Row(STAFF, ("client",), G),
    **{f"clients/<uuid:pk>/{tab}/": Row(STAFF, ("client",), G) for tab in ("visits", "agreements", "messages")},
    **{f"clients/<uuid:pk>/{tab}/": Row(CLINICAL, ("client",), G) for tab in ("notes", "people")},
    "clients/<uuid:pk>/intake/": Row(STAFF, ("client",), P),
    "clients/<uuid:pk>/emergency/": Row(STAFF, ("client",), G),
    "clients/<uuid:pk>/emergency/edit/": Row(CLINICAL, ("client",)),
    "answers/": Row(CLINICAL, methods=G),
    "answers/<uuid:pk>/": Row(CLINICAL, ("answers",)),
    **dict.fromkeys(("clients/<uuid:pk>/archive/", "clients/<uuid:pk>/restore/"), Row(STAFF, ("client",))),
    "clients/<uuid:pk>/contacts/new/": Row(STAFF, ("client",)),
    "contacts/<uuid:pk>/edit/": Row(STAFF, ("contact",)),
    "contacts/<uuid:pk>/remove/": Row(STAFF, ("contact",), P),
    "appointments/<uuid:pk>/": Row(STAFF, ("appointment",), G),
    "appointments/<uuid:pk>/move/": Row(STAFF, ("appointment",)),
    "appointments/<uuid:pk>/<slug:verb>/": Row(STAFF, ("appointment", "verb"), P),
    "plans/<uuid:pk>/": Row(STAFF, ("plan",), G),
    "plans/<uuid:pk>/<slug:verb>/": Row(STAFF, ("plan", "plan_verb"), P),
    # pages with clinical facts
    **dict.fromkeys(
        ("clients/<uuid:pk>/conditions/new/", "clients/<uuid:pk>/findings/new/", "clients/<uuid:pk>/clearances/new/"),
        Row(CLINICAL, ("client",)),
    ),
    "clients/<uuid:pk>/medicines/new/": Row(CLINICAL, ("client",)),
    **dict.fromkeys(("medicines/<uuid:pk>/edit/", "medicines/<uuid:pk>/end/"), Row(CLINICAL, ("medicine",))),
    **dict.fromkeys(("clearances/", "practice/rules/", "practice/episodes/"), Row(CLINICAL, methods=G)),
    "practice/episodes/<slug:kind>/": Row(CLINICAL, ("kind",), is_everybodys=True),
    "practice/episodes/<slug:kind>/restore/": Row(CLINICAL, ("kind",), P, is_everybodys=True),
    "practice/rules/<slug:code>/": Row(CLINICAL, ("rule",), is_everybodys=True),
    "practice/rules/<slug:code>/restore/": Row(CLINICAL, ("rule",), P, is_everybodys=True),
    **dict.fromkeys(("clients/<uuid:pk>/merge/", "clients/<uuid:pk>/export/"), Row(CLINICAL, ("client",))),
    # lists from another system: the owner alone, see clients/tests/test_importing_pages.py
    "practice/moving-in/": Row(CLINICAL),
    "practice/moving-in/<uuid:pk>/": Row(CLINICAL, ("import",), G),
    **{f"practice/moving-in/<uuid:pk>/{step}/": Row(CLINICAL, ("import",)) for step in ("columns", "names")},
    "practice/moving-in/<uuid:pk>/to-put-right.csv": Row(CLINICAL, ("import",), G),
    "practice/moving-in/<uuid:pk>/<slug:verb>/": Row(CLINICAL, ("import", "import_verb"), P),
    "practice/moving-in/<uuid:pk>/rows/<int:number>/": Row(CLINICAL, ("import", "import_row")),
    "practice/moving-in/<uuid:pk>/rows/<int:number>/<slug:verb>/": Row(
        CLINICAL, ("import", "import_row", "import_row_verb"), P),
    "practice/settings/": Row(CLINICAL),  # the owner alone: see practice/tests/test_numbers.py
    # the privacy desk: the owner alone, see clients/tests/test_privacy.py
    **dict.fromkeys(("practice/privacy/", "practice/privacy/trail/", "practice/privacy/trail.csv", "practice/privacy/years/"), Row(CLINICAL, methods=G)),
    "practice/privacy/years/<uuid:pk>/": Row(CLINICAL, ("client",)),
    "practice/privacy/requests/<uuid:pk>/": Row(CLINICAL, ("privacy_request",), G),
    "practice/privacy/requests/<uuid:pk>/<slug:verb>/": Row(CLINICAL, ("privacy_request", "privacy_verb"), P),
    "practice/privacy/breaches/new/": Row(CLINICAL),
    "practice/privacy/breaches/<uuid:pk>/": Row(CLINICAL, ("breach",)),
    **dict.fromkeys(("clients/<uuid:pk>/privacy-requests/new/", "clients/<uuid:pk>/legal-hold/"), Row(CLINICAL, ("client",))),
    # programs: one's own tokens, and the owner everybody's: see practice/tests/test_tokens.py
    "practice/tokens/": Row(STAFF, methods=G),
    "practice/tokens/new/": Row(STAFF),
    "practice/tokens/<uuid:pk>/revoke/": Row(STAFF, ("api_token",), P),
    # opening the practice: the owner alone, see practice/tests/test_opening_steps.py
    "practice/opening/": Row(CLINICAL, methods=G),
    **{f"practice/opening/{step}/": Row(CLINICAL) for step in (
        "letterhead", "hours", "rooms", "services", "people", "holidays", "reminders", "mail")},
    "practice/opening/<slug:step>/aside/": Row(CLINICAL, ("step",), P, is_everybodys=True),
    # other systems: the owner alone, see practice/tests/test_webhook_pages.py
    # copies, and everything taken out: the owner alone, see practice/tests/test_keeping.py and test_archives.py
    **dict.fromkeys(("practice/keeping/", "practice/keeping/progress/", "practice/moving-out/", "practice/moving-out/progress/"),
                    Row(CLINICAL, methods=G)),
    **dict.fromkeys(("practice/keeping/now/", "practice/moving-out/new/"), Row(CLINICAL, methods=P)),
    "practice/moving-out/<uuid:pk>/": Row(CLINICAL, ("archive",), P),
    "api/v1/webhooks/": Row(CLINICAL),  # see practice/tests/test_webhook_api.py
    "api/v1/webhooks/<uuid:pk>/": Row(CLINICAL, ("webhook",), ("get", "patch", "delete")),
    "api/v1/webhooks/<uuid:pk>/deliveries/": Row(CLINICAL, ("webhook",), G),
    **{f"api/v1/webhooks/<uuid:pk>/{verb}/": Row(CLINICAL, ("webhook",), P) for verb in ("on", "off", "secret", "test", "again")},
    "api/v1/webhooks/deliveries/<uuid:pk>/again/": Row(CLINICAL, ("webhook_sent",), P),
    "practice/webhooks/": Row(CLINICAL, methods=G),
    "practice/webhooks/new/": Row(CLINICAL),
    "practice/webhooks/<uuid:pk>/": Row(CLINICAL, ("webhook",)),
    "practice/webhooks/<uuid:pk>/<slug:verb>/": Row(CLINICAL, ("webhook", "webhook_verb"), P),
    "practice/webhooks/sent/<uuid:pk>/again/": Row(CLINICAL, ("webhook_sent",), P),
    # what is offered, where and when: the owner alone, see practice/tests/test_supply_pages.py
    **dict.fromkeys(("practice/services/", "practice/rooms/"), Row(CLINICAL, methods=G)),
    **dict.fromkeys(
        ("practice/services/new/", "practice/rooms/new/", "practice/closures/", "practice/holidays/"), Row(CLINICAL)),
    "practice/services/<uuid:pk>/": Row(CLINICAL, ("service",)),
    "practice/services/<uuid:pk>/<slug:verb>/": Row(CLINICAL, ("service", "use"), P),
    "practice/rooms/<uuid:pk>/": Row(CLINICAL, ("room",)),
    "practice/rooms/<uuid:pk>/<slug:verb>/": Row(CLINICAL, ("room", "use"), P),
    # people: changed by the owner alone, see practice/tests/test_people.py
    "practice/people/": Row(STAFF, methods=G),
    "place/": Row(STAFF, methods=P),
    "practice/people/invite/": Row(CLINICAL),
    "practice/people/invited/<uuid:pk>/<slug:verb>/": Row(CLINICAL, ("invitation", "invitation_verb"), P),
    "practice/people/<uuid:pk>/": Row(CLINICAL, ("therapist",)),
    "practice/people/<uuid:pk>/place/": Row(CLINICAL, ("therapist",), P),
    "practice/people/<uuid:pk>/let-in/<slug:verb>/": Row(CLINICAL, ("therapist", "let_in"), P),
    "practice/people/<uuid:pk>/hand-over/": Row(CLINICAL, ("therapist",)),
    "practice/people/<uuid:pk>/hours/": Row(STAFF, ("therapist",)),
    **dict.fromkeys(("practice/people/<uuid:pk>/days/", "practice/people/<uuid:pk>/skills/"),
                    Row(CLINICAL, ("therapist",), P)),
    "practice/days/<uuid:pk>/drop/": Row(CLINICAL, ("day_hours",), P),
    "practice/closures/<uuid:pk>/drop/": Row(CLINICAL, ("closure",), P),
    "practice/time-off/new/": Row(STAFF),
    "practice/time-off/<uuid:pk>/drop/": Row(STAFF, ("time_off",), P),
    "away/<slug:kind>/<uuid:pk>/": Row(STAFF, ("away_kind", "time_off"), G),
    "waitlist/new/": Row(STAFF),
    "waitlist/<uuid:pk>/": Row(STAFF, ("waits",)),
    **{f"{path}waitlist/<uuid:pk>/end/": Row(STAFF, ("waits",), P) for path in ("", "api/v1/")},
    "waitlist/<uuid:pk>/offer/": Row(STAFF, ("waits",), P),
    "waitlist/freed/<uuid:pk>/": Row(STAFF, ("freed",), G),
    "replan/new/": Row(CLINICAL),
    "replan/<uuid:pk>/": Row(STAFF, ("replan",), G),
    "replan/<uuid:pk>/<slug:verb>/": Row(STAFF, ("replan", "plan_verb"), P),
    "practice/messages/words/": Row(STAFF),  # pressed by the owner alone: see practice/tests/test_words.py
    "practice/messages/words/<slug:kind>/": Row(STAFF, ("message_kind",), is_everybodys=True),
    "practice/settings/online/": Row(CLINICAL),  # the owner alone: see sessions/tests/test_online.py
    "clients/<uuid:pk>/booking-link/": Row(STAFF, ("client",), P),
    "conditions/<uuid:pk>/end/": Row(CLINICAL, ("condition",)),
    **dict.fromkeys(("findings/<uuid:pk>/edit/", "findings/<uuid:pk>/end/"), Row(CLINICAL, ("finding",))),
    "episodes/<uuid:pk>/": Row(CLINICAL, ("episode",)),
    "episodes/<uuid:pk>/status/": Row(CLINICAL, ("episode",), P),
    **dict.fromkeys(("episodes/<uuid:pk>/review/", "episodes/<uuid:pk>/seen/"), Row(CLINICAL, ("episode",), P)),
    "clients/<uuid:pk>/how-it-is/": Row(STAFF, ("client",)),
    "episodes/<uuid:pk>/plan/": Row(CLINICAL, ("episode",), P),
    "episodes/<uuid:pk>/tell/": Row(THERAPISTS, ("episode",)),
    "api/v1/episodes/<uuid:pk>/notices/": Row(CLINICAL, ("episode",)),
    "episodes/<uuid:pk>/facts/": Row(CLINICAL, ("episode",), P),
    "calendar/": Row(THERAPISTS),
    "calendar/busy/<uuid:pk>/<slug:verb>/": Row(THERAPISTS, ("outside_feed", "feed_verb"), P),
    "api/v1/therapists/<uuid:pk>/feed/": Row(THERAPISTS, ("therapist",), ("post", "delete")),
    # the record
    "visits/<uuid:pk>/note/": Row(THERAPISTS, ("appointment",), P),
    "notes/<uuid:pk>/": Row(THERAPISTS, ("note",)),
    "notes/<uuid:pk>/places/": Row(THERAPISTS, ("note",), G),
    "snippets/": Row(THERAPISTS),
    "snippets/<uuid:pk>/drop/": Row(THERAPISTS, ("snippet",), P),
    "practice/codes/": Row(CLINICAL),  # the owner alone: see notes/tests/test_own_words.py
    **dict.fromkeys(("notes/<uuid:pk>/draft/", "notes/<uuid:pk>/drop/", "notes/<uuid:pk>/check/", "notes/<uuid:pk>/sign/", "notes/<uuid:pk>/addenda/"), Row(THERAPISTS, ("note",), P)),
    **dict.fromkeys(("notes/<uuid:pk>/cosign/", "notes/<uuid:pk>/send-back/"), Row(THERAPISTS, ("note",), P)),
    "notes/<uuid:pk>/break-glass/": Row(CLINICAL, ("note",)),
    **dict.fromkeys(("notes/unsigned/", "notes/opened/"), Row(CLINICAL, methods=G)),
    "notes/opened/<uuid:pk>/seen/": Row(CLINICAL, ("glass",), P),
    "practice/people/<uuid:pk>/supervisor/": Row(CLINICAL, ("therapist",), P),
    "follow-ups/<uuid:pk>/seen/": Row(THERAPISTS, ("follow_up",)),
    **dict.fromkeys(("notes/<uuid:pk>/note.pdf", "api/v1/notes/<uuid:pk>/pdf/"), Row(THERAPISTS, ("note",), G)),
    "notes/blank.pdf": Row(STAFF, methods=G),
    "visits/<uuid:pk>/sheet.pdf": Row(THERAPISTS, ("appointment",), G),
    "clients/<uuid:pk>/home-programme/": Row(THERAPISTS, ("client",)),
    "clients/<uuid:pk>/home-programme/sheet.pdf": Row(THERAPISTS, ("client",), G),
    "clients/<uuid:pk>/home-programme/<slug:verb>/": Row(THERAPISTS, ("client", "home_verb"), P),
    "clients/<uuid:pk>/readings/": Row(THERAPISTS, ("client",), G),
    "clients/<uuid:pk>/summaries/new/": Row(THERAPISTS, ("client",)),
    "clients/<uuid:pk>/measures/": Row(THERAPISTS, ("client",)),
    "notes/<uuid:pk>/ask/<int:number>/": Row(THERAPISTS, ("note", "questionnaire")),
    "practice/mood/": Row(CLINICAL),  # the owner alone decides: see test_measures.py
    "summaries/<uuid:pk>/": Row(THERAPISTS, ("summary",)),
    "summaries/<uuid:pk>/sendings/": Row(THERAPISTS, ("summary",), P),
    "sendings/<uuid:pk>/": Row(THERAPISTS, ("sending",), G),
    "sendings/<uuid:pk>/letter.pdf": Row(THERAPISTS, ("sending",), G),
    "clients/<uuid:pk>/copies/new/": Row(THERAPISTS, ("client",)),
    "copies/<uuid:pk>/": Row(THERAPISTS, ("copy",)),
    "copies/<uuid:pk>/sign/": Row(THERAPISTS, ("copy",), P),
    "copies/<uuid:pk>/your-sessions.pdf": Row(THERAPISTS, ("copy",), G),
    "copies/<uuid:pk>/<slug:verb>/": Row(THERAPISTS, ("copy", "copy_verb"), P),
    "summaries/<uuid:pk>/letter.pdf": Row(THERAPISTS, ("summary",), G),
    "summaries/<uuid:pk>/letter.fhir.json": Row(THERAPISTS, ("summary",), G),
    **dict.fromkeys(
        ("summaries/<uuid:pk>/sign/", "summaries/<uuid:pk>/consents/", "summaries/<uuid:pk>/shares/"),
        Row(THERAPISTS, ("summary",), P),
    ),
    "shares/<uuid:pk>/revoke/": Row(THERAPISTS, ("share",), P),
    "clients/<uuid:pk>/requests/new/": Row(THERAPISTS, ("client",)),
    "doctor-answers/<uuid:pk>/": Row(THERAPISTS, ("doctors_answer",)),
    **dict.fromkeys(("doctor-answers/<uuid:pk>/aside/", "doctor-answers/<uuid:pk>/done/"),
                    Row(THERAPISTS, ("doctors_answer",), P)),
    "consents/<uuid:pk>/withdraw/": Row(CLINICAL, ("consent",), P),
    # API for every member
    **{f"api/v1/{name}/": Row(STAFF, methods=G) for name in ("me", "therapists", "rooms", "services", "messages", "techniques")},
    **{f"api/v1/{name}/": Row(STAFF, methods=G) for name in ("conditions", "findings", "medicines", "regions", "measures", "home-exercises")},
    "api/v1/availability/": Row(STAFF, methods=G),
    **{f"api/v1/{name}/": Row(STAFF) for name in ("clients", "doctors", "appointments", "waitlist")},
    "api/v1/series/": Row(STAFF, methods=P),
    "api/v1/clients/<uuid:pk>/": Row(STAFF, ("client",), GPA),
    "api/v1/clients/<uuid:pk>/referrals/": Row(STAFF, ("client",)),
    "api/v1/appointments/<uuid:pk>/": Row(STAFF, ("appointment",), G),
    **{f"api/v1/appointments/<uuid:pk>/{verb}/": Row(STAFF, ("appointment",), P) for verb in _API_VERBS},
    # API with clinical facts
    "api/v1/appointments/<uuid:pk>/keep/": Row(CLINICAL, ("appointment",), P),
    **{
        f"api/v1/clients/<uuid:pk>/{name}/": Row(CLINICAL, ("client",))
        for name in ("conditions", "findings", "medicines", "clearances", "consents")
    },
    "api/v1/clients/<uuid:pk>/medicines/<uuid:mid>/": Row(CLINICAL, ("client", "medicine"), ("patch",)),
    **dict.fromkeys(("clients/<uuid:pk>/map/", "api/v1/clients/<uuid:pk>/map/"), Row(CLINICAL, ("client",), P)),
    "api/v1/clients/<uuid:pk>/cautions/": Row(CLINICAL, ("client",), P),
    "api/v1/clients/<uuid:pk>/conditions/<uuid:cid>/": Row(CLINICAL, ("client", "condition"), ("patch",)),
    "api/v1/clients/<uuid:pk>/findings/<uuid:fid>/": Row(CLINICAL, ("client", "finding"), ("patch",)),
    "api/v1/clients/<uuid:pk>/episodes/": Row(CLINICAL, ("client",), GP, desk_methods=G),  # the desk takes a report by phone
    "api/v1/episodes/<uuid:pk>/": Row(CLINICAL, ("episode",), GPA),
    "api/v1/episodes/<uuid:pk>/status/": Row(CLINICAL, ("episode",), P),
    **dict.fromkeys(("api/v1/episodes/<uuid:pk>/review/", "api/v1/episodes/<uuid:pk>/check-ins/"),
                    Row(CLINICAL, ("episode",), P)),
    "api/v1/episodes/<uuid:pk>/plan/": Row(CLINICAL, ("episode",), P),
    "api/v1/plans/<uuid:pk>/": Row(STAFF, ("plan",), G),
    "api/v1/plans/<uuid:pk>/apply/": Row(STAFF, ("plan",), P),
    **{f"api/v1/plans/<uuid:pk>/{verb}/": Row(STAFF, ("plan",), P) for verb in ("undo", "send", "take-back", "change")},
    "api/v1/replans/": Row(STAFF, methods=P),
    "api/v1/replans/<uuid:pk>/": Row(STAFF, ("replan",), G),
    **{f"api/v1/replans/<uuid:pk>/{verb}/": Row(STAFF, ("replan",), P) for verb in ("apply", "stop", "undo")},
    # the record by API
    "api/v1/notes/": Row(THERAPISTS, methods=P),
    "api/v1/notes/<uuid:pk>/": Row(THERAPISTS, ("note",), GPA),
    "api/v1/notes/<uuid:pk>/sign/": Row(THERAPISTS, ("note",), P),
    "api/v1/notes/<uuid:pk>/addenda/": Row(THERAPISTS, ("note",), P),
    **{f"api/v1/notes/<uuid:pk>/{verb}/": Row(THERAPISTS, ("note",), P) for verb in ("cosign", "send-back")},
    "api/v1/notes/<uuid:pk>/break-glass/": Row(CLINICAL, ("note",), P),
    "api/v1/clients/<uuid:pk>/notes/": Row(THERAPISTS, ("client",), G),
    "api/v1/clients/<uuid:pk>/outcomes/": Row(THERAPISTS, ("client",), G),
    "api/v1/clients/<uuid:pk>/goals/": Row(THERAPISTS, ("client",)),
    "api/v1/clients/<uuid:pk>/goals/<uuid:gid>/": Row(THERAPISTS, ("client", "goal"), ("patch",)),
    "api/v1/clients/<uuid:pk>/home-programme/": Row(THERAPISTS, ("client",)),
    "api/v1/clients/<uuid:pk>/trends/": Row(THERAPISTS, ("client",), G),
    "api/v1/clients/<uuid:pk>/summaries/": Row(THERAPISTS, ("client",)),
    "api/v1/doctor-answers/": Row(THERAPISTS, methods=G),
    "api/v1/doctor-answers/<uuid:pk>/": Row(THERAPISTS, ("doctors_answer",), G),
    "api/v1/doctor-answers/<uuid:pk>/fhir/": Row(THERAPISTS, ("doctors_answer",), G),
    **{f"api/v1/doctor-answers/<uuid:pk>/{verb}/": Row(THERAPISTS, ("doctors_answer",), P)
       for verb in ("accept", "set-aside", "done")},
    "api/v1/summaries/<uuid:pk>/": Row(THERAPISTS, ("summary",), GPA),
    "api/v1/summaries/<uuid:pk>/sign/": Row(THERAPISTS, ("summary",), P),
    "api/v1/summaries/<uuid:pk>/pdf/": Row(THERAPISTS, ("summary",), G),
    "api/v1/summaries/<uuid:pk>/fhir/": Row(THERAPISTS, ("summary",), G),
    "api/v1/summaries/<uuid:pk>/shares/": Row(THERAPISTS, ("summary",), P),
    "api/v1/shares/<uuid:pk>/": Row(THERAPISTS, ("share",), G),
    "api/v1/shares/<uuid:pk>/revoke/": Row(THERAPISTS, ("share",), P),
    "api/v1/consents/<uuid:pk>/withdraw/": Row(CLINICAL, ("consent",), P),
}


def routes() -> dict[str, Any]:
    """Every pattern of the URLconf with its view."""

    def walk(resolver: Any, prefix: str = "") -> Any:
        for pattern in resolver.url_patterns:
            path = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern, path)
            else:
                yield path, pattern.callback

    return dict(walk(get_resolver()))


class World:
    """Riverside with one of everything, Lakeside looking in, and the ids of it all."""

    def __init__(self) -> None:
        here, there = make_practice(f"Riverside {MARK}"), make_practice("Lakeside Therapy")
        self.ana = make_member(here, f"Ana {MARK}", "ana@riverside.example", "therapist")
        self.owner = make_member(here, f"Olga {MARK}", "owner@riverside.example", "owner")
        self.desk = make_member(here, f"Dora {MARK}", "desk@riverside.example", "front_desk")
        self.stranger = make_member(there, "Lena Lake", "owner@lakeside.example", "owner", is_therapist=True)
        Room.objects.create(practice=here, name=f"Room {MARK}", position=1)
        service = Service.objects.create(practice=here, name=f"Neuro {MARK}", minutes=45, buffer_after=15)
        maria = make_client(here, f"Maria {MARK}", "ms-relapsing-remitting")
        kofi = make_client(here, f"Kofi {MARK}", "diabetic-neuropathy")
        numb(kofi)
        doctor = Doctor.objects.create(practice=here, name=f"Dr {MARK}", email="dr@hospital.example")
        ClientDoctor.objects.create(practice=here, client=maria, doctor=doctor)
        finding = numb(maria)
        referral = Referral.objects.create(practice=here, client=maria, doctor=doctor, began_on=at(9).date(), reason=FOUND)
        visit = book_appointment(
            client=maria, therapist=self.ana, service=service, starts_at=at(9, days=0), by=self.ana
        )
        arrive(appointment=visit, by=self.ana)
        note, _ = begin_note(appointment=visit, by=self.ana)
        note = writing.write_note(
            note=note,
            by=self.ana,
            expected_version=note.version,
            subjective=f"{MARK} {FOUND}",
            objective=MARK,
            assessment=MARK,
            plan=MARK,
            treatments=[TreatmentInput("back", "both", "effleurage", 2, 10, MARK)],
            measurements=[MeasurementInput("pain", "before", Decimal(5))],
        )
        note = signing.sign_note(note=note, by=self.ana)
        signing.add_addendum(note=note, text=MARK, reason=MARK, by=self.ana)
        consent = Consent.objects.create(
            practice=here,
            client=maria,
            doctor=doctor,
            text_version="1",
            given_by=MARK,
            how="in person",
            given_on=timezone.now().date() - timedelta(days=1),
        )
        summary = summaries.compose_summary(
            client=maria, doctor=doctor, first=note.visit_on, last=note.visit_on, by=self.ana
        )
        summary = summaries.sign_summary(summary=summary, by=self.ana)
        share = sharing.share_summary(summary=summary, doctor=doctor, consent=consent, by=self.ana)
        Clearance.objects.create(practice=here, client=maria, doctor=doctor, state="granted", max_pressure=3)
        answer = answer_share(share=share.share, answer=AnswerInput("granted", MARK, note=f"{MARK} {FOUND}"))
        book_series(
            client=maria,
            therapist=self.ana,
            service=service,
            first_starts_at=at(10),
            rhythm=Rhythm(7, 4),
            by=self.ana,
        )
        effect = holds.report_episode(
            client=maria, kind="relapse", onset_on=note.visit_on, by=self.ana, symptoms=f"{MARK} {FOUND}", status="confirmed"
        )
        assign_programme(client=kofi, items=[ItemInput(name=f"{MARK} {FOUND}", steps=MARK)], by=self.ana)
        HomeProgramme.objects.update(client=maria)  # as if from before: while a relapse lasts nothing is given
        plan = rescheduling.propose_plan(episode=effect.episode, by=self.ana)
        questions = ask_intake(client=maria, by=self.ana)
        Questionnaire.objects.filter(pk=questions.pk).update(
            submitted_at=timezone.now(), answered_by=MARK, answers={"q52": {"words": f"{MARK} {FOUND}"}})
        change_card(client=maria, by=self.ana, contact_name=MARK)
        self.ids: dict[str, Any] = {
            "answers": questions.pk,
            "follow_up": FollowUp.objects.create(
                practice=here, appointment=visit, asked_on=note.visit_on, closes_at=at(9, days=20), soreness=3,
                words=f"{MARK} {FOUND}", answered_at=timezone.now()).pk,
            "waits": join_waitlist(client=kofi, service=service, by=self.ana)[0].pk,
            "freed": FreedTime.objects.create(
                practice=here, therapist=self.ana, room=visit.room, appointment=visit, starts_at=at(9, days=40),
                ends_at=at(10, days=40), offer_from=timezone.now()).pk,
            "client": maria.pk,
            "condition": maria.conditions.get().pk,
            "finding": finding.pk,
            "medicine": record_medicine(client=maria, name=f"{MARK} {FOUND}", by=self.ana).pk,
            "contact": add_contact(client=maria, role="carer", name=MARK, by=self.ana).pk,
            "rule": "reduced-sensation", "kind": "relapse", "message_kind": "reminder",
            "referral": referral.pk,
            "appointment": visit.pk,
            "episode": effect.episode.pk,
            "plan": plan.pk,
            "note": note.pk,
            "glass": BrokenGlass.objects.create(practice=here, note=note, by=self.owner, reason=FOUND,
                                                at=timezone.now() - timedelta(hours=2),
                                                until=timezone.now() - timedelta(hours=1)).pk,
            "snippet": keep_snippet(word="mk", text=f"{MARK} {FOUND}", by=self.ana).pk,
            "summary": summary.pk,
            "sending": send_letter(summary=summary, consent=consent, way="fax", to_address="206 555 0199", by=self.ana).pk,
            "copy": sign_copy(copy=(copy := compose_copy(client=maria, first=note.visit_on, last=note.visit_on, by=self.ana)),
                              expected_version=copy.version, by=self.ana).pk,
            "copy_verb": "in-person",
            "share": share.share.pk,
            "doctors_answer": answer.pk,
            "consent": consent.pk,
            "message": Message.objects.filter(practice=here).first().pk,
            "reply": Reply.objects.create(practice=here, client=maria, from_number="+12065550123", reference="SM1",
                                          text=f"{MARK} {FOUND}", meaning="unwell").pk,
            "reply_verb": "seen",
            "doctor": doctor.pk,
            "verb": "cancel",
            "recall_verb": "write",
            "questionnaire": "1",
            "goal": set_goal(client=maria, words=f"{MARK} {FOUND}", by=self.ana).pk,
            "service": service.pk,
            "room": Room.objects.get(practice=here).pk,
            "use": "restore", "step": "holidays",
            "therapist": self.ana.pk,
            "day_hours": DayHours.objects.create(practice=here, therapist=self.ana, on=at(9, days=40).date(), opens=time(9),
                                                 closes=time(12), reason=MARK).pk,
            "time_off": TimeOff.objects.create(practice=here, therapist=self.ana, starts_at=at(0, days=7),
                                               ends_at=at(0, days=8), reason=MARK).pk,
            "closure": Closure.objects.create(practice=here, first_on=at(9, days=50).date(), last_on=at(9, days=50).date(),
                                              name=MARK).pk,
            "away_kind": "time-off",
            "plan_verb": "apply",
            "invitation": invite(practice=here, email=f"{MARK}@example.org", name=MARK, place=Place("therapist"), by=self.owner).pk,
            "invitation_verb": "again",
            "let_in": "off",
            "privacy_request": receive_request(
                client=maria, kind="access", asked_by=MARK, asked_for=f"{MARK} {FOUND}", received_on=timezone.now().date(),
                law="gdpr", by=self.owner).pk,
            "privacy_verb": "answer",
            "breach": record_breach(practice=here, what=f"{MARK} {FOUND}", found_out_at=timezone.now(), people=1, risk="high",
                                    assessment=MARK, law="gdpr", by=self.owner).pk,
            "home_verb": "send",
            "replan": self.replan(here, visit, effect.held[0]).pk,
            "outside_feed": OutsideFeed.objects.create(
                practice=here, therapist=self.ana, host=MARK, url_hash="", sealed_url="").pk,
            "feed_verb": "remove",
            "api_token": make_token(member=self.ana, by=self.ana, name=MARK).token.pk,
            "import": self.brought(here).pk, "import_row": 2, "import_verb": "bring-in", "import_row_verb": "leave",
            "archive": Archive.objects.create(practice=here, asked_by=self.owner, asked_at=timezone.now(), name=MARK).pk,
            "webhook": (hook := Webhook.objects.create(
                practice=here, url=f"https://{MARK}.example/hook", events=["client.created"])).pk,
            "webhook_sent": WebhookDelivery.objects.bulk_create([delivery(hook, "client.created", maria)])[0].pk,
            "webhook_verb": "off",
            "passkey": Passkey.objects.create(user=self.ana.user, name=MARK, credential_id="YWJj", public_key="YWJj").pk,
            "place": SignIn.objects.create(user=self.ana.user, session_hash="a", device_hash="b", device=MARK,
                                           first_seen_at=timezone.now(), last_seen_at=timezone.now()).pk,
            "token": "unknown-token",
        }
        self.link = f"/r/{letters.visit_url(visit).rstrip('/').rsplit('/', 1)[1]}/"
        self.share_link = "/s/" + share.url.rstrip("/").rsplit("/", 1)[1] + "/"

    def brought(self, here: Any) -> Any:
        """A list of one client, checked."""
        brought = begin_import(practice=here, kind="clients", file_name=f"{MARK}.csv", by=self.owner,
                               data="Name,Email,Notes\n{},a@people.example,{}\n".format(
                                   *('"' + words.replace('"', '""') + '"' for words in (f"{MARK} Anna", FOUND))).encode())
        choose_columns(brought=brought, mapping=brought.mapping, by=self.owner)
        carry_on(brought.pk)
        return brought

    def replan(self, here: Any, visit: Any, other: Any) -> BulkPlan:
        """Hot hours: found because of what nobody at the desk may read."""
        plan = BulkPlan.objects.create(
            practice=here, kind="heat", state="ready", cost=4, bound=4, visits=1, made_by_name=MARK,
            scope={"first_on": "2026-12-01", "last_on": "2026-12-01", "from": "13:00", "until": "18:00"})
        BulkMove.objects.create(plan=plan, appointment=other, position=0, version=other.version, from_at=other.starts_at,
                                from_therapist=self.ana, why=[MARK],
                                options=[[at(9, days=20).isoformat(), str(self.ana.pk), str(visit.room_id)]])
        return plan

    def path(self, pattern: str, row: Row, *, unknown: bool = False) -> str:
        path = pattern
        for name in row.ids:
            start, end = path.index("<"), path.index(">")
            value = uuid.uuid4() if unknown and isinstance(self.ids[name], uuid.UUID) else self.ids[name]
            path = f"{path[:start]}{value}{path[end + 1 :]}"
        return "/" + path.lstrip("^/")


@pytest.fixture
def world(now, db):
    return World()


def ask(browser: Any, api: Any, method: str, path: str) -> Any:
    if path.startswith("/api/"):
        return getattr(api, method)(path, {}, format="json") if method != "get" else api.get(path)
    return getattr(browser, method)(path)


def browser_of(member: Any) -> Browser:
    browser = Browser()
    if member:
        browser.force_login(member.user)
    return browser


def test_every_route_stands_in_the_table_and_the_table_names_no_other():
    assert set(routes()) == set(TABLE)


CLOSED = [(pattern, method) for pattern, row in TABLE.items() if row.who != ANYBODY for method in row.methods]


def test_nobody_gets_in_without_signing_in(world, api):
    for pattern, method in CLOSED:
        answer = ask(browser_of(None), api(None), method, world.path(pattern, TABLE[pattern]))
        if pattern.startswith("api/"):
            assert answer.status_code == 401, (method, pattern)
            assert answer.json()["code"] == "not_authenticated"
        else:
            assert answer.status_code in (302, 405), (method, pattern)
            assert answer.status_code == 405 or answer["Location"].startswith("/login/")
        assert MARK.encode() not in answer.getvalue(), (method, pattern)


def test_a_locked_session_gets_no_page_no_call_and_no_byte(world, api):
    browser = browser_of(world.ana)
    assert MARK.encode() in browser.get("/clients/").content
    browser.post("/lock/")
    for pattern, method in CLOSED:
        path = world.path(pattern, TABLE[pattern])
        answer = ask(browser, browser, method, path) if not path.startswith("/api/") else getattr(browser, method)(path)
        assert answer.status_code in (405, 423), (method, pattern, answer.status_code)
        assert MARK.encode() not in answer.getvalue().replace(f"Ana {MARK}".encode(), b"").replace(
            f"Riverside {MARK}".encode(), b""), (method, pattern)


def test_another_practice_finds_nothing_and_receives_no_foreign_byte(world, api):
    browser, http = browser_of(world.stranger), api(world.stranger)
    for pattern, method in CLOSED:
        row = TABLE[pattern]
        answer = ask(browser, http, method, world.path(pattern, row))
        if row.ids and not row.is_everybodys:
            assert answer.status_code in (404, 405), (method, pattern, answer.status_code)
        else:
            assert answer.status_code < 500, (method, pattern)
        assert MARK.encode() not in answer.getvalue(), (method, pattern)


def test_an_id_of_another_practice_and_an_id_of_nothing_get_the_same_answer(world, api):
    http = api(world.stranger)
    for pattern, row in TABLE.items():
        if row.ids and pattern.startswith("api/"):
            foreign, nothing = (ask(None, http, "get", world.path(pattern, row, unknown=u)) for u in (False, True))
            assert (foreign.status_code, foreign.getvalue()) == (nothing.status_code, nothing.getvalue()), pattern


def test_the_front_desk_is_refused_everything_clinical(world, api):
    browser, http = browser_of(world.desk), api(world.desk)
    for pattern, row in TABLE.items():
        if row.who in (CLINICAL, THERAPISTS):
            for method in row.desk_methods if row.desk_methods is not None else row.methods:
                answer = ask(browser, http, method, world.path(pattern, row))
                assert answer.status_code in (403, 405), (method, pattern, answer.status_code)


def test_the_front_desk_receives_no_clinical_word_on_anything_it_may_open(world, api):
    browser, http = browser_of(world.desk), api(world.desk)
    catalogues = {f"api/v1/{name}/" for name in ("conditions", "findings", "medicines", "regions", "measures",
                                                "techniques", "home-exercises")}
    for pattern, row in TABLE.items():
        if row.who == STAFF and "get" in row.methods and pattern not in catalogues:
            said = ask(browser, http, "get", world.path(pattern, row)).getvalue().decode(errors="ignore").lower()
            for word in CLINICAL_WORDS:
                assert not re.search(rf"\b{word.lower()}\b", said), (pattern, word)


def test_an_owner_who_gives_no_sessions_does_not_read_the_record(world, api):
    browser, http = browser_of(world.owner), api(world.owner)
    for pattern, row in TABLE.items():
        if row.who == THERAPISTS:
            for method in row.methods:
                answer = ask(browser, http, method, path := world.path(pattern, row))
                if (method, pattern) == ("get", "notes/<uuid:pk>/"):
                    assert answer["Location"] == f"{path}break-glass/", "to where they say why it is opened"
                else:
                    assert answer.status_code in (403, 405), (method, pattern, answer.status_code)


def test_nothing_a_member_may_ask_for_ends_in_a_server_fault(world, api):
    browser, http = browser_of(world.ana), api(world.ana)
    for pattern, row in TABLE.items():
        for method in row.methods:
            answer = ask(browser, http, method, world.path(pattern, row) if row.ids else "/" + pattern.lstrip("^"))
            assert answer.status_code < 500, (method, pattern)


def test_a_switched_off_member_is_out_on_the_next_request(world, api):
    browser, http = browser_of(world.ana), api(world.ana)
    assert http.get("/api/v1/me/").status_code == 200
    type(world.ana).objects.filter(pk=world.ana.pk).update(is_active=False)
    assert http.get("/api/v1/me/").status_code == 401
    assert browser.get("/clients/").status_code == 302
