"""How the tests read an answer: a page as its reader does, a problem by its members."""

import html
import re


def text_of(answer):
    """What a reader reads: the page without its markup."""
    inline = re.sub(r"</?(bdi|strong|span|a)\b[^>]*>", "", answer.content.decode())
    plain = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", inline, flags=re.DOTALL)
    return " ".join(html.unescape(plain).split())


def value_of(answer, name):
    """What stands in a text field of the page."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', answer.content.decode())
    return html.unescape(re.search(r'value="([^"]*)"', found[0])[1]) if found and "value=" in found[0] else ""


def is_problem(answer, status, code):
    """That the API refused with this status and code, as application/problem+json; answers the body."""
    body = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), body
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:evenhand:problem:{code}")
    assert body["title"] and body["detail"]
    return body


def pointers(answer):
    """The fields a refusal points at."""
    return [error["pointer"] for error in answer.json()["errors"]]
