"""A real SMS gateway on this machine: speaks Twilio's dialect and the plain one, and fails as real ones do.

    with Gateway() as gateway:
        settings.SMS_URL = gateway.url("twilio")   # or "plain"
        gateway.refuse(21610)                      # from now on; gateway.take() ends it

`received` holds every request that reached it, also those it then refused; `taken` what it accepted, each id once.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from urllib.parse import parse_qs, quote, urlsplit

from django.utils import timezone

ACCOUNT, TOKEN = "AC0123456789abcdef", "token-of-the-tests"
USER, SECRET = "evenhand", "secret-of-the-tests"
FROM = {"twilio": "+15550100", "plain": "EVENHAND"}


@dataclass(frozen=True, slots=True)
class Text:
    """One SMS as it reached the gateway: `id` is the sender's own, `reference` what the gateway calls it."""

    id: str
    to: str
    sender: str
    text: str
    reference: str
    dialect: str
    callback: str = ""
    at: str = field(default_factory=lambda: format_datetime(timezone.now()))


class Gateway:
    """Listens on a free port from `with` to its end."""

    def __init__(self) -> None:
        self.received: list[Text] = []
        self.taken: list[Text] = []
        self.connections = self.asked = 0
        self.list_says: tuple[int, bytes] | None = None  # what Twilio's list answers instead
        self.list_status = "sent"  # of every text in it
        self.lock, self._over = Lock(), Event()
        self._trouble: Callable[[_Talk], bool] | None = None
        self._left: int | None = None
        self._server = _Server(("127.0.0.1", 0), _Talk)
        self._server.daemon_threads = True
        self._server.gateway = self  # type: ignore[attr-defined]

    def __enter__(self) -> Gateway:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, what: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    def url(self, dialect: str) -> str:
        """What `SMS_URL` says to reach it, in the dialect "twilio" or "plain"."""
        if dialect == "twilio":
            return f"twilio://{ACCOUNT}:{TOKEN}@127.0.0.1:{self.port}?from={quote(FROM[dialect])}&http=1"
        return f"http://{USER}:{SECRET}@127.0.0.1:{self.port}/send?from={FROM[dialect]}"

    # --- how it misbehaves, from now on or the next so many times ------------------------------------------------

    def take(self) -> None:
        """All is well again."""
        with self.lock:
            self._trouble = None

    def refuse(self, code: int, *, times: int | None = None) -> None:
        """Answer with an HTTP status (400 to 599), or 400 with one of Twilio's own five-digit codes."""
        self._misbehave(lambda talk: talk.refuse(code), times)

    def hang(self, seconds: float, *, times: int | None = None) -> None:
        """Answer only after so long."""
        self._misbehave(lambda talk: self._wait(seconds), times)

    def _wait(self, seconds: float) -> bool:
        self._over.wait(seconds)
        return False

    def drop(self, *, after_taking: bool = False, times: int | None = None) -> None:
        """Break the connection without an answer; `after_taking`: the SMS is on its way all the same."""
        self._misbehave(lambda talk: talk.drop(after_taking), times)

    def talk_nonsense(self, *, times: int | None = None) -> None:
        """Answer 200 with something that is no JSON."""
        self._misbehave(lambda talk: talk.nonsense(), times)

    def _misbehave(self, trouble: Callable[[_Talk], bool], times: int | None) -> None:
        with self.lock:
            self._trouble, self._left = trouble, times

    def trouble(self) -> Callable[[_Talk], bool] | None:
        """What goes wrong with this request, if anything."""
        with self.lock:
            if self._left == 0:
                self._trouble = self._left = None
            elif self._left is not None:
                self._left -= 1
            return self._trouble

    def keep(self, text: Text) -> Text:
        """Take an SMS; one whose id was taken before keeps its first reference and leaves no second time."""
        with self.lock:
            for known in self.taken:
                if text.id and known.id == text.id:
                    return known
            self.taken.append(text)
        return text


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked was killed: that is what the tests do."""


class _Talk(BaseHTTPRequestHandler):
    """One kept-open connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms for the asker to say that its first half arrived
    text: Text

    @property
    def gateway(self) -> Gateway:
        return self.server.gateway  # type: ignore[attr-defined,no-any-return]

    def setup(self) -> None:
        super().setup()
        with self.gateway.lock:
            self.gateway.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        dialect = "twilio" if self.path.startswith("/2010-04-01/") else "plain"
        if not self._is_known(dialect):
            return self._say(401, {"code": 20003, "message": "Authenticate", "status": 401})
        with self.gateway.lock:
            reference = f"{'SM' if dialect == 'twilio' else 'gw'}{len(self.gateway.received):06d}"
            self.text = self._read(dialect, body, reference)
            self.gateway.received.append(self.text)
        trouble = self.gateway.trouble()
        if trouble is not None and trouble(self):
            return None
        kept = self.gateway.keep(self.text)
        if dialect == "twilio":
            return self._say(201, {"sid": kept.reference, "status": "queued", "error_code": None})
        return self._say(200, {"reference": kept.reference})

    def do_GET(self) -> None:
        """Twilio's list of what it took for one number, newest first."""
        path, _, query = self.path.partition("?")
        if not self._is_known("twilio", path):
            return self._say(401, {"code": 20003, "message": "Authenticate", "status": 401})
        to = parse_qs(query)["To"][0]
        with self.gateway.lock:
            self.gateway.asked += 1
            texts = [text for text in reversed(self.gateway.taken) if text.to == to]
        if self.gateway.list_says:
            return self._answer(*self.gateway.list_says, "application/json")
        return self._say(200, {"messages": [
            {"sid": text.reference, "to": text.to, "body": text.text, "date_created": text.at,
             "status": self.gateway.list_status} for text in texts]})

    def _is_known(self, dialect: str, path: str = "") -> bool:
        who = f"{ACCOUNT}:{TOKEN}" if dialect == "twilio" else f"{USER}:{SECRET}"
        is_path = (path or self.path) in (f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", "/send")
        return is_path and self.headers.get("Authorization") == f"Basic {base64.b64encode(who.encode()).decode()}"

    def _read(self, dialect: str, body: bytes, reference: str) -> Text:
        if dialect == "plain":
            said = json.loads(body)
            return Text(said["id"], said["to"], said["from"], said["text"], reference, dialect)
        form = {key: values[0] for key, values in parse_qs(body.decode(), strict_parsing=True).items()}
        callback = form.get("StatusCallback", "")
        sender = form.get("From") or form["MessagingServiceSid"]
        # Twilio knows no id of the sender's: what is sent twice rings twice.
        return Text("", form["To"], sender, form["Body"], reference, dialect, callback)

    def refuse(self, code: int) -> bool:
        status = code if 400 <= code < 600 else 400
        self._say(status, {"code": code, "message": "Refused by the gateway of the tests", "status": status})
        return True

    def drop(self, after_taking: bool) -> bool:
        if after_taking:
            self.gateway.keep(self.text)
        self.close_connection = True
        return True

    def nonsense(self) -> bool:
        self._answer(200, b"<html>Welcome to the hotel</html>", "text/html")
        return True

    def _say(self, status: int, what: dict[str, object]) -> None:
        self._answer(status, json.dumps(what).encode(), "application/json")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # whoever asked has gone
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests quiet."""


def callback_id(text: Text) -> str:
    """The sender's id in the address Twilio is to tell the delivery to."""
    return parse_qs(urlsplit(text.callback).query).get("m", [""])[0]
