"""`review --send`: what goes out, to whom, and what never does; tried against servers of this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from privtraffic.cli.send import sending
from privtraffic.demo import write_demo
from privtraffic.errors import PrivtrafficError
from privtraffic.project import read_project
from privtraffic.project.send import Send
from privtraffic.report.message import Message
from tests.conftest import Run

SAID = Message("Members", ("Members", "One sentence.", "<@all> [here](http://x)", "Revenue: 12.00"))


class Robots(BaseHTTPRequestHandler):
    """Takes what is posted, and answers as the path says."""

    got: list[tuple[str, dict[str, Any]]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.got.append((self.path, body))
        status, said = {
            "/down": (503, "{}"),
            "/no": (200, '{"errcode": 93000, "errmsg": "invalid webhook url"}'),
            "/moved": (302, "{}"),
            "/page": (200, "<html>"),
        }.get(urlsplit(self.path).path, (200, '{"errcode": 0, "code": 0}'))
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(said.encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Mails(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as a mail needs; with a certificate a login beneath TLS alone (RFC 3207)."""

    got: list[tuple[str, bytes]]
    safe: ssl.SSLContext | None = None
    at_once = False

    def handle(self) -> None:
        if self.safe is not None and self.at_once:
            with suppress(ssl.SSLError):
                self._encrypted()
                self._talk(offered=b"AUTH PLAIN", to="")
            return
        self._talk(offered=b"STARTTLS" if self.safe is not None else b"SIZE", to="")

    def _encrypted(self) -> None:
        assert self.safe is not None
        self.request = self.safe.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)

    def _talk(self, offered: bytes, to: str) -> None:
        if offered != b"AUTH PLAIN" or self.at_once:
            self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"EHLO":
                self.wfile.write(b"250-here\r\n250 " + offered + b"\r\n")
                continue
            if word == b"STAR":
                self.wfile.write(b"220 go on\r\n")
                with suppress(ssl.SSLError):
                    self._encrypted()
                    self._talk(offered=b"AUTH PLAIN", to="")
                return
            if word == b"AUTH":
                to = base64.b64decode(line.split()[-1]).decode().replace("\0", " ") + "\n"
                self.wfile.write(b"235 ok\r\n")
                continue
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.got.append((to, body))
            if word == b"RCPT":
                to += line.decode()
                if b"nobody@" in line:
                    self.wfile.write(b"550 no such user\r\n")
                    continue
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def robots() -> Iterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    handler = type("Handler", (Robots,), {"got": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", handler.got  # type: ignore[attr-defined]
        server.shutdown()


@pytest.fixture
def mails() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    handler = type("Handler", (Mails,), {"got": []})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"smtp://127.0.0.1:{server.server_address[1]}", handler.got  # type: ignore[attr-defined]
        server.shutdown()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key of mail.test, made here."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    file = tmp_path_factory.mktemp("certificate") / "mail.pem"
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "-", "-out", "-")
    name = ("-subj", "/CN=mail.test", "-addext", "subjectAltName=DNS:mail.test", "-days", "1")
    made = ("openssl", "req", "-x509", *key, *name)
    file.write_bytes(subprocess.run(made, capture_output=True, check=True).stdout)
    return file


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_mail_goes_out_over_tls_or_not_at_all(
    scheme: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STARTTLS and SMTPS: the password goes to a server whose certificate is trusted and is its own, to no other."""
    safe = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    safe.load_cert_chain(certificate)
    handler = type("Handler", (Mails,), {"got": [], "safe": safe, "at_once": scheme == "smtps"})
    found = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *more, **named: found("127.0.0.1", *more, **named))
    secrets = {"PRIVTRAFFIC_MAIL_PASSWORD": "geheim"}
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def sent(host: str) -> None:
            address = f"{scheme}://me@{host}:{server.server_address[1]}"
            sending(Send(mail=("a@x.com",), sender="b@x.com", server=address), secrets)(SAID)

        with pytest.raises(PrivtrafficError, match="mail: certificate: self-signed"):
            sent("mail.test")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with pytest.raises(PrivtrafficError, match=r"mail: certificate: Hostname mismatch$"):
            sent("other.test")
        assert handler.got == []  # type: ignore[attr-defined]
        sent("mail.test")
        server.shutdown()
    ((to, body),) = handler.got  # type: ignore[attr-defined]
    assert to.splitlines()[0] == " me geheim"
    assert "a@x.com" in to
    assert "One sentence." in message_from_bytes(body, policy=policy.default).get_content()


def test_each_robot_gets_what_it_takes(robots: tuple[str, list[tuple[str, dict[str, Any]]]]) -> None:
    url, got = robots
    environment = {f"PRIVTRAFFIC_{name}_URL": f"{url}/{name.lower()}?key=1" for name in ("WECOM", "FEISHU", "DINGTALK")}
    environment |= {"PRIVTRAFFIC_FEISHU_SECRET": "s1", "PRIVTRAFFIC_DINGTALK_SECRET": "s2"}
    sending(Send(robots=("wecom", "feishu", "dingtalk")), environment)(SAID)
    (_, wecom), (_, feishu), (path, dingtalk) = got
    assert wecom["msgtype"] == "markdown"
    assert wecom["markdown"]["content"].splitlines() == [
        "Members", "One sentence.", "＜@all> [here] (http://x)", "Revenue: 12.00",
    ]  # fmt: skip
    assert feishu["content"]["text"].startswith("Members\nOne sentence.\n＜@all>")
    # Feishu: the time and the secret are the key of an empty text; DingTalk: the secret is the key of both.
    key = f"{feishu['timestamp']}\ns1".encode()
    assert feishu["sign"] == base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
    assert dingtalk["text"]["content"] == SAID.text
    asked = parse_qs(urlsplit(path).query)
    signed = hmac.new(b"s2", f"{asked['timestamp'][0]}\ns2".encode(), hashlib.sha256).digest()
    assert asked["sign"] == [base64.b64encode(signed).decode()]
    assert asked["key"] == ["1"]


def test_a_long_message_keeps_whole_lines_that_fit() -> None:
    long = Message("s", ("会员" * 100, "月" * 100, "9" * 1000))
    assert long.within(600) == "会员" * 100
    assert long.within(901) == "\n".join(long.lines[:2])
    assert long.within(900) == long.lines[0]
    assert long.within(10) == ""


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/down", "wecom: HTTP 503"),
        ("/no", "wecom: 93000 invalid webhook url"),
        ("/moved", "wecom: HTTP 302"),
        ("/page", "wecom: JSONDecodeError"),
    ],
)
def test_what_fails_is_said_without_the_address_and_keeps_no_other_from_its_message(
    robots: tuple[str, list[tuple[str, dict[str, Any]]]], path: str, said: str
) -> None:
    url, got = robots
    environment = {"PRIVTRAFFIC_WECOM_URL": f"{url}{path}", "PRIVTRAFFIC_DINGTALK_URL": f"{url}/d?token=secret"}
    with pytest.raises(PrivtrafficError) as failed:
        sending(Send(robots=("wecom", "dingtalk")), environment)(SAID)
    assert said in failed.value.text("en")
    assert url not in failed.value.text("zh")
    assert [body["msgtype"] for _, body in got] == ["markdown", "text"]
    assert "/elsewhere" not in [path for path, _ in got]


def test_nobody_there(robots: tuple[str, list[tuple[str, dict[str, Any]]]]) -> None:
    environment = {"PRIVTRAFFIC_WECOM_URL": "http://127.0.0.1:1/x"}
    with pytest.raises(PrivtrafficError, match="wecom: Connection refused"):
        sending(Send(robots=("wecom",)), environment)(SAID)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ('robots = ["wecom", "slack"]', r"send\.robots"),
        ('robots = "wecom"', r"send\.robots"),
        ('mail = ["boss"]\nsender = "a@x.com"\nserver = "smtp://x"', r"send\.mail"),
        ('mail = ["a@x.com"]', r"send\.sender"),
        ('mail = ["a@x.com"]\nsender = "a@x.com\\nBcc: b@x.com"', r"send\.sender"),
        ('mail = ["a@x.com"]\nsender = "a@x.com"\nserver = "smtp://a:secret@x"', r"send\.server"),
        ('mail = ["a@x.com"]\nsender = "a@x.com"\nserver = "http://x"', r"send\.server"),
        ('mail = ["a@x.com"]\nsender = "a@x.com"\nserver = "smtp://x:99999"', r"send\.server"),
        ('webhook = "https://x"', "send: webhook"),
    ],
)
def test_a_setting_that_cannot_be_is_one_line(tmp_path: Path, said: str, message: str) -> None:
    (tmp_path / "privtraffic.toml").write_text(f"[send]\n{said}\n", "utf-8")
    with pytest.raises(PrivtrafficError, match=message):
        read_project(tmp_path)


def test_what_is_missing_is_known_before_the_work() -> None:
    with pytest.raises(PrivtrafficError, match="names nobody"):
        sending(None, {})
    with pytest.raises(PrivtrafficError, match="lacks PRIVTRAFFIC_FEISHU_URL"):
        sending(Send(robots=("feishu",)), {})
    with pytest.raises(PrivtrafficError, match="lacks PRIVTRAFFIC_MAIL_PASSWORD"):
        sending(Send(mail=("a@x.com",), sender="a@x.com", server="smtps://me@x.com"), {})
    for address in ("http://open.feishu.cn/x", "file:///etc/passwd", "x"):
        with pytest.raises(PrivtrafficError, match="not the address of a group robot"):
            sending(Send(robots=("feishu",)), {"PRIVTRAFFIC_FEISHU_URL": address})


def test_a_month_goes_out_and_names_no_member(
    tmp_path: Path,
    privtraffic: Run,
    monkeypatch: pytest.MonkeyPatch,
    robots: tuple[str, list[tuple[str, dict[str, Any]]]],
    mails: tuple[str, list[tuple[str, bytes]]],
) -> None:
    """The sentence of the month, three actions, the figures; one address is refused, and the report stays."""
    (url, got), (server, mailed) = robots, mails
    write_demo(tmp_path / "shop", members=200, seed=2)
    (tmp_path / "privtraffic.toml").write_text(
        'brand = "青禾"\n[send]\nrobots = ["wecom"]\nmail = ["boss@example.com", "nobody@example.com"]\n'
        f'sender = "me@example.com"\nserver = "{server}"\n',
        "utf-8",
    )
    monkeypatch.setenv("PRIVTRAFFIC_WECOM_URL", f"{url}/w?key=k")
    done = privtraffic("review", "shop", "--send", "-q", "--lang", "zh", "-o", "r.json", "--fail-if", "members > 1")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), "that a gate failed stands in the message"
    assert "报告已写入，但未能发送：mail: refused nobody@example.com" in done.stderr
    report = json.loads((tmp_path / "r.json").read_text("utf-8"))
    ((_, said),), ((to, mail),) = got, mailed
    assert "boss@example.com" in to
    sent = message_from_bytes(mail, policy=policy.default)
    text = str(sent.get_content())  # type: ignore[attr-defined]
    lines = text.splitlines()
    assert [line.replace("<", "＜") for line in lines] == said["markdown"]["content"].splitlines()
    assert lines[0] == sent["Subject"]
    assert lines[0].startswith("青禾 · 会员月报")
    assert "未达要求：members" in text
    actions = [row["monday"] for row in report["tables"]["findings"] if row["monday"]][:3]
    assert actions
    assert [line for line in lines if re.match(r"\d\. ", line)] == [f"{n}. {act}" for n, act in enumerate(actions, 1)]
    assert not re.search(r"M\d{8}", text)
