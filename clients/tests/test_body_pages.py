"""The pages where a therapist writes down conditions, findings and doctors' words."""

import re
from dataclasses import replace
from datetime import date

import pytest

from clients.body import REGIONS, sides_of
from clients.clearances import record_clearance
from clients.consents import record_consent
from clients.contraindications import ProposedTreatment, cautions_for
from clients.doctors import link_doctor
from clients.findings import FINDINGS, GROUPS
from clients.limits import body_of, limits_on
from clients.models import Clearance, ClientCondition, ClientDoctor, Doctor, Finding
from clients.reasons import folded
from clients.recording import ContradictoryFindings, record_finding
from conftest import numb
from practice.models import AuditEntry
from practice.refusals import BadInput
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


def test_a_finding_has_one_or_more_places_ticked_in_the_list(page, ana, maria, now):
    address = f"/clients/{maria.pk}/findings/new/"
    asked = page(ana).get(address).content.decode()
    assert {f'value="{code}:{side}"' for code in REGIONS for side in sides_of(code) if side != "midline"} <= set(
        re.findall(r'value="[a-z:-]+"', asked)
    )
    typed = {"finding": "spasticity", "places": ["calf:left", "calf:right", "sacrum:midline"], "detail": "worse at night"}
    page(ana).post(address, typed | {"began_on": "2026-11-01"})
    finding = Finding.objects.get()
    assert sorted(finding.places.values_list("region", "side")) == [("calf", "both"), ("sacrum", "midline")]
    assert "Spasticity: both calves and sacrum" in text_of(page(ana).get(f"/clients/{maria.pk}/"))


@pytest.mark.parametrize(
    "sent, words",
    [
        ({"finding": ""}, "Choose what limits the work"),
        ({"finding": "bad-mood"}, "Choose one of the list"),
        ({"places": ["tail:left"]}, "Choose from the list"),
        ({"began_on": "2026-11-24"}, "is still to come. When did it begin?"),
        ({"finding": "hypersensitive", "places": ["foot:both"]}, "One place cannot feel nothing and too much at once"),
    ],
)
def test_a_finding_that_cannot_be_is_refused_and_what_was_typed_stays(page, ana, maria, now, sent, words):
    absent = numb(maria, side="left")
    Finding.objects.filter(pk=absent.pk).update(finding="absent-sensation")
    typed = {"finding": "spasm", "places": ["calf:left"], "detail": "worse at night"} | sent
    answer = page(ana).post(f"/clients/{maria.pk}/findings/new/", typed)
    assert answer.status_code in (400, 409, 422)
    assert text_of(answer).count(words) >= 2 and "worse at night" in answer.content.decode()
    assert Finding.objects.count() == 1


def test_a_finding_is_corrected_and_nothing_that_stayed_is_written_anew(page, ana, kofi, now):
    finding = kofi.findings.get()
    address = f"/findings/{finding.pk}/edit/"
    assert f'href="{address}"' in page(ana).get(f"/clients/{kofi.pk}/").content.decode()
    asked = page(ana).get(address).content.decode()
    assert _ticked(asked) == {"foot:both"} and 'value="2026-01-01"' in asked and "both feet" in asked
    row = finding.places.get()
    typed = {"finding": "reduced-sensation", "places": ["foot:left", "foot:right"], "detail": "since the winter"}
    page(ana).post(address, typed | {"began_on": "2025-12-01"})
    finding.refresh_from_db()
    assert (finding.detail, finding.began_on) == ("since the winter", date(2025, 12, 1))
    assert finding.places.get() == row
    page(ana).post(address, typed | {"finding": "absent-sensation", "places": ["sole:left"]})
    finding.refresh_from_db()
    assert (finding.finding, finding.began_on) == ("absent-sensation", None)
    assert list(finding.places.values_list("region", "side")) == [("sole", "left")]
    changed = AuditEntry.objects.filter(verb="finding_changed").order_by("at")
    assert [set(entry.detail["fields"]) for entry in changed] == [
        {"began_on", "detail"},
        {"finding", "began_on", "places"},
    ]
    wrong = page(ana).post(address, typed | {"began_on": "2026-11-24"})
    assert wrong.status_code == 400 and _ticked(wrong.content.decode()) == {"foot:left", "foot:right"}


def _ticked(shown: str) -> set[str]:
    return set(re.findall(r'name="places" value="([^"]+)"[^>]* checked', shown))


def test_the_opposite_is_asked_about_and_ends_only_where_both_would_hold(page, ana, maria, now):
    tender = record_finding(client=maria, finding="hypersensitive", places=[("foot", "both"), ("hand", "left")], by=ana,
                            began_on=date(2026, 9, 1), detail="socks hurt")
    address = f"/clients/{maria.pk}/findings/new/"
    typed = {"finding": "absent-sensation", "places": ["foot:left"], "began_on": "2026-11-20", "detail": "no monofilament"}
    asked = page(ana).post(address, typed)
    words = text_of(asked)
    assert asked.status_code == 409 and "“Hypersensitive to touch”: left foot, since 1 Sep 2026" in words
    assert "ends on Thu 19 Nov" in words and "No longer hypersensitive there: end that, note this" in words
    assert _ticked(asked.content.decode()) == {"foot:left"} and "no monofilament" in asked.content.decode()
    assert maria.findings.count() == 1

    page(ana).post(address, typed | {"instead": "yes"})
    rows = {
        (row.finding, row.began_on, row.ended_on, row.detail, tuple(row.places.values_list("region", "side").order_by("region")))
        for row in maria.findings.all()
    }
    assert rows == {
        ("hypersensitive", date(2026, 9, 1), None, "socks hurt", (("foot", "right"), ("hand", "left"))),
        ("hypersensitive", date(2026, 9, 1), date(2026, 11, 19), "socks hurt", (("foot", "left"),)),
        ("absent-sensation", date(2026, 11, 20), None, "no monofilament", (("foot", "left"),)),
    }
    assert maria.findings.get(pk=tender.pk).ended_on is None


def test_an_opposite_that_clashes_everywhere_ends_whole_and_one_as_young_cannot(page, ana, maria, now):
    record_finding(client=maria, finding="absent-sensation", places=[("foot", "left")], by=ana, began_on=date(2026, 9, 1))
    dull = record_finding(client=maria, finding="reduced-sensation", places=[("foot", "left")], by=ana)
    page(ana).post(
        f"/findings/{dull.pk}/edit/", {"finding": "hypersensitive", "places": ["foot:left"], "instead": "yes"}
    )
    assert list(maria.findings.order_by("finding").values_list("finding", "began_on", "ended_on")) == [
        ("absent-sensation", date(2026, 9, 1), date(2026, 11, 22)),
        ("hypersensitive", date(2026, 11, 23), None),
    ]
    typed = {"finding": "absent-sensation", "places": ["foot:left"], "began_on": "2026-11-23", "instead": "yes"}
    asked = page(ana).post(f"/clients/{maria.pk}/findings/new/", typed)
    words = text_of(asked)
    assert asked.status_code == 409 and "began no earlier than this" in words and "Correct that one" in words
    assert 'name="instead"' not in asked.content.decode() and maria.findings.count() == 2


def test_the_sensation_map_stands_on_the_clients_page_for_whoever_may_know(page, ana, desk, kofi, maria, now):
    shown = page(ana).get(f"/clients/{kofi.pk}/").content.decode()
    assert 'role="img" aria-label="Body map. Reduced sensation: both feet. Pressure 2 at most: both feet' in shown
    assert "region--reduced" in shown and "<title>left foot: reduced sensation, pressure 2 at most</title>" in shown
    assert "region" not in page(desk).get(f"/clients/{kofi.pk}/").content.decode()
    assert "bodymap" not in page(ana).get(f"/clients/{maria.pk}/").content.decode()


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
            "places": ["back:both"],
            "expires_on": "2027-01-31",
        },
    )
    word = Clearance.objects.get()
    assert (word.max_pressure, word.minutes, word.regions) == (3, 45, [{"region": "back", "side": "both"}])
    words = text_of(page(ana).get(f"/clients/{kofi.pk}/"))
    assert "Dr Adaeze Okafor on pregnancy granted" in words
    assert "For back, pressure 3 at most, 45 minutes at most, without deep tissue." in words
    nothing = page(ana).post(
        f"/clients/{kofi.pk}/clearances/new/", {"excluded_techniques": ["cupping", "hot"], "places": ["leg:both"]}
    )
    ticked = re.findall(r'name="(?:excluded_techniques|places)" value="([^"]+)"[^>]* checked', nothing.content.decode())
    assert sorted(ticked) == ["cupping", "hot", "leg:both"] and Clearance.objects.count() == 1
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


def test_how_a_doctor_is_reached_is_corrected_and_the_page_returns_to_the_letter(
        page, api, desk, maria, neurologist, lakeside, now):
    page(desk).post(f"/clients/{maria.pk}/doctors/new/", {"doctor": str(neurologist.pk), "role": "neurologist"})
    address = f"/clients/{maria.pk}/doctors/{neurologist.pk}/"
    assert f"{address}?next=/clients/{maria.pk}/" in page(desk).get(f"/clients/{maria.pk}/").content.decode()
    assert 'value="Dr Adaeze Okafor"' in page(desk).get(address).content.decode()
    typed = {"name": "Dr Adaeze Okafor", "role": "MS neurologist", "fax": "+44 1632 960143", "mobile": "+44 7700 900142",
             "address": "1 Hill Street\nYork"}
    assert page(desk).post(address, {**typed, "next": "/summaries/1/#share"}).url == "/summaries/1/#share"
    assert page(desk).post(address, {**typed, "next": "https://elsewhere.example/"}).url == f"/clients/{maria.pk}/"
    neurologist.refresh_from_db()
    assert (neurologist.fax, neurologist.mobile) == ("+44 1632 960143", "+44 7700 900142")
    assert neurologist.address_lines() == ("1 Hill Street", "York")
    assert ClientDoctor.objects.get().role == "MS neurologist"
    changed = AuditEntry.objects.filter(verb="doctor_changed")
    assert changed.count() == 1 and "960143" not in str(changed.get().detail)
    refused = page(desk).post(address, {**typed, "name": "", "fax": "ring me"})
    assert refused.status_code == 422 and "Write the doctor’s name." in text_of(refused)
    assert 'value="ring me"' in refused.content.decode()
    answer = api(desk).patch(f"/api/v1/doctors/{neurologist.pk}/", {"fax": ""}, format="json")
    assert answer.status_code == 200 and answer.json()["fax"] == "" and answer.json()["mobile"] == "+44 7700 900142"
    theirs = Doctor.objects.create(practice=lakeside, name="Dr Lake")
    assert page(desk).get(f"/clients/{maria.pk}/doctors/{theirs.pk}/").status_code == 404


def test_a_doctor_comes_off_a_clients_list_and_what_was_agreed_stands(page, desk, ana, maria, neurologist, now):
    link_doctor(client=maria, doctor=neurologist, by=ana)
    record_consent(client=maria, doctor=neurologist, by=ana, text_version="1", how="in person")
    address = f"/clients/{maria.pk}/doctors/{neurologist.pk}/"
    assert "goes on until it is taken back" in text_of(page(desk).get(address))
    done = page(desk).post(f"{address}remove/", follow=True)
    assert "Dr Adaeze Okafor is off the list." in text_of(done)
    assert not ClientDoctor.objects.exists() and maria.consents.get().withdrawn_at is None
    assert AuditEntry.objects.filter(verb="doctor_unlinked", client_id=maria.pk).count() == 1
    assert "Take off the list" not in text_of(page(desk).get(address))
    assert page(desk).post(f"{address}remove/").status_code == 302
    assert AuditEntry.objects.filter(verb="doctor_unlinked").count() == 1


def test_a_finding_to_be_looked_at_again_rises_on_today_from_that_day_on_and_ends_nothing(page, ana, desk, maria, now):
    page(ana).post(f"/clients/{maria.pk}/findings/new/", {"finding": "open-wound", "places": ["foot:left"],
                                                          "began_on": "2026-11-20", "review_on": "2026-11-23"})
    words = text_of(page(ana).get("/"))
    assert "Maria Lindqvist: open or healing wound, to be looked at again since Mon 23 Nov" in words
    assert "wound" not in text_of(page(desk).get("/"))
    assert "Look again on Mon 23 Nov 2026" in text_of(page(ana).get(f"/clients/{maria.pk}/"))
    finding = maria.findings.get()
    page(ana).post(f"/findings/{finding.pk}/edit/", {"finding": "open-wound", "places": ["foot:left"],
                                                     "began_on": "2026-11-20", "review_on": "2026-12-07"})
    assert "looked at again" not in text_of(page(ana).get("/"))


def test_a_year_nobody_alive_knows_is_asked_about(page, ana, maria, now):
    asked = page(ana).post(f"/clients/{maria.pk}/findings/new/", {"finding": "spasm", "began_on": "1700-01-01"})
    assert asked.status_code == 422 and "Write a year from 1850 to 2150." in text_of(asked)
    with pytest.raises(BadInput, match="1700 is too long ago"):
        record_finding(client=maria, finding="spasm", began_on=date(1700, 1, 1), by=ana)
    assert not maria.findings.exists()


@pytest.mark.parametrize(("stands", "new", "is_asked"), [
    ((("foot", "left"),), (("sole", "left"),), True), ((("leg", "both"),), (("sole", "left"),), True),
    ((("foot", "left"),), (("leg", "both"),), True), ((("foot", "left"),), (), True), ((), (("foot", "left"),), True),
    ((), (), True), ((("foot", "left"),), (("foot", "right"),), False), ((("hand", "left"),), (("foot", "left"),), False)])
def test_no_feeling_and_too_much_of_it_contradict_each_other_in_parts_and_wholes_but_not_across_sides(
        maria, ana, stands, new, is_asked):
    record_finding(client=maria, finding="absent-sensation", places=stands, by=ana)
    if is_asked:
        with pytest.raises(ContradictoryFindings):
            record_finding(client=maria, finding="hypersensitive", places=new, by=ana)
    assert maria.findings.count() == 1
    if not is_asked:
        record_finding(client=maria, finding="hypersensitive", places=new, by=ana)


def test_the_same_finding_is_asked_about_before_it_stands_twice(page, ana, kofi, now):
    there = kofi.findings.get()
    typed = {"finding": "reduced-sensation", "places": ["foot:left", "foot:right"], "detail": "worse at night"}
    asked = page(ana).post(f"/clients/{kofi.pk}/findings/new/", typed)
    assert asked.status_code == 409 and "This is noted already" in text_of(asked)
    assert f'href="/findings/{there.pk}/edit/"' in asked.content.decode() and "worse at night" in asked.content.decode()
    assert "Reduced sensation, both feet, since 1 Jan 2026" in text_of(asked) and kofi.findings.count() == 1
    page(ana).post(f"/clients/{kofi.pk}/findings/new/", typed | {"places": ["foot:left"]})
    assert kofi.findings.count() == 2, "other places are another finding"
    page(ana).post(f"/clients/{kofi.pk}/findings/new/", typed | {"another": "yes"})
    assert kofi.findings.count() == 3
    kofi.findings.update(ended_on=date(2026, 11, 22))
    assert page(ana).post(f"/clients/{kofi.pk}/findings/new/", typed).status_code == 302, "what is over may come again"


def test_what_has_ended_is_not_ended_again_and_a_day_to_come_is_said(page, ana, kofi, now):
    finding = kofi.findings.get()
    address = f"/findings/{finding.pk}/end/"
    later = page(ana).post(address, {"ended_on": "2026-12-01"}, follow=True)
    assert "it still counts until Tue 1 Dec, that day included" in text_of(later)
    sooner = page(ana).post(address, {"ended_on": "2026-11-22"}, follow=True)
    assert "Noted: it ended on Sun 22 Nov." in text_of(sooner)
    again = page(ana).post(address, {"ended_on": "2026-11-20"})
    assert again.status_code == 409 and "Sun 22 Nov 2026 is noted as its last day already" in text_of(again)
    assert "press “Holds again”" in text_of(again)
    finding.refresh_from_db()
    assert finding.ended_on == date(2026, 11, 22)


def test_the_list_of_findings_is_grouped_by_what_they_are(page, ana, kofi):
    grouped = [code for codes in GROUPS.values() for code in codes]
    assert sorted(grouped) == sorted(FINDINGS), "each in one group"
    shown = page(ana).get(f"/clients/{kofi.pk}/findings/new/").content.decode()
    assert re.findall(r'<optgroup label="([^"]+)">', shown) == list(GROUPS)
    assert shown.index('label="Blood and vessels"') < shown.index('value="blood-thinner"') < shown.index('label="Bones"')


def test_less_feeling_and_none_are_told_in_different_words(page, ana, maria, now):
    for finding, side in (("reduced-sensation", "left"), ("absent-sensation", "right")):
        record_finding(client=maria, finding=finding, places=[("foot", side)], by=ana)
    words = text_of(page(ana).get(f"/clients/{maria.pk}/"))
    assert "Left foot: sensation is reduced, so no deep work." in words and "Right foot: sensation is absent, so no deep work." in words
    broken = cautions_for(body_of(maria), [ProposedTreatment("effleurage", "foot", "right", 4)], on=date(2026, 11, 23))
    assert any("sensation is absent, so pressure 2 at most" in reason.text for reason in broken.reasons)
    assert "sensation is reduced or absent, so no heat or cold" in text_of(
        page(ana).get("/practice/rules/reduced-sensation-temperature/")).lower()


def test_what_speaks_of_one_place_is_one_line_by_its_strictest_and_the_worst_comes_first(page, ana, kofi, now):
    speaks = [r for r in limits_on(kofi, date(2026, 11, 23)).reasons if r.level != "info"]
    lines = folded(speaks)
    both_feet = [line for line in lines if line.regions == ("foot:left", "foot:right")]
    assert [(line.max_pressure, len(line.others)) for line in both_feet] == [(2, 2)]
    assert sorted(r.text for line in lines for r in (line, *line.others)) == sorted(r.text for r in speaks), "none is lost"
    assert "Also here: sensation is reduced, so no deep work" in text_of(page(ana).get(f"/clients/{kofi.pk}/"))
    weightier = replace(both_feet[0], level="clearance", treatment=0, regions=("foot:left",), text="ask first")
    first = folded([*speaks, weightier])[0]
    assert first.text == "ask first" and both_feet[0].text in [r.text for r in first.others], "first, and once"


def test_a_doctors_later_word_on_the_same_thing_stands_and_the_earlier_is_folded_away(page, ana, maria, neurologist, now):
    for state, scope in (("requested", "relapse"), ("granted", "relapse"), ("requested", "")):
        record_clearance(client=maria, doctor=neurologist, state=state, scope=scope, by=ana)
    words = text_of(page(ana).get(f"/clients/{maria.pk}/"))
    count, _, replaced = words[words.index("Doctors’ words"):].partition("Replaced since (1)")
    assert "on MS relapse granted" in count and "on work in general asked" in count
    assert "on MS relapse asked" not in count and "on MS relapse asked" in replaced
