"""The note's live check over HTTP: `python -m bench.live_check`, against a demo that is served (`make run`).

Signs in as Ana, opens the note of a visit of today (begun if there is none), and posts eight rows to the address the
sheet asks at every change, fifty times over one connection, after five that are not counted. Saves nothing.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import statistics
import sys
import time
from urllib.parse import urlencode, urlsplit

ROWS = (("foot:left", "effleurage", 4), ("foot:right", "petrissage", 3), ("lower-leg:left", "myofascial-release", 3),
        ("lower-leg:right", "deep-tissue", 4), ("back:both", "effleurage", 2), ("neck:both", "petrissage", 3),
        ("hand:left", "reflexology", 2), ("thigh:left", "deep-tissue", 5))
WARM, COUNTED, GOAL = 5, 50, 100


class Browser:
    """One connection that keeps its cookies."""

    def __init__(self, base: str) -> None:
        self.base, self.cookies = base, dict[str, str]()
        self.connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, text, and where it leads."""
        head = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Referer": self.base + path,
                "Origin": self.base, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request(method, path, urlencode(fields) if fields else None, head)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text, answer.headers.get("Location", "")

    def press(self, path: str, page: str, **fields: str) -> tuple[int, str, str]:
        """Post with the token of the page."""
        return self.ask("POST", path, {"csrfmiddlewaretoken": _found(r'csrfmiddlewaretoken" value="(\w+)"', page)} | fields)


def main() -> int:
    """Measure and print; an exit code says whether the median is within the goal."""
    parser = argparse.ArgumentParser(prog="python -m bench.live_check", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the demo is served")
    browser = Browser(parser.parse_args().url)
    note, page = _todays_note(browser)
    rows = {f"row-{i}-{name}": str(value) for i, (place, technique, pressure) in enumerate(ROWS)
            for name, value in (("place", place), ("technique", technique), ("pressure", pressure), ("quick", 10))}
    took = []
    for _ in range(WARM + COUNTED):
        began = time.perf_counter()
        status, text, _ = browser.press(f"{note}check/", page, version="1", rows=str(len(ROWS)), **rows)
        took.append((time.perf_counter() - began) * 1000)
        assert status == 200 and 'id="row-7-check"' in text, (status, text[:300])
    took = sorted(took[WARM:])
    median = statistics.median(took)
    print(f"live check of {len(ROWS)} rows over HTTP, one client, {COUNTED} times: median {median:.0f} ms, "
          f"95 % within {took[int(COUNTED * .95) - 1]:.0f} ms, fastest {took[0]:.0f} ms, {len(text) / 1024:.0f} kB; "
          f"load of the machine {os.getloadavg()[0]:.1f}")
    return 0 if median < GOAL else 1


def _todays_note(browser: Browser) -> tuple[str, str]:
    """The address of a draft of today, and its page."""
    _, page, _ = browser.ask("GET", "/login/")
    browser.press("/login/", page, username="ana@riverside.example", password="riverside-demo")
    _, page, _ = browser.ask("GET", "/?whose=mine")
    if begun := re.search(r'href="(/notes/[0-9a-f-]{36}/)">Open note', page):
        note = begun[1]
    else:
        _, _, note = browser.press(_found(r'action="(/visits/[0-9a-f-]{36}/note/)"', page), page)
    status, page, _ = browser.ask("GET", note)
    assert status == 200 and 'id="treatments"' in page, f"{note} is no sheet to write on: {status}"
    return note, page


def _found(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    if found is None:
        sys.exit(f"Nothing like {pattern} there: is it the demo, and is there a visit of Ana's today?")
    return found[1]


if __name__ == "__main__":
    sys.exit(main())
