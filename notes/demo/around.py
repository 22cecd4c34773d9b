"""What stands around the demo's clients: medicines, people, emergency cards, referrals, doctors' words, an intake."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from clients.asking.intake import ask_intake
from clients.asking.questionnaires import answers_of, questions_of, save_answer, send_answers
from clients.asking.questions import Answer, first_open
from clients.clearances import record_clearance
from clients.contacts import add_contact
from clients.emergency import change_card
from clients.medicines import record_medicine
from clients.models import Client, Doctor, Questionnaire
from clients.referrals import open_referral
from practice.models import Membership, Practice
from sessions.calendars import make_feed

MEDICINES: dict[str, tuple[dict[str, Any], ...]] = {
    "Joao Pereira": ({"name": "Levodopa with carbidopa", "kind": "levodopa",
                      "times": (time(7), time(11), time(15), time(19))},),
    "Maria Lindqvist": ({"name": "Ocrelizumab", "kind": "infusion", "every_days": 182, "given": 40},),
    "Eleanor Voss": ({"name": "Baclofen", "kind": "antispastic", "times": (time(8), time(14), time(20))},
                     {"name": "Apixaban", "kind": "blood-thinner"}),
    "Ruth Ellery": ({"name": "Interferon beta", "kind": "injection", "every_days": 7, "given": -2,
                     "places": (("thigh", "left"),)},),
}
INTAKE_OF = "Ines Moreau"
INTAKE: dict[str, Answer] = {
    "q01": Answer(chosen=("migraine",)), "q10": Answer(chosen=("smell", "light")),
    "q30": Answer(words="Topiramate 08:00, 20:00"), "q48": Answer(words="lavender"),
    "q52": Answer(words="Fewer days in a dark room."), "q61": Answer(name="Paul Moreau", role="husband",
                                                                     phone="+44 1632 960171"),
}


def build_around(practice: Practice, ana: Membership, doctors: dict[str, Doctor], base: date) -> None:
    """Add all of it through the product's own verbs."""
    people = {client.name: client for client in Client.objects.filter(practice=practice).select_related("practice")}
    for name, medicines in MEDICINES.items():
        for fields in medicines:
            _medicine(people[name], dict(fields), ana, base)
    add_contact(client=people["Joao Pereira"], role="family", name="Rosa Pereira", phone="+44 1632 960151",
                email="rosa@family.example", by=ana, remark="Drives him; hears of every change.",
                copied_since=base - timedelta(days=90))
    add_contact(client=people["Eleanor Voss"], role="carer", name="Grace Obi", phone="+44 1632 960152", by=ana,
                remark="Comes along and helps with the hoist.")
    add_contact(client=people["Eleanor Voss"], role="transport", name="Dial-a-Ride York", phone="+44 1632 960153",
                by=ana, remark="Needs to know two days ahead.")
    add_contact(client=people["Maria Lindqvist"], role="physiotherapist", name="Tom Hale", by=ana,
                email="tom@physio.example", remark="Gait, every second week.")
    for name, contact, phone, who in (("Maria Lindqvist", "Erik Lindqvist", "+44 1632 960161", "husband"),
                                      ("Eleanor Voss", "Grace Obi", "+44 1632 960152", "carer")):
        change_card(client=people[name], by=ana, contact_name=contact, contact_phone=phone, contact_relationship=who)
    open_referral(client=people["Kofi Mensah"], doctor=doctors["Dr Miriam Stein"], by=ana,
                  reason="Burning feet at night", began_on=base - timedelta(days=40), ends_on=base + timedelta(days=60),
                  visits_agreed=12)
    record_clearance(client=people["Daniel Reyes"], doctor=doctors["Dr Miriam Stein"], state="granted", max_pressure=3,
                     expires_on=base + timedelta(days=12), by=ana)
    _answer_intake(people[INTAKE_OF], ana)
    for therapist in Membership.objects.filter(practice=practice, is_therapist=True):
        make_feed(therapist=therapist, by=therapist)


def _medicine(client: Client, fields: dict[str, Any], by: Membership, base: date) -> None:
    if (days := fields.pop("given", None)) is not None:
        fields["last_given_on"] = base + timedelta(days=days)
    record_medicine(client=client, by=by, **fields)


def _answer_intake(client: Client, by: Membership) -> None:
    """Ines answers what she knows; a therapist has yet to look."""
    row: Questionnaire = ask_intake(client=client, by=by)
    while (question := first_open(questions_of(row), answers_of(row))) is not None:
        answer = INTAKE.get(question.code) or Answer(is_none=bool(question.none), is_unknown=not question.none)
        row = save_answer(questionnaire=row, code=question.code, answer=answer)
    send_answers(questionnaire=row, is_agreed=True, name=client.name)
