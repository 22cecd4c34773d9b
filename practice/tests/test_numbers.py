"""The owner decides how long things are kept; everybody else reads the result."""

import pytest
from django.urls import reverse

from practice.models import AuditEntry, Practice
from practice.numbers import NUMBERS, change_numbers
from practice.refusals import BadInput, NotAllowed
from practice.settings_views import GROUPS, NumbersForm


def typed_as_they_are(practice):
    """The form as the page shows it; a number that may be empty and is, as an empty field."""
    numbers = {name: getattr(practice, name) for name in NUMBERS}
    return {name: "" if number is None else number for name, number in numbers.items()} | {
        "currency": "EUR", "second_step_for": practice.second_step_for}


def test_the_owner_changes_numbers_on_one_page_and_it_is_written_down(riverside, owner, page):
    browser, address = page(owner), reverse("practice:settings")
    shown = browser.get(address).content.decode()
    assert "is our own proposal" in shown and shown.count("Suggested: ") == sum(bool(n.suggested) for n in NUMBERS.values())
    kept = typed_as_they_are(riverside)
    browser.post(address, kept | {"retention_years": 15, "intake_every_months": ""})
    riverside.refresh_from_db()
    assert (riverside.retention_years, riverside.intake_every_months, riverside.request_hours) == (15, None, 48)
    entry = AuditEntry.objects.get(verb="practice_changed")
    assert (entry.actor, set(entry.detail["fields"])) == (owner, {"retention_years", "intake_every_months"})
    browser.post(address, kept | {"retention_years": 15, "intake_every_months": ""})
    assert AuditEntry.objects.filter(verb="practice_changed").count() == 1


@pytest.mark.parametrize("name, typed", [("retention_years", "0"), ("retention_years", "101"), ("horizon_days", ""),
                                         ("notice_minutes", "-1"), ("waitlist_offer_hours", "fourteen"), ("slot_grid_minutes", "7")])  # fmt: skip
def test_a_number_out_of_bounds_is_refused_in_words_and_nothing_is_saved(riverside, owner, page, name, typed):
    kept = typed_as_they_are(riverside) | {"intake_every_months": 6, name: typed}
    answer = page(owner).post(reverse("practice:settings"), kept)
    assert answer.status_code == 422
    assert NUMBERS[name].words in answer.content.decode()
    riverside.refresh_from_db()
    assert riverside.intake_every_months == 12
    value = int(typed) if typed.lstrip("-").isdigit() else None
    with pytest.raises(BadInput, match=r"^(Write a number from|Choose)"):
        change_numbers(practice=riverside, by=owner, **{name: value})


def test_nobody_but_the_practices_own_owner_changes_them(riverside, ana, desk, lakeside_owner, page):
    for member in (ana, desk):
        assert page(member).get(reverse("practice:settings")).status_code == 403
        with pytest.raises(NotAllowed):
            change_numbers(practice=riverside, by=member, retention_years=1)
    with pytest.raises(NotAllowed):
        change_numbers(practice=riverside, by=lakeside_owner, retention_years=1)
    assert "numbers" not in page(ana).get(reverse("practice:home")).content.decode()


def test_every_number_stands_once_under_a_heading_of_its_own(riverside):
    form = NumbersForm(practice=riverside)
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(form.fields)
    assert [field.name for _, fields in form.groups() for field in fields] == grouped


@pytest.mark.parametrize("number", [n for n in NUMBERS.values() if n.suggested], ids=lambda n: n.name)
def test_what_is_suggested_is_what_a_new_practice_begins_with(number):
    begins = Practice._meta.get_field(number.name).get_default()
    assert begins == (None if number.name == "recall_weeks" else int(number.suggested.split(",")[0]))
