"""What is fetched from an address somebody typed: from the open internet only, in time, and no more than asked for."""

import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from practice.fetching import CannotFetch, fetch
from practice.internet import INTERNET, Net, is_public

OUTSIDE = "93.184.216.34"
PRIVATE = ["0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1"]


class Server(BaseHTTPRequestHandler):
    """Answers each path as the test says: (status, headers, body), or a function that writes what it likes."""

    def do_GET(self):
        self.server.asked.append((self.headers["Host"], self.path))
        answer = self.server.answers[self.path]
        if callable(answer):
            answer(self)
        else:
            status, headers, body = answer
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    """A server on this machine and a net that leads every public address to it, noting what it connected to."""
    running = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    running.daemon_threads = True
    running.handle_error = lambda *args: None  # whoever is cut off here is cut off on purpose
    running.answers, running.asked, running.names, running.connected = {}, [], {}, []

    def connect(address, port, host, seconds):
        running.connected.append((address, port, host))
        return socket.create_connection(running.server_address, timeout=seconds)

    running.net = Net(lambda host, port: running.names.get(host, [OUTSIDE]), connect)
    Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def ask(server, url="https://calendar.example/mine.ics", **more):
    return fetch(url, **{"most_bytes": 1000, "net": server.net} | more)


def test_what_stands_there_is_fetched_from_the_address_that_was_looked_at(server):
    server.answers["/mine.ics?key=a%20b"] = (200, {}, b"BEGIN")
    assert ask(server, " webcal://calendar.example:8443/mine.ics?key=a b ") == b"BEGIN"
    assert server.connected == [(OUTSIDE, 8443, "calendar.example")]
    assert server.asked[0][0] == "calendar.example:8443"


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_of_a_network_of_ones_own_is_ever_connected_to(server, address):
    assert not is_public(address)
    server.names["calendar.example"] = [OUTSIDE, address]
    with pytest.raises(CannotFetch, match="not on the open internet"):
        ask(server)
    literal = f"[{address}]" if ":" in address else address
    server.names[address] = [address]
    with pytest.raises(CannotFetch, match="not on the open internet"):
        ask(server, f"https://{literal}/mine.ics")
    assert server.connected == []


@pytest.mark.parametrize("address", [OUTSIDE, "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001::1"])
def test_the_open_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f.1", "2130706433", "0"])
def test_this_machine_is_refused_however_it_is_written(host):
    with pytest.raises(CannotFetch):
        fetch(f"https://{host}/", most_bytes=10)


def test_a_name_is_looked_up_once_so_that_it_cannot_change_its_mind(server):
    answers, looked_up = iter([[OUTSIDE], ["127.0.0.1"]]), []
    server.answers["/mine.ics"] = (200, {}, b"fine")
    assert ask(server, net=Net(lambda host, port: looked_up.append(host) or next(answers), server.net.connect)) == b"fine"
    assert (looked_up, [to for to, *_ in server.connected]) == (["calendar.example"], [OUTSIDE])


def test_a_redirect_is_looked_at_like_the_first_address_and_followed_three_times(server):
    for n in range(5):
        server.answers[f"/{n}"] = (302, {"Location": f"/{n + 1}"}, b"")
    server.answers["/5"] = (200, {}, b"there")
    assert ask(server, "https://calendar.example/2") == b"there"
    with pytest.raises(CannotFetch, match="on and on"):
        ask(server, "https://calendar.example/1")
    server.names["inside.example"] = ["10.0.0.8"]
    before = len(server.connected)
    for onward, words in (("https://inside.example/", "open internet"), ("http://calendar.example/5", "https://"),
                          ("file:///etc/passwd", "https://"), ("//inside.example/", "open internet")):
        server.answers["/out"] = (302, {"Location": onward}, b"")
        with pytest.raises(CannotFetch, match=words):
            ask(server, "https://calendar.example/out")
    assert len(server.connected) == before + 4


@pytest.mark.parametrize("url", [
    "http://calendar.example/", "ftp://calendar.example/", "calendar.example", "", "https://", "https://me:pw@calendar.example/",
    "https://calendar.example:99999/", "https://[::1", f"https://{'a' * 80}.example/", "https://a..b/", "https://\x00/"])
def test_what_is_no_https_address_is_refused_in_words(server, url):
    with pytest.raises(CannotFetch) as refused:
        ask(server, url)
    assert str(refused.value).endswith(".") and server.connected == []


def test_what_is_too_large_is_not_read_to_its_end(server):
    server.answers["/mine.ics"] = (200, {}, b"x" * 1001)
    with pytest.raises(CannotFetch, match="larger than"):
        ask(server)

    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"x" * 10_000)

    server.answers["/mine.ics"] = endless
    with pytest.raises(CannotFetch, match="larger than"):
        ask(server)
    server.answers["/mine.ics"] = (200, {"Content-Encoding": "gzip"}, b"x")
    with pytest.raises(CannotFetch, match="packed"):
        ask(server)


@pytest.mark.parametrize("part", ["head", "body"])
def test_who_sends_a_byte_now_and_then_is_cut_off_in_time(server, part):
    def drip(handler):
        if part == "body":
            handler.send_response(200)
            handler.end_headers()
        for _ in range(60):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    server.answers["/mine.ics"] = drip
    began = time.monotonic()
    with pytest.raises(CannotFetch, match="in time"):
        ask(server, seconds=0.4)
    assert time.monotonic() - began < 1.5


def test_a_body_broken_off_is_not_taken_for_whole(server):
    server.answers["/mine.ics"] = (200, {"Content-Length": "500"}, b"half")
    with pytest.raises(CannotFetch, match="could not be reached"):
        ask(server)


@pytest.mark.parametrize("status, words", [(404, "Nothing is there any more"), (401, "password"), (500, "answered 500"), (304, "304")])
def test_an_answer_that_is_no_calendar_says_what_to_do(server, status, words):
    server.answers["/mine.ics"] = (status, {}, b"")
    with pytest.raises(CannotFetch, match=words):
        ask(server)


@pytest.fixture
def certified(server, tmp_path):
    """The same server behind TLS, as calendar.example, reached by the real handshake; the file of its certificate."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "calendar.example")])
    now = datetime.now(UTC)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
                   .add_extension(x509.SubjectAlternativeName([x509.DNSName("calendar.example")]), critical=False)
                   .sign(key, hashes.SHA256()))
    file, key_file = tmp_path / "certificate.pem", tmp_path / "key.pem"
    file.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key_file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    port = server.server_address[1]
    server.net = Net(server.net.resolve, lambda ip, _, host, seconds: INTERNET.connect("127.0.0.1", port, host, seconds))
    return file


def test_over_tls_a_server_has_to_prove_its_name(server, certified, monkeypatch):
    server.answers["/mine.ics"] = (200, {}, b"BEGIN")
    with pytest.raises(CannotFetch, match="cannot prove"):
        ask(server)
    monkeypatch.setenv("SSL_CERT_FILE", str(certified))
    assert ask(server) == b"BEGIN"
    with pytest.raises(CannotFetch, match="cannot prove"):
        ask(server, "https://other.example/mine.ics")


def test_over_tls_too_who_drips_is_cut_off_in_time(server, certified, monkeypatch):
    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(60):
            handler.wfile.write(b"x")
            time.sleep(0.05)

    monkeypatch.setenv("SSL_CERT_FILE", str(certified))
    server.answers["/mine.ics"] = drip
    began = time.monotonic()
    with pytest.raises(CannotFetch, match="in time"):
        ask(server, seconds=0.6)
    assert time.monotonic() - began < 2
