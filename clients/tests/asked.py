"""A client who answers the questions behind a link, page by page, as a browser without scripts does."""

import re

from django.utils.datastructures import MultiValueDict

from clients.asking.questionnaires import answers_of, questions_of, save_answer, send_answers, url_of
from clients.asking.questions import Kind, first_open
from clients.asking.questions_forms import AgreementForm, AnswerForm


def path_of(row):
    """Where the questions of this row are answered."""
    return url_of(row).removeprefix("http://testserver")


TYPED = {
    "q01": {"chosen": ["migraine"]},
    "q10": {"chosen": ["smell", "light", "neck"]},
    "q30": {"words": "Warfarin\nTopiramate 8:00, 20.30"},
    "q31": {"chosen": ["blood-thinner"]},
    "q34": {"chosen": ["recent-surgery"]},
    "q36": {"places": ["knee:left"]},
    "q37": {"day": "", "month": "08", "year": "2025"},
    "q39": {"chosen": ["skin-infection"]},
    "q42": {"places": ["hand:left", "hand:right"]},
    "q48": {"words": "lavender, nut oil"},
    "q50": {"chosen": ["stick", "fell", "helped", "not-belly"]},
    "q51": {"words": "belly\nfeet"},
    "q52": {"words": "Fewer bad days."},
    "q60": {"name": "Dr Bell", "role": "neurologist", "phone": "555 0188"},
    "q61": {"name": "Paul Moreau", "role": "husband", "phone": "+1 206 555 0142"},
    "q62": {"chosen": ["self"]},
    "q64": {"day": "2", "month": "03", "year": "1984"},
    "q65": {"words": "+1 206 555 0190"},
}
AGREED = {"is_agreed": "on", "name": "Ines Moreau", "who": "self"}


def answer_all(browser, row, typed=None):
    """Answer every question that comes, what is not typed with “I do not know”; answers the codes in their order."""
    typed, path, seen = TYPED if typed is None else typed, path_of(row), []
    at = re.search(r'button--primary" href="([^"]+)"', browser.get(path).content.decode())[1]
    while not at.endswith("/check/"):
        code = at.rstrip("/").rsplit("/", 1)[1]
        assert browser.get(at).status_code == 200
        question = next(q for q in questions_of(row) if q.code == code)
        unknown = {"chosen": ["unknown"]} if question.kind is Kind.CHOICE else {"instead": "unknown"}
        answer = browser.post(at, typed.get(code, unknown))
        assert answer.status_code == 302, (code, answer.content.decode())
        seen.append(code)
        at = answer["Location"]
        row.refresh_from_db()
    return seen


def answered_by_page(browser, row, typed=None, agreed=AGREED):
    """The same, and sent."""
    answer_all(browser, row, typed)
    sent = browser.post(f"{path_of(row)}agree/", agreed)
    assert sent.status_code == 302 and sent["Location"].endswith("/sent/"), sent.content.decode()
    row.refresh_from_db()
    return row


def answered(row, typed=None, agreed=AGREED):
    """The same answers by the verbs the pages call, for tests about what becomes of them."""
    typed = TYPED if typed is None else typed
    while (question := first_open(questions_of(row), answers_of(row))) is not None:
        unknown = {"chosen": ["unknown"]} if question.kind is Kind.CHOICE else {"instead": "unknown"}
        form = AnswerForm(question, _posted(typed.get(question.code, unknown)), None)
        assert form.is_valid(), (question.code, form.errors)
        row = save_answer(questionnaire=row, code=question.code, answer=form.answer())
    form = AgreementForm(_posted(agreed))
    assert form.is_valid(), form.errors
    return send_answers(questionnaire=row, address="127.0.0.1", **form.given())


def _posted(typed):
    return MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in typed.items()})
