"""The pages where a practice reads and changes the words of its messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from practice.access import Role
from practice.models import Membership, Practice
from practice.outbox import KINDS, Kind, Letter
from practice.pages import attempt, member_of, member_page, status_of
from practice.refusals import NotAllowed, Refusal
from practice.wording import FRAME, LANGUAGES, UNREVIEWED, Text, our_text, own_texts, text_of
from practice.wording.clinical import clinical_words_in
from practice.wording.examples import examples_in
from practice.wording.lengths import Length, length_of
from practice.wording.own import (
    EMPTY,
    FRAMES,
    change_sender_name,
    check_text,
    drop_text,
    is_used,
    languages_of,
    variables_for,
    variants_of,
    write_text,
)
from practice.wording.trying import TEST, as_it_leaves, send_test

_PARTS = ("subject", "body", "sms")
_READERS = {"client": "To clients", "doctor": "To doctors", "member": "To colleagues"}
_ABOUT = ("About their visits", "When visits pause", "Booking by themselves", "Asked and given")
_VARIANTS = {
    "": "As usual", "asks": "Asks for a yes",
    "one": "One visit", "several": "Several visits", "new": "New times only", "some": "New times, and some cancelled",
    "gone": "Cancelled only", "today": "Today", "day": "On another day", "coming": "No day to name", **FRAMES}


class SenderForm(forms.Form):
    """The name messages come from."""

    sender_name = forms.CharField(
        label="Messages come from", max_length=60, required=False,
        error_messages={"max_length": "At most 60 letters."}, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class TextForm(forms.Form):
    """One text: only the parts its kind has."""

    subject = forms.CharField(label="Subject", error_messages={"required": EMPTY["subject"]},
                              widget=forms.TextInput(attrs={"autocomplete": "off"}))
    body = forms.CharField(label="Mail", error_messages={"required": EMPTY["body"]}, widget=forms.Textarea)
    sms = forms.CharField(label="SMS", error_messages={"required": EMPTY["sms"]}, widget=forms.Textarea)
    number = forms.CharField(label="Your mobile", required=False, max_length=40, widget=forms.TextInput(
        attrs={"type": "tel", "autocomplete": "tel"}), help_text=(
            "A test as a text message goes there, and stands in the list of messages as every test does."))

    def __init__(self, *args: Any, ours: Text, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in _PARTS:
            if not getattr(ours, part):
                del self.fields[part]
        if not ours.sms:
            del self.fields["number"]

    def text(self) -> Text:
        """What was typed, as a text, right or wrong."""
        parts = [part for part in _PARTS if part in self.fields]
        return Text(**{part: str(self.data.get(part, "")).replace("\x00", "") for part in parts})


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which text is looked at."""

    kind: str
    variant: str
    language: str

    @property
    def name(self) -> str:
        return "Greeting and closing" if self.kind == FRAME else KINDS[self.kind].name

    @property
    def where(self) -> dict[str, str]:
        """As the verbs take it."""
        return {"kind": self.kind, "variant": self.variant, "language": self.language}

    def url(self, *, variant: str | None = None, language: str | None = None) -> str:
        """The page of this text, or of another of the same kind."""
        query = urlencode({"text": self.variant if variant is None else variant, "language": language or self.language})
        return f"{reverse('practice:words_of', args=[self.kind])}?{query}"


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def words_page(request: HttpRequest) -> HttpResponse:
    """Every kind of message, for whom and when it leaves; the owner changes here whom messages come from."""
    member = member_of(request)
    practice, is_owner = member.practice, member.role == Role.OWNER
    form = SenderForm(request.POST if request.method == "POST" else None, initial={"sender_name": practice.sender_name})
    form.fields["sender_name"].help_text = f"Empty: {practice.name}. A neutral name says nothing of what you do."
    if form.is_bound and not is_owner:
        raise NotAllowed("The words of messages are the owner's to change. Ask them.")
    if form.is_bound and form.is_valid() and attempt(form, change_sender_name, practice=practice, by=member,
                                                     **form.cleaned_data):
        messages.success(request, "Saved. Messages carry this name from now on.")
        return redirect("practice:words")
    own = own_texts(practice)
    groups: dict[str, list[tuple[Kind, str]]] = {}
    for kind in sorted(KINDS.values(), key=_place):
        if kind.code != TEST:
            groups.setdefault(_heading(kind), []).append((kind, _own_in(own, kind.code)))
    sender = practice.sender_name or practice.name
    return render(request, "practice/words/list.html", {
        "room": "messages", "form": form, "groups": groups.items(), "is_owner": is_owner, "sender": sender,
        "says": clinical_words_in(sender), "frame_own": _own_in(own, FRAME)}, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def text_page(request: HttpRequest, kind: str) -> HttpResponse:
    """One text with its variables and how it reads; changed, tried and put back by the owner."""
    member, chosen = member_of(request), _chosen(request, kind)
    practice, is_owner = member.practice, member.role == Role.OWNER
    ours = our_text(**chosen.where)
    stands = text_of(practice, **chosen.where)
    form = TextForm(request.POST if request.method == "POST" else None, ours=ours,
                    initial={"subject": stands.subject, "body": stands.body.strip(), "sms": stands.sms.strip()})
    if form.is_bound:
        if not is_owner:
            raise NotAllowed("The words of messages are the owner's to change. Ask them.")
        if done := _act(request, form, member, chosen):
            messages.success(request, done)
            return redirect(chosen.url())
    seen = form.text() if form.is_bound else stands
    return render(request, "practice/words/text.html", {
        "room": "messages", "form": form, "chosen": chosen, "is_owner": is_owner, "stands": stands,
        "kind": KINDS.get(chosen.kind), "is_own": tuple(chosen.where.values()) in own_texts(practice),
        "is_unused": not is_used(kind, stands),
        "put_right": "Not sent: there is something to put right" if "test" in request.POST.get("act", "") else "",
        "variants": [(_VARIANTS.get(v, v.replace("-", " ").capitalize()), chosen.url(variant=v), v == chosen.variant)
                     for v in variants_of(kind)] if len(variants_of(kind)) > 1 else [],
        "languages": [(LANGUAGES[code], chosen.url(language=code), code == chosen.language)
                      for code in languages_of(kind, chosen.variant)],
        "language_name": LANGUAGES[chosen.language], "is_unreviewed": chosen.language in UNREVIEWED,
        "variables": examples_in(chosen.language, variables_for(kind)).items(), **_seen(practice, chosen, seen)},
        status=status_of(form))


def _act(request: HttpRequest, form: TextForm, member: Membership, chosen: Chosen) -> str:
    """Do what was pressed; answers what to say, or nothing where there is something to put right or only to look."""
    act = request.POST.get("act")
    at: dict[str, Any] = {"practice": member.practice, "by": member, **chosen.where}
    if act == "drop":
        drop_text(**at)
        return "Back to our words."
    if act in ("test", "test-sms"):
        number = form.data.get("number", "") if act == "test-sms" else None
        message = attempt(form, send_test, number=number, **at)
        return f"A test is on its way to {message.to_address}, with the text as it is saved." if message else ""
    if act == "preview":
        return ""
    done = form.is_valid() and attempt(form, _write, text=form.text(), **at)
    return "Saved. It holds from now on, for what waits already too." if done else ""


def _write(*, text: Text, **at: Any) -> bool:
    write_text(subject=text.subject, body=text.body, sms=text.sms, **at)
    return True


def _seen(practice: Practice, chosen: Chosen, text: Text) -> dict[str, Any]:
    """How it reads with its examples, how long the SMS is, and what would be refused."""
    wrong, letter, length = "", None, None
    try:
        check_text(text=Text(text.subject.strip(), text.body.strip(), text.sms.strip()), **chosen.where)
    except Refusal as refused:
        wrong = refused.detail
    try:
        letter = as_it_leaves(practice=practice, text=text, **chosen.where)
        length = length_of(letter.sms) if letter.sms else None
    except KeyError:
        letter = None  # a variable nobody knows: the refusal names it
    return {"mail": letter, "sms_length": length, "wrong": wrong, "sms_warning": _warning(letter, length)}


def _warning(letter: Letter | None, length: Length | None) -> str:
    if letter is None or length is None or length.parts == 1:
        return ""
    odd = "" if length.is_gsm_7 else " Letters outside the SMS alphabet leave room for 70 instead of 160."
    return f"It is paid for as {length.parts} SMS.{odd}"


def _chosen(request: HttpRequest, kind: str) -> Chosen:
    variants = variants_of(kind)
    if not variants or kind == TEST:
        raise Http404("There is no such message.")
    variant, language = request.GET.get("text", variants[0]), request.GET.get("language", "en")
    if variant not in variants:
        variant = variants[0]
    return Chosen(kind, variant, language if language in languages_of(kind, variant) else "en")


def _heading(kind: Kind) -> str:
    """Whom it goes to, and what it is about where it says."""
    return ": ".join(filter(None, [_READERS[kind.is_to], kind.about.lower()]))


def _place(kind: Kind) -> tuple[int, int, int]:
    """Clients first; their visits before the rest; then as the rooms declare them."""
    about = _ABOUT.index(kind.about) if kind.about in _ABOUT else len(_ABOUT)
    return list(_READERS).index(kind.is_to), about, list(KINDS).index(kind.code)


def _own_in(own: dict[tuple[str, str, str], Text], kind: str) -> str:
    """The languages in which a kind has words of the practice's own: "English, German (not used)"."""
    found: dict[str, bool] = {}
    for (of, _, language), text in own.items():
        if of == kind:
            found[language] = is_used(kind, text) and found.get(language, True)
    return ", ".join(f"{name}{'' if found[code] else ' (not used)'}" for code, name in LANGUAGES.items()
                     if code in found)
