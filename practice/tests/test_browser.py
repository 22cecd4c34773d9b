"""What watches over the pages of the browser tests notices each kind of fault, so that silence means something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from practice.tests.browser import Person, browser, chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not chromium(), reason="no Chromium found (apt-get install chromium)"),
]
_BROKEN = b"""<!doctype html><html lang="en"><title>Broken</title><main><h1>Broken</h1><img src="/nothing.png">
<p style="color: #999; background: #fff" title="in relapse">hard to read</p><button>x</button><input>
<div style="width: 9000px">wide</div><script>console.error("something is wrong")</script>
<script>fetch("http://127.0.0.2:9/").catch(() => 0); nobody.here()</script></main>"""
_WHOLE = b"""<!doctype html><html lang="en"><title>Whole</title><main><h1>Whole</h1><p>Nothing is wrong.</p></main>"""


class _Pages(BaseHTTPRequestHandler):
    """One broken page, one whole page, nothing else."""

    def do_GET(self) -> None:
        page = {"/broken": _BROKEN, "/whole": _WHOLE, "/favicon.ico": b""}.get(self.path)
        self.send_response(404 if page is None else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page or b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def reader() -> Iterator[Person]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server, browser() as chrome:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Person(chrome, f"http://127.0.0.1:{server.server_port}", "a reader", unread=re.compile("relapse"))
        server.shutdown()


def test_a_page_with_every_fault_is_told_each_of_them_and_a_whole_page_none(reader):
    reader.open("/whole")
    reader.look("whole")
    assert reader.faults == []
    reader.open("/broken")
    reader.look("broken")
    said = "\n".join(reader.faults)
    for part in (
        "image-alt",
        "label:",
        "broken at 390 px, dim: color-contrast",
        "px to be scrolled sideways",
        "px high",
        "the console says: something is wrong",
        "nobody is not defined",
        "a request left for http://127.0.0.2",
        "nothing.png answered 404",
        "lets a reader read “relapse”",
    ):
        assert part in said, f"{part} is missed in:\n{said}"
    with pytest.raises(AssertionError, match="2 acts, 1 at most"), reader.within(1, "to press twice"):
        reader.keys("a", goes=False)
        reader.keys("b", goes=False)
