"""Pages of measures: a client's goals and choice, a questionnaire at a visit, and what we do when worried."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clients.episodes import today_in
from clients.models import Client
from notes.measures.answering import answer_questionnaire
from notes.measures.catalogue import MEASURES
from notes.measures.chosen import choose_measures, enter_total, take_back_total, totals_of
from notes.measures.forms import ChoiceForm, GoalForm, MoodForm, QuestionsForm, TotalForm
from notes.measures.goals import end_goal, set_goal
from notes.measures.mood import decide_on_mood, decided_on_mood, is_mood_asked
from notes.measures.of_client import goals_of, usual_of
from notes.measures.questions import QUESTIONNAIRES, numbered
from notes.models import ClientGoal, Note, OutsideTotal
from notes.models.goals import MOST_GOALS
from practice import audit
from practice.access import CLINICAL, THERAPISTS, Role
from practice.pages import attempt, find, member_of, member_page, status_of


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(THERAPISTS)
def measures(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A client's own goals, the measures their notes show at once, and totals from elsewhere."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    act = request.POST.get("act", "")
    form, done = _acted(request, client, act) if request.method == "POST" else (None, "")
    if done:
        messages.success(request, done)
        return redirect(f"{reverse('notes:measures', args=[client.pk])}{_back_to_note(request)}")
    if request.method != "POST":
        audit.record(by=member, verb="outcomes_read", subject=client, client_id=client.pk)
    goals = goals_of(client)
    note = request.GET.get("note", "")
    return render(request, "notes/measures.html", {
        "room": "clients", "client": client, "goals": [g for g in goals if g.ended_on is None],
        "past_goals": [g for g in goals if g.ended_on], "may_add": sum(g.ended_on is None for g in goals) < MOST_GOALS,
        "goal_form": form if act == "goal" else GoalForm(),
        "choice_form": ChoiceForm(practice_id=client.practice_id, chosen=usual_of(client).first()),
        "total_form": form if act == "total" else TotalForm(initial={"rated_on": today_in(client)}),
        "totals": [(row, MEASURES[row.measure]) for row in reversed(totals_of(client)) if row.measure in MEASURES],
        "refused": form if form is not None and form.errors else None,
        "note": Note.objects.visible_to(member).filter(pk=note, client__in=client.family).first()
        if _is_uuid(note) else None}, status=status_of(form) if form is not None else 200)


def _acted(request: HttpRequest, client: Client, act: str) -> tuple[forms.Form, str]:
    """One press on the page: the form it was on, and what was done; nothing where it was refused."""
    member = member_of(request)
    if act == "goal":
        form: forms.Form = GoalForm(request.POST)
        done = form.is_valid() and attempt(form, set_goal, client=client, by=member, **form.cleaned_data)
        return form, "Noted. It is rated in the next note." if done else ""
    if act == "total":
        form = TotalForm(request.POST)
        done = form.is_valid() and attempt(form, enter_total, client=client, by=member, **form.cleaned_data)
        return form, "Entered." if done else ""
    if act == "choose":
        form = ChoiceForm(request.POST, practice_id=client.practice_id)
        done = form.is_valid() and attempt(form, choose_measures, client=client, by=member, **form.cleaned_data)
        return form, "Saved. The notes show these at once." if done else ""
    form = forms.Form(request.POST)
    verb, _, pk = act.partition("-")
    if verb == "end" and _is_uuid(pk):
        goal = _of(client, find(ClientGoal, member, pk, "client__practice"))
        return form, "Ended. Its readings stay." if attempt(form, end_goal, goal=goal, by=member) else ""
    if verb == "back" and _is_uuid(pk):
        total = _of(client, find(OutsideTotal, member, pk, "client"))
        done = attempt(form, take_back_total, total=total, by=member)
        return form, "Taken back. It counts no longer." if done else ""
    raise Http404("No such step.")


def _of(client: Client, row: Any) -> Any:
    """The row, where it is this client's."""
    if row.client.standing_id != client.pk:
        raise Http404
    return row


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _back_to_note(request: HttpRequest) -> str:
    note = request.GET.get("note", "")
    return f"?note={note}" if _is_uuid(note) else ""


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(THERAPISTS)
def ask(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """A questionnaire with its wording, for a draft note: its total becomes a reading. Its address says its number."""
    member = member_of(request)
    note = find(Note, member, pk, "client__practice", "appointment", "author__user")
    asked = numbered(number)
    if asked is None:
        raise Http404("We do not ask this one.")
    if note.is_signed or note.author_id != member.pk or not is_mood_asked(note.practice_id):
        messages.info(request, _why_not(note))
        return redirect("notes:note", note.pk)
    form = QuestionsForm(request.POST if request.method == "POST" else None, asked=asked,
                         initial={"version": note.version})
    if form.is_bound and form.is_valid():
        done = attempt(form, answer_questionnaire, note=note, code=asked.code, answers=form.answers(),
                       expected_version=form.cleaned_data["version"], by=member)
        if done:
            if not done[1]:
                messages.success(request, "Saved as a draft with its total.")
            return redirect("notes:note", note.pk)
    return render(request, "notes/ask.html", {
        "room": "clients", "note": note, "client": note.client.standing, "form": form, "asked": asked,
        "measure": MEASURES[asked.code]}, status=status_of(form))


def _why_not(note: Note) -> str:
    if note.is_signed:
        return "This note is signed. What comes later is added to it."
    if not is_mood_asked(note.practice_id):
        return "These questions are off until the owner has named what we do on a worrying answer."
    return "The note's author asks these questions."


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def mood(request: HttpRequest) -> HttpResponse:
    """Whether questions about mood are asked, and what we do on a worrying answer; the owner decides."""
    member = member_of(request)
    decided = decided_on_mood(member.practice_id)
    initial: dict[str, Any] = {"is_asked": decided.is_asked, "what_we_do": decided.what_we_do} if decided else {}
    form = MoodForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid() and attempt(form, decide_on_mood, practice=member.practice, by=member,
                                                     **form.cleaned_data):
        messages.success(request, "Saved. It holds from now on.")
        return redirect("notes:mood")
    return render(request, "notes/mood.html", {
        "room": "practice", "form": form, "decided": decided, "may_change": member.role == Role.OWNER,
        "asked": [(MEASURES[code], asked) for code, asked in QUESTIONNAIRES.items()]}, status=status_of(form))
