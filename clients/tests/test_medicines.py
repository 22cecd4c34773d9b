"""Medicines: what each kind means for the work, and on which days."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from clients.findings import FINDINGS
from clients.known import KnownMedicine, last_given, raised_by
from clients.limits import limits_on
from clients.medicine_kinds import MEDICINES
from clients.medicines import correct_medicine, on_times, record_medicine
from clients.tests.bodies import TODAY, TOMORROW, YESTERDAY, Body, check, plan, speaking
from practice.models import AuditEntry
from practice.refusals import BadInput
from practice.tests.answers import text_of

THIGH = (("thigh", "left"),)


@pytest.mark.parametrize("kind", [kind for kind in MEDICINES.values() if kind.code != "other"], ids=lambda k: k.code)
def test_every_kind_of_medicine_is_there_for_what_it_raises_or_for_its_hours(kind):
    assert {*kind.raises, *kind.raises_all_along} <= set(FINDINGS)
    assert kind.raises or kind.takes_times
    assert kind.ask.endswith("?") and kind.examples


def test_a_blood_thinner_holds_from_the_day_it_began_to_the_day_it_ended():
    taken = Body(medicines=(KnownMedicine("blood-thinner", "apixaban", YESTERDAY, TODAY),))
    heard = [speaking(check(taken, plan("petrissage", "back", "both", 4), on=on)) for on in (
        YESTERDAY - timedelta(days=1), YESTERDAY, TODAY, TOMORROW)]
    assert ["blood-thinner-pressure" in rules for rules in heard] == [False, True, True, False]


def test_an_injected_thigh_rests_three_days_after_every_injection_and_its_neighbour_does_not():
    weekly = Body(medicines=(KnownMedicine("injection", "interferon", last_given_on=TODAY, every_days=7, regions=THIGH),))

    def rests(days: int, side: str) -> bool:
        row = plan("petrissage", "thigh", side, 3)
        return "injection-site" in speaking(check(weekly, row, on=TODAY + timedelta(days=days)))

    assert [rests(day, "left") for day in range(-7, 9)] == [True] * 4 + [False] * 3 + [True] * 4 + [False] * 3 + [True] * 2
    assert not any(rests(day, "right") for day in range(9))


@pytest.mark.parametrize(("last", "every", "on", "expected"), [
    (TODAY, None, TODAY, TODAY), (TODAY, None, YESTERDAY, None), (TODAY, 7, TODAY + timedelta(days=13), 7),
    (TODAY, 7, TODAY - timedelta(days=1), -7), (None, None, TODAY, None), (TODAY, 1, TOMORROW, 1)])
def test_the_last_day_it_was_given_is_counted_from_any_day_it_is_known_for(last, every, on, expected):
    if isinstance(expected, int):
        expected = TODAY + timedelta(days=expected)
    assert last_given(KnownMedicine("infusion", last_given_on=last, every_days=every), on) == expected


def test_what_is_given_on_days_nobody_noted_holds_until_it_ends():
    unknown = KnownMedicine("injection", ended_on=TODAY, regions=THIGH)
    assert [len(list(raised_by(unknown, on))) for on in (YESTERDAY, TODAY, TOMORROW)] == [1, 1, 0]


def test_an_injection_on_the_last_day_of_a_course_still_rests_afterwards():
    course = KnownMedicine("injection", ended_on=TODAY, last_given_on=TODAY, every_days=2, regions=THIGH)
    (raised,) = raised_by(course, TODAY + timedelta(days=3))
    assert raised.began_on == TODAY


def test_a_kind_nobody_knows_is_refused_rather_than_passed_over():
    with pytest.raises(ValueError, match="unknown kind of medicine"):
        list(raised_by(KnownMedicine("herbs"), TODAY))


def test_parkinsons_tablets_say_when_in_the_day_suits(maria, ana):
    tablets = record_medicine(client=maria, name="Levodopa", kind="levodopa", by=ana, times=[time(12), time(7), time(23)])
    assert tablets.times == ["07:00", "12:00", "23:00"]
    assert on_times([tablets], date(2026, 11, 24)) == [(time(8), time(9)), (time(13), time(14))]


def test_a_medicine_limits_the_work_as_soon_as_it_is_noted_and_no_more_once_it_ended(maria, ana):
    today = date(2026, 11, 24)
    thinner = record_medicine(client=maria, name=" Apixaban ", kind="blood-thinner", by=ana)
    assert thinner.name == "Apixaban"
    assert "blood-thinner-pressure" in {r.rule for r in limits_on(maria, today).reasons}
    correct_medicine(medicine=thinner, by=ana, ended_on=today - timedelta(days=1))
    assert "blood-thinner-pressure" not in {r.rule for r in limits_on(maria, today).reasons}
    verbs = AuditEntry.objects.filter(subject_id=thinner.pk).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["medicine_recorded", "medicine_changed"]


@pytest.mark.parametrize(("wrong", "field"), [
    ({"name": " "}, "name"), ({"kind": "herbs"}, "kind"), ({"began_on": date(2100, 1, 1)}, "began_on"),
    ({"began_on": date(2026, 1, 2), "ended_on": date(2026, 1, 1)}, "ended_on"), ({"every_days": 7}, "last_given_on"),
    ({"every_days": 0, "last_given_on": date(2026, 1, 1)}, "every_days"), ({"places": [("moon", "left")]}, "regions/0/region"),
    ({"times": [time(n) for n in range(13)]}, "times")])
def test_what_cannot_be_is_refused_with_its_field_and_nothing_is_kept(maria, ana, wrong, field):
    with pytest.raises(BadInput) as refused:
        record_medicine(client=maria, by=ana, **{"name": "Something"} | wrong)
    assert refused.value.field == field
    assert not maria.medicines.exists()


def test_a_medicine_is_noted_and_ended_on_its_pages(page, maria, ana):
    browser = page(ana)
    browser.post(f"/clients/{maria.pk}/medicines/new/", {
        "name": "Interferon", "kind": "injection", "last_given_on": "2026-11-16", "every_days": "7",
        "places": "thigh:left"})
    noted = maria.medicines.get()
    assert (noted.every_days, noted.regions) == (7, [{"region": "thigh", "side": "left"}])
    shown = browser.get(f"/clients/{maria.pk}/").content.decode()
    assert "Interferon" in shown and "Every 7 days" in shown and "left thigh" in shown
    kept = browser.get(f"/medicines/{noted.pk}/edit/").content.decode()
    assert 'value="2026-11-16"' in kept
    browser.post(f"/medicines/{noted.pk}/edit/", {"name": "Interferon", "kind": "injection", "ended_on": "2026-11-17",
                                                  "last_given_on": "2026-11-16", "every_days": "7"})
    noted.refresh_from_db()
    assert noted.ended_on == date(2026, 11, 17)


def test_times_nobody_can_read_come_back_with_what_was_typed(page, maria, ana):
    answer = page(ana).post(f"/clients/{maria.pk}/medicines/new/", {"name": "Levodopa", "kind": "levodopa",
                                                                    "times": "8, half past noon"})
    words = answer.content.decode()
    assert answer.status_code == 422 and "Write each time as hours and minutes" in words and "half past noon" in words
    assert not maria.medicines.exists()


def test_medicines_over_http_are_read_noted_and_corrected(api, maria, ana):
    http = api(ana)
    made = http.post(f"/api/v1/clients/{maria.pk}/medicines/", {"name": "Levodopa", "kind": "levodopa", "times": ["08:00"]},
                     format="json")
    assert made.status_code == 201 and made.json()["times"] == ["08:00"]
    address = f"/api/v1/clients/{maria.pk}/medicines/{made.json()['id']}/"
    assert http.patch(address, {"ended_on": "2026-11-01"}, format="json").json()["ended_on"] == "2026-11-01"
    refused = http.patch(address, {"regions": [{"region": "moon", "side": "left"}]}, format="json")
    assert refused.status_code == 400 and refused.json()["errors"][0]["pointer"] == "/regions/0/region"
    assert http.get(f"/api/v1/clients/{maria.pk}/medicines/").json()["count"] == 1


@pytest.mark.parametrize(("name", "kind"), [
    ("Warfarin 5 mg", "blood-thinner"), ("aspirin 75mg", "blood-thinner"), ("ELIQUIS", "blood-thinner"),
    ("Enoxaparin 40 mg", "injected-thinner"), ("Botox", "botulinum"), ("Sinemet 25/100", "levodopa"), ("Metformin", "other")])
def test_a_medicine_without_a_kind_is_looked_up_by_its_name(maria, ana, page, name, kind):
    assert record_medicine(client=maria, name=name, by=ana).kind == kind
    page(ana).post(f"/clients/{maria.pk}/medicines/new/", {"name": name, "kind": "", "another": "yes"})
    assert list(maria.medicines.values_list("kind", flat=True)) == [kind, kind]


def test_injected_heparin_thins_the_blood_also_between_the_injections_and_no_longer_once_it_ended():
    heparin = KnownMedicine("injected-thinner", "heparin", TODAY - timedelta(days=40), TODAY,
                            TODAY - timedelta(days=11), None, (("abdomen", "both"),))
    row = plan("deep-tissue", "back", "both", 5)
    assert "blood-thinner-pressure" in speaking(check(Body(medicines=(heparin,)), row))
    assert "blood-thinner-pressure" not in speaking(check(Body(medicines=(heparin,)), row, on=TOMORROW))


def test_a_medicine_is_ended_by_an_act_of_its_own_and_taken_again(maria, ana, page, now):
    tablets = record_medicine(client=maria, name="Sinemet", by=ana)
    shown = page(ana).get(f"/clients/{maria.pk}/").content.decode()
    assert f'href="/medicines/{tablets.pk}/end/"' in shown and "Sinemet</bdi></strong>: Parkinson&#x27;s tablets" in shown
    asked = page(ana).get(f"/medicines/{tablets.pk}/end/")
    assert "They take it no longer" in text_of(asked) and "Last day they took it" in text_of(asked)
    page(ana).post(f"/medicines/{tablets.pk}/end/", {"ended_on": "2026-11-20"})
    again = page(ana).post(f"/medicines/{tablets.pk}/end/", {"ended_on": "2026-11-21"})
    assert again.status_code == 409 and "noted as its last day already" in text_of(again)
    page(ana).post(f"/medicines/{tablets.pk}/end/", {"again": "yes"})
    tablets.refresh_from_db()
    assert tablets.ended_on is None


def test_a_medicine_of_the_same_name_is_asked_about_first(maria, ana, page, now):
    record_medicine(client=maria, name="Warfarin", by=ana)
    asked = page(ana).post(f"/clients/{maria.pk}/medicines/new/", {"name": "warfarin", "times": "08:00"})
    assert asked.status_code == 409 and "This is noted already" in text_of(asked) and maria.medicines.count() == 1
    assert 'value="08:00"' in asked.content.decode(), "nothing typed is lost"
    page(ana).post(f"/clients/{maria.pk}/medicines/new/", {"name": "warfarin", "another": "yes"})
    assert maria.medicines.count() == 2
