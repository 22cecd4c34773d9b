"""The page from which a client's doctor is told that something is new: who agreed, whom, how, and who was told."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clients.consents import NOTICE, ConsentMissing, record_consent
from clients.episodes import today_in
from clients.fields import DayField, LineField, RowField
from clients.models import Client, Consent, Doctor, Episode, EpisodeNotice
from clients.notices import TEXT_VERSION, agreement_to_tell, doctors_to_tell, tell_doctor, words_to_ask
from clients.views import member_of, status_of
from practice.access import THERAPISTS
from practice.pages import attempt, find, member_page

_HOW = [(how, how.capitalize()) for how in ("in person", "on paper", "by phone", "by video")]
_SAID = {"mail": "The e-mail to {} is on its way. Once they have rung, write down that you told them.",
         "phone": "Written down: {} was told by phone."}


class TellForm(forms.Form):
    """Which doctor, and how."""

    doctor = RowField(label="Doctor", missing="Choose one of the client's doctors.")
    how = forms.ChoiceField(label="How", choices=EpisodeNotice.How.choices, error_messages=dict.fromkeys(
        ("required", "invalid_choice"), "Say whether by e-mail or by phone."))

    def __init__(self, *args: object, client: Client) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["doctor"].queryset = doctors_to_tell(client)  # type: ignore[attr-defined]


class AgreementForm(forms.Form):
    """That the client agreed that this doctor is told: who, how and when."""

    doctor = RowField(label="Doctor", missing="Choose one of the client's doctors.")
    given_by = LineField(label="Who agreed", max_length=120)
    relationship = LineField(label="As whom", max_length=60, help_text="self, parent, guardian …")
    how = forms.ChoiceField(label="How", choices=_HOW)
    given_on = DayField(label="On")

    def __init__(self, *args: object, client: Client) -> None:
        super().__init__(*args, initial={"given_by": client.standing.name, "relationship": "self",  # type: ignore[arg-type]
                                         "given_on": today_in(client)})
        self.fields["doctor"].queryset = doctors_to_tell(client)  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(THERAPISTS)
def tell(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Each of the client's doctors with what was agreed; one press tells them, or writes down that they were told."""
    member = member_of(request)
    episode = find(Episode, member, pk, "client__practice", "client__merged_into__practice")
    if request.method != "POST":
        return _page(request, episode)
    if request.POST.get("act") == "agree":
        agreed = AgreementForm(request.POST, client=episode.client)
        if agreed.is_valid() and attempt(agreed, record_consent, client=episode.client.standing, kind=NOTICE,
                                         text_version=TEXT_VERSION, by=member, **agreed.cleaned_data):
            messages.success(request, f"The agreement is recorded. {agreed.cleaned_data['doctor'].name} can be told.")
            return redirect("clients:tell_doctor", episode.pk)
        return _page(request, episode, agreed)
    form = TellForm(request.POST, client=episode.client)
    if form.is_valid() and attempt(form, tell_doctor, episode=episode, by=member, **form.cleaned_data):
        said = _SAID[form.cleaned_data["how"]]
        messages.success(request, said.format(form.cleaned_data["doctor"].name))
        return redirect("clients:tell_doctor", episode.pk)
    return _page(request, episode, form)


def _page(request: HttpRequest, episode: Episode, form: forms.Form | None = None) -> HttpResponse:
    client = episode.client.standing
    told = episode.notices.select_related("doctor", "told_by__user")
    return render(request, "clients/tell_doctor.html", {
        "room": "clients", "client": client, "episode": episode, "form": form, "told": told,
        "doctors": [(doctor, _agreement(client, doctor), words_to_ask(client, doctor), _asked(client, doctor, form))
                    for doctor in doctors_to_tell(client)]},
        status=status_of(form) if form else 200)


def _agreement(client: Client, doctor: Doctor) -> Consent | None:
    try:
        return agreement_to_tell(client, doctor)
    except ConsentMissing:
        return None


def _asked(client: Client, doctor: Doctor, form: forms.Form | None) -> forms.Form:
    """The form of this doctor: the one that was refused, or an empty one, with labels of its own."""
    if isinstance(form, AgreementForm) and form.data.get("doctor") == str(doctor.pk):
        return form
    fresh = AgreementForm(client=client)
    fresh.auto_id = f"id_%s_{doctor.pk.hex[-6:]}"
    return fresh
