"""Booking and series on the page: three acts, words for every refusal, one visit however often pressed."""

import re
from urllib.parse import urlencode

import pytest

from conftest import at, numb
from practice.models import Closure, TimeOff
from sessions.asked import stamp
from sessions.booking import book_appointment, cancel_appointment
from sessions.models import Appointment, Series
from sessions.rhythm import Rhythm
from sessions.series import book_series
from sessions.tests.reading import TUESDAY, clinical_in, wish, words_of


def test_a_known_client_is_booked_from_the_diary_in_three_acts(visit, page, desk, ana):
    browser = page(desk)
    diary = words_of(browser.get(f"/diary/?on={TUESDAY}"))
    slot = re.search(r'class="diary-open" href="(/book/[^"]*at=13%3A30[^"]*)"', diary)
    asks = words_of(browser.get(slot[1]))
    assert "For whom?" in asks
    assert "Tue 24 Nov, 13:30, with Ana Alves" in asks
    found = browser.get(f"{slot[1]}&q=mar", follow=True)
    assert "Book Maria Lindqvist" in words_of(found)
    assert "Neuro 45, 45 minutes" in words_of(found)
    posted = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', words_of(found).split("<h1>")[1]))
    posted.pop("next", None)
    booked = browser.post("/book/", posted, follow=True)
    assert "Maria Lindqvist, Tue 24 Nov, 13:30: booked." in words_of(booked)
    assert "Booked: " not in words_of(booked)  # the banner with Undo says it, once
    assert Appointment.objects.filter(starts_at=at(13, 30), therapist=ana).count() == 1


def test_open_times_are_listed_by_day_and_ranked_with_why_for_a_client(visit, page, desk, maria, neuro_45):
    maria.preferences = {"windows": [["09:00", "10:00"]]}
    maria.save()
    words = words_of(page(desk).get(f"/book/?client={maria.pk}"))
    assert "Suits Maria best" in words
    assert "inside the preferred window 09:00-10:00" in words
    assert "<summary>Tue 24 Nov" in words


@pytest.mark.parametrize("is_known", [True, False])
def test_a_day_without_a_time_is_proposed_first(visit, page, desk, maria, neuro_45, is_known):
    whom = {"client": maria.pk} if is_known else {}
    shown = words_of(page(desk).get("/book/", {**whom, "service": neuro_45.pk, "on": "2026-12-08"}))
    assert re.search(r'name="first"[^>]*value="2026-12-08"|value="2026-12-08"[^>]*name="first"', shown)
    assert "Mon 7 Dec" not in shown and shown.index("Tue 8 Dec") < shown.index("Wed 9 Dec")
    if is_known:
        assert "Tue 8 Dec" in shown[shown.index("slot--best"):][:400]


def test_a_taken_time_is_refused_in_words_with_free_times_one_press_away(visit, page, desk, ines, ana, neuro_45):
    browser = page(desk)
    refused = browser.post("/book/", wish(ines, ana, neuro_45, at(10, 30)))
    assert refused.status_code == 409
    assert "Ana Alves is taken Tue 24 Nov, 10:00–10:45." in words_of(refused)
    assert "because" not in words_of(refused).lower()  # an overlap takes no reason
    instead = re.search(r'name="instead" value="([^"]+)"', words_of(refused))[1]
    browser.post("/book/", wish(ines, ana, neuro_45, at(10, 30), instead=instead))
    assert Appointment.objects.filter(client=ines).values_list("status", flat=True).get() == "booked"


def test_only_the_break_around_a_visit_can_be_given_up(visit, page, desk, ines, ana, neuro_45):
    browser = page(desk)
    refused = browser.post("/book/", wish(ines, ana, neuro_45, at(10, 45)))
    assert "Book all the same, because" in words_of(refused)
    browser.post("/book/", wish(ines, ana, neuro_45, at(10, 45), override_reason="her only hour"))
    assert Appointment.objects.get(client=ines).override_reason == "her only hour"


def test_pressing_book_twice_makes_one_visit_and_lands_on_it(now, page, desk, maria, ana, neuro_45):
    browser = page(desk)
    first = browser.post("/book/", wish(maria, ana, neuro_45, at(10)))
    for _ in range(4):
        assert (
            browser.post("/book/", wish(maria, ana, neuro_45, at(10))).headers["Location"] == first.headers["Location"]
        )
    assert Appointment.objects.count() == 1


def test_the_desk_books_outside_hours_with_a_reason_and_keeps_what_it_typed(now, page, desk, maria, ana, neuro_45):
    browser = page(desk)
    refused = browser.post("/book/", wish(maria, ana, neuro_45, at(18)))
    assert (refused.status_code, "works 09:00–12:00, 13:00–17:00" in words_of(refused)) == (409, True)
    browser.post("/book/", wish(maria, ana, neuro_45, at(18), override_reason="only day"))
    assert Appointment.objects.get().override_reason == "only day"


def test_a_client_on_hold_needs_a_therapist_and_the_desk_is_not_told_why(relapse, page, desk, ana, maria, neuro_45):
    numb(maria)
    url = f"/book/?client={maria.pk}&service={neuro_45.pk}&therapist={ana.pk}&starts_at={stamp(at(14))}"
    of_desk = page(desk).get(url)
    assert "Needs Ana's decision" in words_of(of_desk)
    refused = page(desk).post("/book/", wish(maria, ana, neuro_45, at(14), override_reason="they asked"))
    assert refused.status_code == 409
    assert clinical_in(of_desk) == clinical_in(refused) == []
    of_ana = words_of(page(ana).get(url))
    assert "MS relapse since Sat 21 Nov" in of_ana
    assert "both feet: sensation is reduced" in of_ana.lower()
    page(ana).post("/book/", wish(maria, ana, neuro_45, at(14), override_reason="we agreed on light work"))
    assert Appointment.objects.filter(client=maria, starts_at=at(14)).exists()


def test_another_practices_rows_cannot_be_named(visit, page, lakeside_owner, maria, ana, neuro_45):
    browser = page(lakeside_owner)
    assert browser.get(f"/book/?client={maria.pk}").status_code == 404
    answer = browser.post("/book/", wish(maria, ana, neuro_45, at(14)))
    assert answer.status_code in (404, 422)
    assert b"Maria" not in answer.content
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    "query",
    [
        "client=1",
        "service=x",
        "therapist='",
        "starts_at=yesterday",
        "on=2026-13-01&at=99:99",
        "first=x&last=y",
        "starts_at=0001-01-01T00:00Z",
        "q=%00%F0",
    ],
)
def test_nonsense_in_the_address_is_a_clear_answer(visit, page, desk, query):
    assert page(desk).get(f"/book/?{query}").status_code in (200, 404, 422)


def test_days_too_many_or_the_wrong_way_round_are_said_in_words(visit, page, desk, neuro_45):
    asked = page(desk).get(f"/book/?service={neuro_45.pk}&first=2026-12-01&last=2026-11-25")
    assert (asked.status_code, "Wed 25 Nov lies before Tue 1 Dec." in words_of(asked)) == (422, True)
    assert "Look at 92 days at most" in words_of(
        page(desk).get(f"/book/?service={neuro_45.pk}&first=2026-12-01&last=2027-12-01")
    )


def series_form(ana, neuro_45, **more):
    return {
        "service": neuro_45.pk,
        "therapist": ana.pk,
        "on": TUESDAY,
        "at": "10:30",
        "every_days": 7,
        "count": 4,
        **more,
    }


def test_looking_first_books_nothing_and_booking_books_all(visit, page, desk, kofi, ana, neuro_45):
    browser, url = page(desk), f"/series/new/?client={kofi.pk}"
    looked = words_of(browser.post(url, series_form(ana, neuro_45, at="13:00", do="look")))
    assert "All 4 dates are free" in looked
    assert "Tue 15 Dec, 13:00" in looked
    assert Series.objects.count() == 0
    browser.post(url, series_form(ana, neuro_45, at="13:00", do="book"))
    assert Appointment.objects.filter(client=kofi).count() == 4


def test_pressing_book_all_twice_makes_one_series_and_lands_on_it(visit, page, desk, kofi, ana, neuro_45):
    browser, url = page(desk), f"/series/new/?client={kofi.pk}"
    form = series_form(ana, neuro_45, at="13:00", do="book")
    first = browser.post(url, form)
    again = browser.post(url, form)
    assert (again.status_code, again.headers["Location"]) == (302, first.headers["Location"])
    assert "4 visits" in words_of(browser.get("/diary/"))
    assert (Series.objects.count(), Appointment.objects.filter(client=kofi).count()) == (1, 4)
    longer = browser.post(url, form | {"count": 5})
    assert longer.status_code == 409, "five are another series than the four that stand"


def test_a_series_of_which_a_visit_was_called_off_is_not_booked_already(visit, page, desk, kofi, ana, neuro_45):
    browser, url = page(desk), f"/series/new/?client={kofi.pk}"
    form = series_form(ana, neuro_45, at="13:00", do="book")
    browser.post(url, form)
    cancel_appointment(appointment=Appointment.objects.filter(client=kofi).first(), by=desk)
    assert browser.post(url, form).status_code == 409


def test_a_series_with_a_taken_date_says_which_and_what_is_free_instead(visit, page, desk, kofi, ana, neuro_45):
    browser, url = page(desk), f"/series/new/?client={kofi.pk}"
    looked = words_of(browser.post(url, series_form(ana, neuro_45, do="look")))
    assert "1 of 4 dates cannot be booked" in looked
    assert "Tue 24 Nov, 11:00" in looked
    refused = browser.post(url, series_form(ana, neuro_45, do="book"))
    assert (refused.status_code, Appointment.objects.filter(client=kofi).count()) == (409, 0)
    assert 'value="10:30"' in words_of(refused)


def test_a_first_visit_in_the_hour_the_clocks_skip_is_refused_with_both_neighbours(
    now, page, desk, maria, ana, neuro_45
):
    refused = page(desk).post(
        f"/series/new/?client={maria.pk}", series_form(ana, neuro_45, on="2027-03-14", at="02:30")
    )
    assert "02:30 on Sun 14 Mar 2027 does not exist in America/New_York" in words_of(refused)
    assert "Nearest times: 01:45 and 03:00." in words_of(refused)


@pytest.mark.parametrize(
    "starts_at, words",
    [
        ("2026-11-10T15:00Z", "has passed. A visit of the last 30 days can be entered late with a reason."),
        ("2026-11-24T15:00:30Z", "Visits begin on a whole minute."),
    ],
)
def test_a_start_the_verb_refuses_is_answered_in_its_words(now, page, desk, maria, ana, neuro_45, starts_at, words):
    browser = page(desk)
    looked = browser.get(f"/book/?client={maria.pk}&service={neuro_45.pk}&therapist={ana.pk}&starts_at={starts_at}")
    refused = browser.post("/book/", wish(maria, ana, neuro_45, at(10)) | {"starts_at": starts_at})
    assert (looked.status_code, refused.status_code) == (200, 400)
    assert words in words_of(looked)
    assert words in words_of(refused)


def book_url(client, service, therapist, start, **more):
    query = {"client": client.pk, "service": service.pk, "therapist": therapist.pk, "starts_at": start, **more}
    return f"/book/?{urlencode(query)}"


def test_a_taken_time_is_told_before_anybody_presses_and_there_is_nothing_to_press(
    visit, page, desk, ines, ana, neuro_45
):
    words = words_of(page(desk).get(book_url(ines, neuro_45, ana, stamp(at(10, 30)))))
    assert "Ana Alves is taken Tue 24 Nov, 10:00–10:45." in words
    assert "Book one of these instead" in words
    assert not re.search(r">\s*Book( all the same)?</button>", words)
    tight = words_of(page(desk).get(book_url(ines, neuro_45, ana, stamp(at(10, 45)))))
    assert ">Book all the same</button>" in tight


def test_a_taken_room_is_told_and_the_same_time_in_another_is_one_press_away(
    visit, page, desk, ines, ben, room, garden, neuro_45
):
    browser = page(desk)
    words = words_of(browser.get(book_url(ines, neuro_45, ben, stamp(at(10)), room=room.pk)))
    assert "River room is taken Tue 24 Nov, 10:00–10:45; free at the same time in Garden room." in words
    assert f'value="{stamp(at(10))}">Tue 24 Nov, 10:00, Garden room' in words
    assert ">Book</button>" not in words
    browser.post("/book/", wish(ines, ben, neuro_45, at(10), room=room.pk, instead=stamp(at(10))))
    assert Appointment.objects.get(client=ines).room == garden


@pytest.mark.parametrize("start", ["starts_at=2027-03-14T02:30", "on=2027-03-14&at=02:30"])
def test_a_start_the_clocks_jump_over_is_told_with_the_nearest_times_that_are_open(
        now, page, desk, maria, ana, neuro_45, start):
    words = words_of(page(desk).get(f"/book/?client={maria.pk}&service={neuro_45.pk}&therapist={ana.pk}&{start}"))
    assert "02:30 on Sun 14 Mar 2027 does not exist in America/New_York: clocks go forward." in words
    assert words.count("clocks go forward") == 1 and "Nearest times: 01:45" not in words
    near = re.findall(r'<a class="slot slot--best" href="(/book/[^"]*)">([^<]*)</a>', words.split("When?")[0])
    assert [said for _, said in near] == ["Mon 15 Mar 2027, 09:00", "Mon 15 Mar 2027, 09:15", "Mon 15 Mar 2027, 09:30"]
    assert ">Book</button>" in words_of(page(desk).get(near[0][0].replace("&amp;", "&")))


def test_a_day_on_which_the_client_has_a_visit_is_offered_last_and_said_on_the_way(
    weekly, page, desk, maria, ana, neuro_45
):
    browser = page(desk)
    words = words_of(browser.get(f"/book/?client={maria.pk}&first={TUESDAY}&last={TUESDAY}"))
    assert "already has a visit that day" in words
    best = words_of(browser.get(f"/book/?client={maria.pk}")).split("Suits Maria best")[1].split("</section>")[0]
    assert ">Tue 24 Nov" not in best
    assert "All of them with Ana Alves: they usually come weekly;" in best
    assert "1 day before the visit on Tue 24 Nov<" in best and "between the visit on Tue 24 Nov and the one on Tue 1 Dec<" in best
    confirm = words_of(browser.get(book_url(maria, neuro_45, ana, stamp(at(14)))))
    assert "Maria already has a visit that day at 10:30." in confirm
    assert ">Book</button>" in confirm


def test_a_series_begins_after_the_one_there_is_at_its_rhythm(weekly, page, desk, maria):
    words = words_of(page(desk).get(f"/series/new/?client={maria.pk}"))
    assert re.search(r'name="on" value="2027-01-05"', words)
    assert re.search(r'name="every_days" value="7"', words)


def test_the_dates_of_a_series_tell_every_clash_each_free_time_once_and_the_year_that_follows(
    weekly, page, desk, maria, ana, neuro_45
):
    browser, url = page(desk), f"/series/new/?client={maria.pk}"
    for do in ("look", "book"):
        words = words_of(browser.post(url, series_form(ana, neuro_45, count=7, do=do)))
        assert "Maria Lindqvist already has a visit Tue 24 Nov, 10:30–11:15, with Ana Alves." in words
        assert "Ana Alves is taken" not in words, "it is the same visit"
        assert "Free instead" not in words
        assert words.count("Tue 24 Nov, 09:30") + words.count("Tue 24 Nov, 11:30") == 1
        assert "Tue 5 Jan 2027, 10:30" in words


def test_a_date_that_is_none_shows_today_and_says_so(now, page, desk, ana):
    browser = page(desk)
    for address in ("/diary/?on=abc", "/diary/?on=9999-12-31", "/diary/print/?on=zz", "/?on=zz"):
        assert "is no date that can be shown; this is today." in words_of(browser.get(address))
    assert "“zz” is no date and time" in words_of(browser.get("/book/?at=zz"))
    assert "is no date" not in words_of(browser.get(f"/diary/?on={TUESDAY}"))
    assert browser.get("/diary/print/?on=zz&as=pdf")["Location"] == "/diary/print/?on=zz"


def test_where_a_reason_is_needed_it_is_not_called_optional_and_missing_it_is_said(
        visit, page, desk, ines, ana, neuro_45):
    browser = page(desk)
    tight = words_of(browser.post("/book/", wish(ines, ana, neuro_45, at(10, 45))))
    assert "optional" not in tight.split("Book all the same, because")[1].split("</label>")[0]
    assert "Say why, in a few words." not in tight
    empty = words_of(browser.post("/book/", wish(ines, ana, neuro_45, at(10, 45), override_reason="")))
    assert "Say why, in a few words." in empty and not Appointment.objects.filter(client=ines).exists()


def test_dates_of_a_series_left_unanswered_are_marked_and_linked(visit, page, desk, kofi, ana, neuro_45):
    browser, url = page(desk), f"/series/new/?client={kofi.pk}"
    looked = words_of(browser.post(url, series_form(ana, neuro_45, do="look")))
    name = re.search(r'name="(instead-[^"]+)"', looked)[1]
    assert "aria-invalid" not in looked
    refused = words_of(browser.post(url, series_form(ana, neuro_45, do="book", **{name: ""})))
    assert "Choose another time for 1 date or leave it out:" in refused and f'href="#{name}"' in refused
    assert f'name="{name}" aria-invalid="true"' in refused


def test_a_time_the_clocks_jump_over_offers_the_two_next_to_it_where_nothing_is_open(
        now, page, desk, maria, ana, neuro_45):
    browser = page(desk)
    ana.working_hours.all().delete()
    words = words_of(browser.get(f"/book/?client={maria.pk}&service={neuro_45.pk}&on=2027-03-14&at=02:30"))
    near = re.findall(r'<a class="slot slot--best" href="(/book/[^"]*)">Sun 14 Mar 2027, (0[13]:\d\d)</a>', words)
    assert [time for _, time in near] == ["01:45", "03:00"]
    assert "Sun 14 Mar 2027, 03:00" in words_of(browser.get(near[1][0].replace("&amp;", "&")))


def test_a_time_that_comes_twice_asks_which_one_is_meant(now, page, desk, maria, ana, neuro_45):
    words = words_of(page(desk).get(f"/book/?client={maria.pk}&service={neuro_45.pk}&on=2027-11-07&at=01:30"))
    assert "01:30 on Sun 7 Nov 2027 comes twice" in words and "Which one?" in words
    meant = re.findall(r'href="/book/[^"]*starts_at=([^"&]*)[^"]*">(The first|The second)', words)
    assert meant == [("2027-11-07T05%3A30Z", "The first"), ("2027-11-07T06%3A30Z", "The second")]


def test_another_service_is_chosen_without_choosing_the_time_again(visit, page, desk, maria, ana, neuro_45):
    browser = page(desk)
    confirm = words_of(browser.get(f"/book/?client={maria.pk}&service={neuro_45.pk}&therapist={ana.pk}"
                                   f"&starts_at={stamp(at(14))}"))
    change = re.search(r'href="([^"]*)">Change<span class="sr"> what', confirm)[1].replace("&amp;", "&")
    asks = words_of(browser.get(change))
    assert "What?" in asks
    assert "Tue 24 Nov, 14:00, with Ana Alves" in asks
    assert f"starts_at=2026-11-24T19%3A00Z&service={neuro_45.pk}" in asks


def test_who_is_booked_ahead_already_is_told_before_one_more_is_chosen(visit, page, desk, maria):
    assert "Booked already: Tue 24 Nov, 10:00." in words_of(page(desk).get(f"/book/?client={maria.pk}"))


def test_what_holds_for_every_time_that_suits_best_is_said_once(weekly, page, desk, maria):
    best = words_of(page(desk).get(f"/book/?client={maria.pk}")).split("Suits Maria best")[1].split("</section>")[0]
    assert best.count("a preferred therapist") == 1
    assert "All of them with Ana Alves: they usually come weekly; a preferred therapist." in best
    assert best.count("they usually come weekly") == 1


def best_of(words):
    """The times that suit best: what is said of all of them, and each one's."""
    part = words.split("Suits Maria best")[1].split("</section>")[0]
    return part.split("<ul")[0], re.findall(r'href="[^"]*">([^<]*)', part)


def test_times_that_suit_equally_well_are_not_five_times_the_same_hour(weekly, page, desk, maria):
    shown = words_of(page(desk).get("/book/", {"client": maria.pk, "first": "2026-11-25", "last": "2026-11-30"}))
    of_all, times = best_of(shown)
    assert "between the visit on Tue 24 Nov and the one on Tue 1 Dec; they usually come weekly; a preferred therapist." in of_all
    assert times[0] == "Wed 25 Nov, 10:30", "at the hour they usually come"
    hours = [said.split(", ")[1] for said in times]
    assert len(set(hours)) == len(hours) == 4
    assert max(hours) >= "15:00" > "10:00" > min(hours)


def test_who_wishes_for_an_hour_is_offered_nothing_outside_it_for_the_sake_of_variety(weekly, page, desk, maria):
    maria.preferences = {"windows": [["10:00", "12:00"]]}
    maria.save()
    shown = words_of(page(desk).get("/book/", {"client": maria.pk, "first": "2026-11-25", "last": "2026-11-30"}))
    of_all, times = best_of(shown)
    assert "inside the preferred window 10:00-12:00" in of_all
    assert all("10:00" <= said.split(", ")[1] <= "11:15" for said in times)


def test_open_times_say_once_with_whom_they_all_are_and_what_another_room_is_like(
        visit, page, desk, maria, kofi, ana, ben, room, garden, neuro_45):
    garden.access_notes = "Step-free, chair and table"
    garden.save()
    book_appointment(client=kofi, therapist=ben, service=neuro_45, starts_at=at(14), room=room, by=ana)
    query = {"client": maria.pk, "first": TUESDAY, "last": TUESDAY}
    words = words_of(page(desk).get("/book/", {**query, "therapist": ana.pk})).split("<h2>Open times</h2>")[1]
    assert "All of them with Ana Alves." in words and words.count("Ana Alves") == 1
    assert words.count("Step-free, chair and table") == 1
    assert '14:00</span><span class="meta">Garden room</span>' in words
    both = words_of(page(desk).get("/book/", {**query, "therapist": ""})).split("<h2>Open times</h2>")[1]
    assert "All of them with" not in both and both.count("Ben Baker") > 1


def test_more_visits_booked_ahead_than_are_listed_are_counted(now, page, desk, maria, ana, neuro_45):
    book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10, 30), rhythm=Rhythm(7, 8), by=ana)
    words = words_of(page(desk).get("/book/", {"client": maria.pk}))
    assert "; Tue 29 Dec, 10:30; and 2 more." in words


def test_whom_and_where_can_be_changed_before_booking(visit, page, desk, maria, ana, ben, room, garden, neuro_45):
    browser = page(desk)
    words = words_of(browser.get(book_url(maria, neuro_45, ana, stamp(at(14)), room=room.pk)))
    whom = re.search(r'href="([^"]*)">Change<span class="sr"> with whom', words)[1].replace("&amp;", "&")
    that_day = words_of(browser.get(whom))
    assert "Ben Baker" in that_day and "Tue 24 Nov" in that_day and "<summary>Wed 25 Nov" not in that_day
    where = re.search(r'href="([^"]*)">Change to Garden room', words)[1].replace("&amp;", "&")
    there = words_of(browser.get(where))
    assert "Garden room" in there.split("Where</dt>")[1][:60] and ">Book</button>" in there


def test_where_booking_needs_a_reason_one_writes_it_first_and_the_free_times_stand_out(
        visit, page, desk, ines, ana, neuro_45):
    words = words_of(page(desk).get(book_url(ines, neuro_45, ana, stamp(at(18)))))
    assert "autofocus" in re.search(r'<input[^>]*name="override_reason"[^>]*>', words)[0]
    assert '<button class="button" type="submit">Book all the same</button>' in words
    assert '<button class="slot slot--best" type="submit" name="instead"' in words
    refused = words_of(page(desk).post("/book/", wish(ines, ana, neuro_45, at(18))))
    assert "that day; 18:00–18:45 lies outside." in refused and "Free instead" not in refused


def test_a_series_is_proposed_from_the_first_day_of_its_rhythm_that_is_open(weekly, page, desk, maria, ana):
    Closure.objects.create(practice=ana.practice, first_on="2027-01-05", last_on="2027-01-05", name="Stocktaking")
    TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=at(0, days=50), ends_at=at(0, days=51))
    words = words_of(page(desk).get(f"/series/new/?client={maria.pk}"))
    assert 'name="on" value="2027-01-19"' in words, "closed on the 5th, away on the 12th"
    asked = words_of(page(desk).get(f"/series/new/?client={maria.pk}&on=2027-01-05"))
    assert 'name="on" value="2027-01-05"' in asked, "whoever names a day is not argued with"


def test_instead_of_a_closed_day_the_same_hour_is_offered_on_the_days_around_it(now, page, desk, kofi, ana, neuro_45):
    Closure.objects.create(practice=ana.practice, first_on="2026-12-01", last_on="2026-12-01", name="Stocktaking")
    looked = words_of(page(desk).post(f"/series/new/?client={kofi.pk}", series_form(ana, neuro_45, at="10:00", do="look")))
    offered = re.findall(r'<option value="2026[^"]*">([^<]+)', looked)
    assert offered == ["Mon 30 Nov, 10:00", "Wed 2 Dec, 10:00", "Thu 3 Dec, 10:00"]


def test_dates_that_cannot_be_are_answered_first_and_the_reason_stands_beside_its_own_button(
        now, page, desk, kofi, ana, neuro_45):
    Closure.objects.create(practice=ana.practice, first_on="2026-12-01", last_on="2026-12-01", name="Stocktaking")
    browser, url = page(desk), f"/series/new/?client={kofi.pk}"
    form = series_form(ana, neuro_45, at="10:00")
    looked = words_of(browser.post(url, {**form, "do": "look"}))
    after = looked.split("</table>")[1]
    assert re.search(r'button--primary" type="submit" name="do" value="book">Book with these changes', after)
    because = after.split("Book all the same, because")[1]
    assert re.search(r'<button class="button" type="submit" name="do" value="override">Book all the same', because)
    unanswered = words_of(browser.post(url, {**form, "do": "book", "override_reason": "", "instead-2026-12-01": ""}))
    assert "Choose another time for 1 date" in unanswered and "Say why, in a few words." not in unanswered
    empty = words_of(browser.post(url, {**form, "do": "override", "override_reason": "", "instead-2026-12-01": ""}))
    assert "Say why, in a few words." in empty and "Choose another time for 1 date" not in empty
    browser.post(url, {**form, "do": "override", "override_reason": "we open for him", "instead-2026-12-01": ""})
    assert Appointment.objects.filter(client=kofi).count() == 4


def test_a_date_of_another_year_has_its_year_before_and_after_it_is_booked(now, page, desk, kofi, ana, neuro_45):
    browser = page(desk)
    confirm = words_of(browser.get(book_url(kofi, neuro_45, ana, "2027-01-18T15:30Z")))
    booked = words_of(browser.post("/book/", wish(kofi, ana, neuro_45, at(10, 30, days=56)), follow=True))
    for words in (confirm, booked):
        assert "Mon 18 Jan 2027, 10:30" in words
        assert not re.search(r"Mon 18 Jan(?! 2027)", words)
    listed = words_of(browser.get("/book/", {"client": kofi.pk, "first": "2027-01-18", "last": "2027-01-19"}))
    assert "Booked already: Mon 18 Jan 2027, 10:30." in listed
    assert "<summary>Tue 19 Jan 2027" in listed and not re.search(r"(Mon 18|Tue 19) Jan(?! 2027)", listed)
