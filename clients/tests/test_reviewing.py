"""What a therapist accepts of the answers goes into the profile by the usual verbs; the rest stays to be seen."""

import re
from datetime import date

import pytest

from clients.asking.accepting import lines_of
from clients.asking.intake import ask_intake, intakes_of
from clients.asking.reviewing import kept_words
from clients.emergency import change_card
from clients.medicines import record_medicine
from clients.models import (
    Client,
    ClientCondition,
    ClientDoctor,
    Consent,
    EmergencyCard,
    Episode,
    Finding,
    FindingRegion,
    Medicine,
    Questionnaire,
)
from clients.recording import record_finding
from clients.tests.asked import answered
from clients.wishes import wishes_of
from conftest import make_client, numb
from practice.models import AuditEntry
from practice.tests.answers import text_of


@pytest.fixture
def noor(riverside):
    return make_client(riverside, "Noor Haddad", birth_date=None)


def of(browser, client, by, typed=None):
    """The client's answers, sent."""
    return answered(ask_intake(client=client, by=by), typed)


def keys_of(row):
    return [p.key for line in lines_of(row) for p in line.proposals if p.accept]


def review(browser, row, keys=None):
    return browser.post(f"/answers/{row.pk}/", {"accept": keys_of(row) if keys is None else keys})


def test_everything_accepted_stands_in_the_profile(now, page, ana, noor):
    row = of(page(None), noor, ana)
    assert review(page(ana), row).status_code == 302
    noor = Client.objects.get(pk=noor.pk)
    assert list(noor.conditions.values_list("condition", "diagnosed_by")) == [("migraine", "")]
    found = {f.finding: f for f in noor.findings.prefetch_related("places")}
    assert found.keys() == {"lubricant-allergy", "blood-thinner", "recent-surgery", "skin-infection", "cannot-lie-flat"}
    assert [(p.region, p.side) for p in found["recent-surgery"].places.all()] == [("knee", "left")]
    assert found["recent-surgery"].began_on == date(2025, 8, 1)
    assert set(noor.findings.filter(finding="lubricant-allergy").values_list("detail", flat=True)) == {
        "scented products", "lavender, nut oil"}
    assert sorted(noor.medicines.values_list("name", "kind", "times")) == [
        ("Topiramate", "other", ["08:00", "20:30"]), ("Warfarin", "blood-thinner", [])]
    wishes = wishes_of(noor)
    assert wishes.room_temperature == "dim light" and wishes.transfer == "one person helps"
    assert wishes.mobility == "stick, frame or an arm, fell in the last year"
    assert wishes.declined_areas == ("neck: nothing strong", "belly", "feet")
    assert (noor.phone, noor.birth_date) == ("+1 206 555 0190", date(1984, 3, 2))
    link = ClientDoctor.objects.get(client=noor)
    assert (link.doctor.name, link.role, link.doctor.phone) == ("Dr Bell", "neurologist", "555 0188")
    card = EmergencyCard.objects.get(client=noor)
    assert (card.contact_name, card.contact_relationship) == ("Paul Moreau", "husband")
    assert kept_words(intakes_of(noor)) == [("Hopes for", "Fewer bad days.")]
    page_of = text_of(page(ana).get(f"/clients/{noor.pk}/"))
    assert "As the client reports it." in page_of and "Fewer bad days." in page_of


_REST = {
    "q01": {"chosen": ["ms-relapsing-remitting", "parkinsons", "epilepsy", "spinal-cord-injury"], "words": "fibromyalgia"},
    "q02": {"year": "2011"}, "q11": {"chosen": ["heat", "cold"]}, "q12": {"places": ["foot:left", "lower-back:both"]},
    "q16": {"places": ["lower-leg:right"]}, "q17": {"chosen": ["yes"]},
    "q18": {"chosen": ["late-morning", "afternoon"]}, "q19": {"chosen": ["yes"]}, "q20": {"chosen": ["yes"]},
    "q21": {"words": "Madopar 8:00, 12:00"}, "q22": {"day": "20", "month": "10", "year": "2026"},
    "q23": {"words": "Turn me on my side."}, "q24": {"words": "Sit me up."}, "q62": {"chosen": ["other"]},
    "q63": {"name": "Rana Haddad", "role": "sister", "phone": "555 0199"}, "q66": {"chosen": ["yes"]},
}


def test_the_other_kinds_of_answers_go_where_they_belong(now, page, ana, riverside):
    noor = make_client(riverside, "Noor Haddad", channels=[], reminder_consent_on=None, reminder_consent_source="")
    row = of(page(None), noor, ana, _REST)
    review(page(ana), row)
    noor = Client.objects.get(pk=noor.pk)
    assert noor.may_be_mailed and (noor.reminder_consent_on, noor.reminder_consent_source) == (now.date(), "intake form")
    assert noor.channel_consents.get().wording.startswith("May we remind you of visits by e-mail? The messages never say")
    assert noor.heat_sensitive and noor.cold_sensitive
    assert noor.conditions.get(condition="ms-relapsing-remitting").since == date(2011, 1, 1)
    assert set(noor.findings.values_list("finding", flat=True)) >= {
        "reduced-sensation", "spasm", "fatigue", "light-headed-standing", "tremor", "needs-help-to-consent"}
    assert set(FindingRegion.objects.filter(finding__finding="reduced-sensation").values_list("region", "side")) == {
        ("foot", "left"), ("lower-back", "both")}
    assert [(str(a)[:5], str(b)[:5]) for a, b in wishes_of(noor).windows] == [("10:00", "12:00"), ("14:00", "17:00")]
    assert noor.medicines.get().kind == "levodopa" and noor.medicines.get().times == ["08:00", "12:00"]
    episode = Episode.objects.get()
    assert (episode.kind, episode.status, episode.onset_on) == ("relapse", "suspected", date(2026, 10, 20))
    card = EmergencyCard.objects.get()
    assert card.plan == "Turn me on my side.\n\nSit me up."
    assert (card.representative_name, card.may_consent) == ("Rana Haddad", "Rana Haddad, sister")
    assert kept_words(intakes_of(noor)) == [("Also named", "fibromyalgia")]


def test_every_question_that_becomes_something_was_accepted_somewhere_above(now, page, ana, noor, riverside):
    other = make_client(riverside, "Omar Haddad", channels=[], reminder_consent_on=None)
    seen = {line.question.code for row in (of(page(None), noor, ana), of(page(None), other, ana, _REST))
            for line in lines_of(row) if line.proposals}
    # Places, dates and the years of conditions go with the answer before them; the rest differs by its finding only.
    assert {"q13", "q14", "q15", "q45"} == {
        line.question.code for row in Questionnaire.objects.all() for line in lines_of(row) if line.question.becomes or any(
            c.becomes for c in line.question.choices)} - seen


def test_what_is_left_stays_to_be_seen_and_nothing_of_it_is_written(now, page, ana, noor):
    row = of(page(None), noor, ana)
    before = ClientCondition.objects.count()
    review(page(ana), row, ["q31:0"])
    assert list(Finding.objects.values_list("finding", flat=True)) == ["blood-thinner"]
    assert ClientCondition.objects.count() == before
    row.refresh_from_db()
    assert row.decisions["q31:0"] == "accepted" and row.decisions["q01:0"] == "left" and row.reviewed_by == ana
    again = text_of(page(ana).get(f"/answers/{row.pk}/"))
    assert "Ana Alves looked at it" in again and "left" in again and "Save what is ticked" not in again
    assert "looked at these answers on Mon 23 Nov" in text_of(review(page(ana), row, ["q01:0"]))
    entry = AuditEntry.objects.get(verb="answers_reviewed")
    assert entry.detail["accepted"] == ["q31:0"] and "q01:0" in entry.detail["left"]


def test_what_adds_is_ticked_beforehand_what_overwrites_is_not(now, page, ana, noor):
    change_card(client=noor, by=ana, contact_name="Rana", contact_phone="555 0100")
    record_finding(client=noor, finding="blood-thinner", by=ana)
    html = page(ana).get(f"/answers/{of(page(None), noor, ana).pk}/").content.decode()
    ticked = set(re.findall(r'value="(q[\w:.]+)"[^>]*checked', html))
    assert "q01:0" in ticked and "q61:0" not in ticked and 'value="q61:0"' in html
    assert 'value="q31:0"' not in html, "there already"
    assert "Rana, 555 0100" in html
    assert "What only adds to it is ticked already, so that no limit is lost" in html


def test_a_finding_the_answer_denies_is_told(now, page, ana, noor):
    record_finding(client=noor, finding="bleeding-disorder", by=ana)
    row = of(page(None), noor, ana)
    assert "Not named now, yet noted: Bleeding disorder" in text_of(page(ana).get(f"/answers/{row.pk}/"))
    unsure = make_client(noor.practice, "Uma Unsure")
    record_finding(client=unsure, finding="bleeding-disorder", by=ana)
    row = of(page(None), unsure, ana, {})
    assert "Not named now" not in text_of(page(ana).get(f"/answers/{row.pk}/")), "who does not know denies nothing"


def test_what_a_verb_refuses_is_said_at_its_line_and_nothing_is_saved(now, page, ana, kofi):
    row = of(page(None), kofi, ana, {"q14": {"places": ["foot:left"]}, "q31": {"chosen": ["blood-thinner"]}})
    Finding.objects.filter(pk=numb(kofi, side="left").pk).update(finding="absent-sensation")
    before = Finding.objects.count()
    refused = review(page(ana), row, ["q14:0", "q31:0"])
    assert refused.status_code == 409 and Finding.objects.count() == before
    line = re.search(r'One place cannot feel nothing.{0,400}?value="(q[\d:]+)"[^>]*checked', refused.content.decode(), re.DOTALL)
    assert line and line[1] == "q14:0"
    row.refresh_from_db()
    assert row.reviewed_at is None and row.decisions == {}


def test_the_desk_sees_that_it_was_answered_and_nothing_of_what(now, page, ana, desk, ines, lakeside_owner):
    row = of(page(None), ines, ana)
    assert page(desk).get("/answers/").status_code == 403 and review(page(desk), row, ["q01:0"]).status_code == 403
    assert page(lakeside_owner).get(f"/answers/{row.pk}/").status_code == 404
    seen = text_of(page(desk).get(f"/clients/{ines.pk}/"))
    assert "nobody has looked at it yet" in seen and "Look at the answers" not in seen
    review(page(ana), row)
    assert "Fewer bad days." not in text_of(page(desk).get(f"/clients/{ines.pk}/"))


def test_what_waits_is_on_today_and_in_a_list_oldest_first(now, page, ana, desk, owner, ines, noor):
    of(page(None), ines, ana)
    of(page(None), noor, ana)
    Questionnaire.objects.create(practice=ines.practice, client=ines, kind="intake", subject_id=ines.pk, closes_at=now)
    listed = text_of(page(owner).get("/answers/"))
    assert listed.index("Ines Moreau") < listed.index("Noor Haddad") and listed.count("sent Mon 23 Nov") == 2
    assert "Ines Moreau: intake answered Mon 23 Nov, to be looked at" in text_of(page(ana).get("/"))
    assert "to be looked at" not in text_of(page(desk).get("/"))


def test_a_known_medicine_and_an_old_relapse_are_not_offered(now, page, ana, maria):
    Medicine.objects.create(practice=maria.practice, client=maria, name="warfarin", kind="blood-thinner")
    row = of(page(None), maria, ana, {"q30": {"words": "Warfarin"}, "q22": {"year": "2019"}})
    by_code = {line.question.code: line for line in lines_of(row)}
    assert [p.accept for p in by_code["q30"].proposals] == [None] and by_code["q22"].proposals == ()
    assert by_code["q22"].said == ("2019",)


def test_what_is_no_longer_agreed_to_is_not_used(now, page, ana, ines, noor):
    kept, waiting = of(page(None), ines, ana), of(page(None), noor, ana)
    review(page(ana), kept)
    Consent.objects.update(withdrawn_at=now)
    assert kept_words(intakes_of(ines)) == []
    assert "They took their agreement back." in text_of(page(ana).get(f"/answers/{waiting.pk}/"))
    assert "took the agreement back on Mon 23 Nov" in text_of(review(page(ana), waiting, ["q01:0"]))
    assert not noor.conditions.exists()


def test_a_medicine_that_may_stand_there_already_is_shown_beside_it_and_not_ticked(ines, ana):
    record_medicine(client=ines, name="Topiramate", by=ana)
    row = of(None, ines, ana, {"q01": {"chosen": ["migraine"]}, "q30": {"words": "Topiramate 25 mg\nWarfarin"}})
    (line,) = [line for line in lines_of(row) if line.question.code == "q30"]
    assert [(p.now, p.is_added, p.is_offered) for p in line.proposals] == [
        ("Topiramate", False, True), ("nothing yet", True, True)]
    assert [p.act for p in line.proposals] == ["Add beside it", "Accept"]


def test_a_possible_episode_is_reported_and_not_called_a_change(page, maria, ana):
    typed = {"q22": {"day": "2", "month": "11", "year": "2026"}}
    row = of(None, maria, ana, typed)
    offered = [p for line in lines_of(row) for p in line.proposals if p.becomes.startswith("Possible")]
    assert [(p.act, p.is_added) for p in offered] == [("Report it as possible", False)]
    assert "<span>Report it as possible</span>" in page(ana).get(f"/answers/{row.pk}/").content.decode()
