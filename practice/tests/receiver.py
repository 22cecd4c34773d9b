"""Another system on a port of its own: a real HTTP server that remembers every call, and answers as it is told."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class _Calls(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        system: Receiver = self.server.system  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if system.hangs:
            time.sleep(system.hangs)
        system.received.append((dict(self.headers), body, self.path))
        self.send_response(400 if system.refuses(body) else system.status)
        if system.leads_to:
            self.send_header("Location", system.leads_to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


class Receiver:
    """`status` is what it answers, `leads_to` where it sends the caller, `hangs` how many seconds it takes."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes, str]] = []
        self.status, self.leads_to, self.hangs = 200, "", 0.0
        self.refuses: Callable[[bytes], bool] = lambda body: False  # a body it cannot read: 400
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Calls)
        self._server.daemon_threads = True
        self._server.request_queue_size = 64
        self._server.system = self  # type: ignore[attr-defined]
        self._server.handle_error = lambda *args: None  # type: ignore[method-assign]
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"

    def __enter__(self) -> Receiver:
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown()
            self._server.server_close()
