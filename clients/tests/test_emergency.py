"""The emergency card: one tap away for everybody, each opening written down; written by therapists and owners."""

from clients.emergency import change_card
from clients.models import EmergencyCard
from practice.models import AuditEntry
from practice.tests.answers import text_of, value_of

WRITTEN = {"version": "0", "contact_name": "Sven Lindqvist", "contact_relationship": "husband",
           "contact_phone": "+1 206 555 0142", "plan": "Turn me on my side.\nCall after 5 minutes.",
           "representative_name": "", "representative_phone": "", "may_consent": "Maria herself"}


def test_the_card_is_one_tap_from_the_client_and_opens_for_the_desk(now, page, ana, desk, maria):
    address = f"/clients/{maria.pk}/emergency/"
    assert f'href="{address}"' in page(desk).get(f"/clients/{maria.pk}/").content.decode()
    assert "Nothing is written on this card yet" in text_of(page(desk).get(address))
    assert page(ana).post(f"{address}edit/", WRITTEN).status_code == 302
    shown = page(desk).get(address)
    assert 'href="tel:+12065550142"' in shown.content.decode()
    for said in ("Sven Lindqvist, husband", "Turn me on my side.", "Call after 5 minutes.", "Maria herself"):
        assert said in text_of(shown)
    opened = AuditEntry.objects.filter(verb="emergency_card_opened", client_id=maria.pk)
    assert opened.count() == 2 and set(opened.values_list("actor", flat=True)) == {desk.pk}
    assert page(desk).get(f"{address}edit/").status_code == page(desk).post(f"{address}edit/", WRITTEN).status_code == 403


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten_unseen(now, page, ana, ben, maria):
    change_card(client=maria, by=ben, plan="Call Ben.")
    refused = page(ana).post(f"/clients/{maria.pk}/emergency/edit/", WRITTEN)
    assert refused.status_code == 412 and "Somebody changed the card" in text_of(refused)
    assert value_of(refused, "contact_name") == "Sven Lindqvist" and value_of(refused, "version") == "1"
    page(ana).post(f"/clients/{maria.pk}/emergency/edit/", WRITTEN | {"version": "1"})
    assert EmergencyCard.objects.get().plan.startswith("Turn me")
    first = AuditEntry.objects.filter(verb="emergency_card_changed").first()
    assert first.detail["fields"] == ["plan"]


def test_a_number_nobody_can_dial_is_refused_and_what_was_typed_stays(now, page, ana, maria):
    refused = page(ana).post(f"/clients/{maria.pk}/emergency/edit/", WRITTEN | {"contact_phone": "ask at home"})
    assert refused.status_code == 422 and "Write the phone number in digits" in text_of(refused)
    assert value_of(refused, "contact_phone") == "ask at home" and not EmergencyCard.objects.exists()
