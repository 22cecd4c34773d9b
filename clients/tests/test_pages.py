"""The pages of a client: what each role sees, what a form refuses, and that nothing typed is lost."""

import re

import pytest

from clients.clearances import record_clearance
from clients.contacts import add_contact
from clients.doctors import link_doctor
from clients.episodes import record_episode
from clients.medicines import record_medicine
from clients.models import Client, Finding
from clients.profiles import change_client
from clients.recording import record_finding
from clients.wishes import Wishes
from conftest import MONDAY, at, make_client
from practice.models import AuditEntry
from practice.tests.answers import text_of, value_of
from sessions.booking import book_appointment

# --- the list ---


def test_the_list_shows_who_fits_and_says_what_to_do_when_nobody_does(page, desk, maria, kofi, now):
    listed = text_of(page(desk).get("/clients/"))
    assert "Maria Lindqvist" in listed and "Kofi Mensah" in listed
    found = text_of(page(desk).get("/clients/?q=lind"))
    assert "Maria Lindqvist" in found and "Kofi Mensah" not in found
    nobody = page(desk).get("/clients/?q=Rosa")
    assert "Nobody fits “Rosa”" in text_of(nobody) and 'href="/clients/new/?name=Rosa"' in nobody.content.decode()


def test_an_empty_practice_is_told_how_to_begin(page, desk, now):
    assert "Add the first client" in text_of(page(desk).get("/clients/"))


def test_a_long_list_comes_in_pages_that_keep_the_search(page, desk, riverside, now):
    for n in range(35):
        make_client(riverside, f"Anna {n:02}", email=f"anna{n}@clients.example")
    first = page(desk).get("/clients/?q=anna")
    assert "Page 1 of 2" in text_of(first) and "q=anna" in first.content.decode()
    assert "Anna 34" in text_of(page(desk).get("/clients/?q=anna&page=2"))


def test_the_list_holds_nothing_clinical(page, ana, kofi, now):
    listed = text_of(page(ana).get("/clients/")).lower()
    assert "neuropathy" not in listed and "sensation" not in listed


# --- the client's page ---


def test_a_therapist_sees_at_a_glance_what_limits_the_work_and_where_that_comes_from(page, ana, kofi, now):
    shown = page(ana).get(f"/clients/{kofi.pk}/")
    words = text_of(shown)
    assert "Limits today, Mon 23 Nov" in words
    assert re.search(r"[Bb]oth feet.*: pressure 2 at most", words)
    assert "so no deep work" in words
    assert "doi:10.1097/01.NNN.0000324753.04181.b2" in words  # the source, in full
    assert "Diabetic neuropathy" in words and "As diagnosed by Dr Okafor, neurologist" in words
    assert "Reduced sensation: both feet" in words
    assert f"/book/?client={kofi.pk}" in shown.content.decode()
    assert f"/clients/{kofi.pk}/not-well/" in shown.content.decode()


def test_the_front_desk_sees_the_person_and_never_the_body(page, desk, kofi, now):
    kofi.heat_sensitive = True
    kofi.save()
    words = text_of(page(desk).get(f"/clients/{kofi.pk}/"))
    assert "Kofi Mensah" in words and "kofi@clients.example" in words and "Doctors" in words
    for clinical in (
        "neuropathy",
        "sensation",
        "numb",
        "pressure",
        "caution",
        "Heat",
        "Limits today",
        "Conditions",
        "decision",
    ):
        assert clinical.lower() not in words.lower(), clinical


def test_the_front_desk_is_told_when_a_therapist_has_to_decide(page, desk, kofi, now):
    Finding.objects.create(practice=kofi.practice, client=kofi, finding="pregnancy")
    words = text_of(page(desk).get(f"/clients/{kofi.pk}/"))
    assert "Needs a therapist’s decision" in words
    assert "pregnan" not in words.lower() and "doctor or midwife" not in words


def test_another_practice_and_nobody_get_no_byte_of_a_client(page, lakeside_owner, kofi, now):
    finding, condition = kofi.findings.get(), kofi.conditions.get()
    assert page(lakeside_owner).get(f"/clients/{kofi.pk}/").status_code == 404
    addresses = [
        f"/clients/{kofi.pk}/edit/",
        f"/clients/{kofi.pk}/conditions/new/",
        f"/clients/{kofi.pk}/findings/new/",
        f"/clients/{kofi.pk}/doctors/new/",
        f"/clients/{kofi.pk}/clearances/new/",
        f"/findings/{finding.pk}/end/",
        f"/conditions/{condition.pk}/end/",
    ]
    for address in addresses:
        for method in ("get", "post"):
            answer = getattr(page(lakeside_owner), method)(address, {"ended_on": "2026-11-01"})
            assert answer.status_code == 404 and b"Kofi" not in answer.content, address
            assert getattr(page(None), method)(address)["Location"].startswith("/login/")
    assert "Kofi" not in text_of(page(lakeside_owner).get("/clients/?q=kofi"))
    assert Finding.objects.get().ended_on is None


def test_the_front_desk_cannot_open_or_send_the_clinical_forms(page, desk, kofi, now):
    finding, condition = kofi.findings.get(), kofi.conditions.get()
    for address in (
        f"/clients/{kofi.pk}/conditions/new/",
        f"/clients/{kofi.pk}/findings/new/",
        f"/clients/{kofi.pk}/clearances/new/",
        f"/findings/{finding.pk}/end/",
        f"/conditions/{condition.pk}/end/",
    ):
        for method in ("get", "post"):
            answer = getattr(page(desk), method)(address, {"ended_on": "2026-11-01"})
            assert answer.status_code == 403
            assert "neuropathy" not in text_of(answer).lower() and "sensation" not in text_of(answer).lower()
    finding.refresh_from_db()
    assert finding.ended_on is None


def test_reading_the_page_is_written_down(page, ana, maria, now):
    page(ana).get(f"/clients/{maria.pk}/")
    entry = AuditEntry.objects.get(verb="client_read")
    assert (entry.actor, entry.client_id) == (ana, maria.pk)


def test_hostile_words_stand_on_the_page_as_words(page, ana, maria, now):
    maria.name, maria.preferences = "<script>alert(1)</script>", {"mobility": '"><img src=x onerror=alert(1)>'}
    maria.save()
    shown = page(ana).get(f"/clients/{maria.pk}/").content.decode()
    assert "<script>alert" not in shown and "<img" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_a_client_of_whom_nothing_is_known_is_said_to_be_unchecked(page, ana, riverside, now):
    new = make_client(riverside, "Rosa Vega")
    assert "Nothing is recorded yet, so nothing is checked" in text_of(page(ana).get(f"/clients/{new.pk}/"))


# --- new, edit ---


def test_a_client_is_added_with_a_name_and_a_phone_number(page, desk, now):
    answer = page(desk).post("/clients/new/", {"name": "Rosa Vega", "phone": "206 555 0101"}, follow=True)
    client = Client.objects.get()
    assert answer.redirect_chain == [(f"/clients/{client.pk}/", 302)]
    assert "Rosa Vega is on your list" in text_of(answer)
    assert (client.channels, client.reminder_consent_on) == ([], None)


def test_an_agreement_to_reminders_is_dated_and_says_how(page, desk, now):
    sent = {"name": "Rosa", "email": "rosa@clients.example", "channels": ["email"], "agreed_how": "by phone"}
    page(desk).post("/clients/new/", sent)
    client = Client.objects.get()
    assert (client.channels, client.reminder_consent_on, client.reminder_consent_source) == (
        ["email"],
        MONDAY,
        "by phone",
    )
    assert client.may_be_mailed


@pytest.mark.parametrize(
    "sent, words",
    [
        ({"name": "Rosa"}, "Add an e-mail address or a phone number"),
        ({"phone": "206 555 0101"}, "Write their name"),
        ({"name": "Rosa", "email": "nonsense"}, "Write the whole e-mail address"),
        ({"name": "Rosa", "phone": "call me"}, "Write the phone number in digits"),
        ({"name": "R" * 121, "phone": "206 555 0101"}, "At most 120 letters; this has 121"),
        ({"name": "Rosa", "email": "r@x.example", "channels": ["email"]}, "Say how they agreed"),
        ({"name": "Ro\x00sa", "phone": "206 555 0101"}, ""),
    ],
)
def test_what_is_missing_is_said_on_top_and_at_the_field_and_nothing_typed_is_lost(page, desk, now, sent, words):
    answer = page(desk).post("/clients/new/", sent)
    assert answer.status_code in (400, 422) and not Client.objects.exists()
    shown = text_of(answer)
    assert shown.startswith("Error: New client") and shown.count(words) >= 2
    assert "invalid" not in shown.lower() and "please" not in shown.lower()
    if "\x00" not in sent.get("name", ""):
        for name in ("name", "phone", "email"):
            assert value_of(answer, name) == sent.get(name, "")


def profile(**changes):
    return {
        "version": "1",
        "name": "Maria Lindqvist",
        "email": "maria@clients.example",
        "language": "en",
        "channels": ["email"],
        "agreed_on": "2026-01-05",
        "agreed_how": "intake form",
    } | changes


def test_an_edit_keeps_what_was_there_and_writes_wishes_in_human_fields(page, ana, ben, maria, now):
    maria.preferences = {"therapists": [str(ben.pk), str(ana.pk)], "windows": [["09:00", "10:00"]], "minutes": 60}
    maria.save()
    form = page(ana).get(f"/clients/{maria.pk}/edit/")
    assert value_of(form, "minutes") == "60" and value_of(form, "from_0") == "09:00"
    page(ana).post(
        f"/clients/{maria.pk}/edit/",
        profile(
            weekdays=["0", "3"],
            from_0="10:00",
            until_0="12:00",
            from_1="14:00",
            until_1="15:30",
            minutes="45",
            therapists=[str(ana.pk), str(ben.pk)],
            declined_areas="belly, scar on the knee ,",
            room_temperature="cool",
            preferred_name="Mia",
            birth_date="1971-03-02",
            time_zone="Europe/Berlin",
            heat_sensitive="on",
        ),
    )
    maria.refresh_from_db()
    assert maria.preferences == {
        "weekdays": [0, 3],
        "windows": [["10:00", "12:00"], ["14:00", "15:30"]],
        "minutes": 45,
        "room_temperature": "cool",
        "therapists": [str(ben.pk), str(ana.pk)],
        "declined_areas": ["belly", "scar on the knee"],
    }
    assert (maria.preferred_name, maria.time_zone, maria.heat_sensitive, maria.version) == (
        "Mia",
        "Europe/Berlin",
        True,
        2,
    )
    words = text_of(page(ana).get(f"/clients/{maria.pk}/"))
    assert "Monday and Thursday" in words and "10:00 to 12:00, 14:00 to 15:30" in words


@pytest.mark.parametrize(
    "sent, words",
    [
        ({"from_0": "12:00", "until_0": "10:00"}, "12:00 to 10:00 ends before it begins"),
        ({"from_0": "12:00"}, "write both, or neither"),
        ({"from_0": "noonish", "until_0": "14:00"}, "Write the time as hours and minutes"),
        ({"minutes": "3"}, "Write a number from 5 to 480"),
        ({"agreed_on": ""}, "They get no reminders before they agree"),
        ({"agreed_on": "2026-12-24"}, "still to come"),
        ({"agreed_how": ""}, "Say how they agreed"),
        ({"birth_date": "2030-01-01"}, "Check the year"),
        ({"birth_date": "yesterday"}, "Write the date as day, month and year"),
        ({"declined_areas": "x" * 61}, "At most 20 areas of 60 letters"),
        ({"time_zone": "Mars/Olympus"}, "Choose one of the list"),
        ({"email": "", "phone": ""}, "so that they can be reached"),
    ],
)
def test_an_edit_that_cannot_be_says_so_at_its_field(page, ana, maria, now, sent, words):
    answer = page(ana).post(f"/clients/{maria.pk}/edit/", profile(**sent))
    assert answer.status_code in (400, 422)
    assert text_of(answer).count(words) >= 2  # on top and at the field
    assert value_of(answer, "name") == "Maria Lindqvist"
    assert Client.objects.get().version == 1


def test_an_edit_over_somebody_elses_says_so_and_saving_again_keeps_ones_own(page, ana, desk, maria, now):
    page(desk).post(f"/clients/{maria.pk}/edit/", profile(phone="206 555 0102"))
    answer = page(ana).post(f"/clients/{maria.pk}/edit/", profile(phone="206 555 0103"))
    assert answer.status_code == 412
    assert "Somebody changed Maria's details" in text_of(answer) and value_of(answer, "phone") == "206 555 0103"
    assert Client.objects.get().phone == "206 555 0102"
    again = profile(phone="206 555 0103", version=value_of(answer, "version"))
    assert page(ana).post(f"/clients/{maria.pk}/edit/", again).status_code == 302
    assert Client.objects.get().phone == "206 555 0103"


def test_the_front_desk_edits_the_person_and_leaves_the_body_alone(page, desk, maria, now):
    maria.heat_sensitive = True
    maria.save()
    assert "Heat" not in text_of(page(desk).get(f"/clients/{maria.pk}/edit/"))
    page(desk).post(f"/clients/{maria.pk}/edit/", profile(phone="206 555 0102", cold_sensitive="on"))
    maria.refresh_from_db()
    assert (maria.phone, maria.heat_sensitive, maria.cold_sensitive) == ("206 555 0102", True, False)


# --- what a page costs ---


def a_full_life(client, therapist, doctor, service):
    """A client with something of everything on every tab."""
    for n, code in enumerate(("reduced-sensation", "spasticity", "open-wound", "varicose-veins")):
        record_finding(client=client, finding=code, places=[("foot", "left"), ("calf", "right")], by=therapist)
        record_medicine(client=client, name=f"Medicine {n}", by=therapist)
    record_clearance(client=client, doctor=doctor, state="granted", by=therapist)
    link_doctor(client=client, doctor=doctor, by=therapist)
    add_contact(client=client, role="carer", name="Erik", by=therapist)
    record_episode(client=client, kind="relapse", onset_on=MONDAY, reported_by="Maria", by=therapist)
    change_client(client=client, by=therapist, preferences=Wishes(therapists=(therapist.pk,)))
    for day in range(1, 5):
        book_appointment(client=client, therapist=therapist, service=service, starts_at=at(10, days=day), by=therapist)


@pytest.mark.parametrize("tab, most", [("", 13), ("visits/", 12), ("notes/", 12), ("people/", 12), ("agreements/", 15),
                                        ("messages/", 12)])
def test_a_full_page_takes_twelve_queries_one_for_what_happened_last_time_two_for_how_they_are_written_to(
        tab, most, page, ana, maria, neurologist, neuro_45, now, django_assert_max_num_queries):
    a_full_life(maria, ana, neurologist, neuro_45)
    browser = page(ana)
    with django_assert_max_num_queries(most):
        assert browser.get(f"/clients/{maria.pk}/{tab}").status_code == 200
