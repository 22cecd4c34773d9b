"""The pages where a therapist writes down conditions, findings and doctors' words."""

import re
from datetime import date

import pytest

from clients.models import Clearance, ClientCondition, ClientDoctor, Doctor, Finding
from conftest import numb
from practice.tests.answers import text_of, value_of


def test_a_condition_is_added_as_a_doctor_named_it_and_ended(page, ana, kofi, now):
    page(ana).post(
        f"/clients/{kofi.pk}/conditions/new/",
        {"condition": "migraine", "diagnosed_by": "Dr Bell", "since": "2019-05-01"},
    )
    added = ClientCondition.objects.get(condition="migraine")
    assert (added.diagnosed_by, added.since) == ("Dr Bell", date(2019, 5, 1))
    page(ana).post(f"/conditions/{added.pk}/end/", {"ended_on": "2026-11-22"})
    assert "No longer (1)" in text_of(page(ana).get(f"/clients/{kofi.pk}/"))
    page(ana).post(f"/conditions/{added.pk}/end/", {"again": "yes"})
    added.refresh_from_db()
    assert added.ended_on is None


def test_a_finding_has_one_or_more_places_and_there_is_always_room_for_another(page, ana, maria, now):
    address = f"/clients/{maria.pk}/findings/new/"
    typed = {"finding": "spasticity", "place_0": "calf:left", "place_1": "calf:right", "detail": "worse at night"}
    more = page(ana).post(address, typed | {"more_places": "yes"})
    assert more.status_code == 200 and not Finding.objects.exists()
    shown = more.content.decode()
    assert 'name="place_3"' in shown and '<option value="calf:right" selected>' in shown and "worse at night" in shown
    assert "error-summary" not in shown
    page(ana).post(address, typed | {"place_2": "sacrum:midline", "place_3": "", "began_on": "2026-11-01"})
    finding = Finding.objects.get()
    assert sorted(finding.places.values_list("region", "side")) == [
        ("calf", "left"),
        ("calf", "right"),
        ("sacrum", "midline"),
    ]
    assert "Spasticity: both calves and sacrum" in text_of(page(ana).get(f"/clients/{maria.pk}/"))


@pytest.mark.parametrize(
    "sent, words",
    [
        ({"finding": ""}, "Choose what limits the work"),
        ({"finding": "bad-mood"}, "Choose one of the list"),
        ({"place_0": "tail:left"}, "Choose one of the list"),
        ({"began_on": "2026-11-24"}, "is still to come. When did it begin?"),
        ({"finding": "hypersensitive", "place_0": "foot:both"}, "One place cannot feel nothing and too much at once"),
    ],
)
def test_a_finding_that_cannot_be_is_refused_and_what_was_typed_stays(page, ana, maria, now, sent, words):
    absent = numb(maria, side="left")
    Finding.objects.filter(pk=absent.pk).update(finding="absent-sensation")
    typed = {"finding": "spasm", "place_0": "calf:left", "detail": "worse at night"} | sent
    answer = page(ana).post(f"/clients/{maria.pk}/findings/new/", typed)
    assert answer.status_code in (400, 409, 422)
    assert text_of(answer).count(words) >= 2 and "worse at night" in answer.content.decode()
    assert Finding.objects.count() == 1


def test_a_finding_ends_on_a_day_and_holds_again_with_one_press(page, ana, kofi, now):
    finding = kofi.findings.get()
    asked = page(ana).get(f"/findings/{finding.pk}/end/")
    assert "Reduced sensation, both feet" in text_of(asked) and value_of(asked, "ended_on") == "2026-11-23"
    early = page(ana).post(f"/findings/{finding.pk}/end/", {"ended_on": "2025-12-31"})
    assert early.status_code == 400 and "before that" in text_of(early)
    page(ana).post(f"/findings/{finding.pk}/end/", {"ended_on": "2026-11-22"})
    words = text_of(page(ana).get(f"/clients/{kofi.pk}/"))
    assert "Reduced sensation: both feet, until 22 Nov 2026" in words and "so no deep work." not in words
    page(ana).post(f"/findings/{finding.pk}/end/", {"again": "yes"})
    finding.refresh_from_db()
    assert finding.ended_on is None


def test_nothing_clinical_travels_in_the_flash_cookie_or_the_address(page, ana, kofi, now):
    browser = page(ana)
    finding = kofi.findings.get()
    answer = browser.post(f"/findings/{finding.pk}/end/", {"ended_on": "2026-11-22"})
    seen = answer["Location"] + str(browser.cookies)
    assert "sensation" not in seen.lower() and "numb" not in seen.lower() and "feet" not in seen.lower()


def test_a_doctors_word_is_noted_and_lifts_what_waited_for_it(page, ana, kofi, neurologist, now):
    Finding.objects.create(practice=kofi.practice, client=kofi, finding="pregnancy")
    asked = page(ana).get(f"/clients/{kofi.pk}/clearances/new/")
    assert 'value="pregnancy-clearance"' in asked.content.decode()
    page(ana).post(
        f"/clients/{kofi.pk}/clearances/new/",
        {
            "doctor": str(neurologist.pk),
            "scope": "pregnancy-clearance",
            "state": "granted",
            "max_pressure": "3",
            "minutes": "45",
            "excluded_techniques": ["deep-tissue"],
            "place_0": "back:both",
            "expires_on": "2027-01-31",
        },
    )
    word = Clearance.objects.get()
    assert (word.max_pressure, word.minutes, word.regions) == (3, 45, [{"region": "back", "side": "both"}])
    words = text_of(page(ana).get(f"/clients/{kofi.pk}/"))
    assert "Dr Adaeze Okafor on pregnancy granted" in words
    assert "For back, pressure 3 at most, 45 minutes at most, without deep tissue." in words
    again = page(ana).post(
        f"/clients/{kofi.pk}/clearances/new/", {"more_places": "yes", "excluded_techniques": ["cupping", "hot"]}
    )
    ticked = re.findall(r'name="excluded_techniques" value="([^"]+)"[^>]* checked', again.content.decode())
    assert sorted(ticked) == ["cupping", "hot"] and Clearance.objects.count() == 1
    nothing = page(ana).post(f"/clients/{kofi.pk}/clearances/new/", {})
    assert "Choose the doctor" in text_of(nothing) and "Say how it stands" in text_of(nothing)


def test_a_doctor_of_the_list_or_a_new_one_becomes_theirs(page, desk, maria, neurologist, lakeside, now):
    address = f"/clients/{maria.pk}/doctors/new/"
    page(desk).post(address, {"doctor": str(neurologist.pk), "role": "neurologist"})
    page(desk).post(address, {"name": "Dr Idris Bell", "specialty": "family medicine", "phone": "206 555 0180"})
    assert list(ClientDoctor.objects.order_by("doctor__name").values_list("doctor__name", "role")) == [
        ("Dr Adaeze Okafor", "neurologist"),
        ("Dr Idris Bell", "family medicine"),
    ]
    assert "Dr Idris Bell, family medicine" in text_of(page(desk).get(f"/clients/{maria.pk}/"))
    theirs = Doctor.objects.create(practice=lakeside, name="Dr Lake")
    assert "Choose one of the list" in text_of(page(desk).post(address, {"doctor": str(theirs.pk)}))
    assert "write the name of a new one" in text_of(page(desk).post(address, {}))
    assert ClientDoctor.objects.count() == 2
