"""`--send`: the month goes by mail and to the robots of group chats, as `[send]` of privtraffic.toml says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import smtplib
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from http.client import HTTPException
from ipaddress import ip_address
from urllib.error import HTTPError
from urllib.parse import quote_plus, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from privtraffic.errors import PrivtrafficError
from privtraffic.project.send import Send
from privtraffic.report.message import Message

SECONDS = 20.0
PASSWORD = "PRIVTRAFFIC_MAIL_PASSWORD"  # noqa: S105
WECOM_BYTES = 4000
"""WeCom refuses more than 4096 bytes of markdown."""


@dataclass(frozen=True)
class Sending:
    """What is to be sent where, with the secrets of the environment: whatever is missing is known before the work."""

    to: Send
    secrets: Mapping[str, str]

    def __call__(self, message: Message) -> None:
        """Send it everywhere; one that fails keeps it from no other.

        Raises
        ------
        PrivtrafficError
            Which names those that failed and why, never an address that is a secret.
        """
        ways: dict[str, Callable[[Message], None]] = {name: self._robot(name) for name in self.to.robots}
        if self.to.mail:
            ways["mail"] = self._mail
        failed = []
        for name, way in ways.items():
            try:
                way(message)
            except HTTPError as error:
                failed.append(f"{name}: HTTP {error.code}")
            except smtplib.SMTPResponseException as error:
                failed.append(f"{name}: SMTP {error.smtp_code}")
            except (OSError, HTTPException, smtplib.SMTPException, ValueError) as error:
                failed.append(f"{name}: {_why(error)}")
        if failed:
            raise PrivtrafficError("send_failed", failed="; ".join(failed))

    def _robot(self, name: str) -> Callable[[Message], None]:
        return lambda message: _post(*ROBOTS[name](self.secrets[_url(name)], self.secrets.get(_key(name), ""), message))

    def _mail(self, message: Message) -> None:
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = message.subject, self.to.sender, ", ".join(self.to.mail)
        mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=self.to.sender.rpartition("@")[2])
        mail.set_content(message.text)
        server = urlsplit(self.to.server)
        host, safe = server.hostname or "", ssl.create_default_context()
        if server.scheme == "smtps":
            client: smtplib.SMTP = smtplib.SMTP_SSL(host, server.port or 465, timeout=SECONDS, context=safe)
        else:
            client = smtplib.SMTP(host, server.port or 587, timeout=SECONDS)
        with client:
            if server.scheme == "smtp" and not _of_this_machine(host):
                client.starttls(context=safe)
            if server.username:
                client.login(server.username, self.secrets[PASSWORD])
            # Some were refused: the others have it, and smtplib says so without raising.
            if refused := client.send_message(mail):
                raise _RefusedError(f"refused {', '.join(sorted(refused))}")


def sending(to: Send | None, environment: Mapping[str, str] = os.environ) -> Sending:
    """Whom `--send` tells, and how.

    Raises
    ------
    PrivtrafficError
        Where privtraffic.toml names nobody, and for a secret that the environment lacks.
    """
    if to is None:
        raise PrivtrafficError("send_nobody")
    needed = [_url(name) for name in to.robots]
    needed += [PASSWORD] if to.mail and urlsplit(to.server).username else []
    for name in needed:
        if not environment.get(name):
            raise PrivtrafficError("send_secret", name=name)
    for name in map(_url, to.robots):
        parts = urlsplit(environment[name])
        if parts.scheme != "https" and not (parts.scheme == "http" and _of_this_machine(parts.hostname or "")):
            raise PrivtrafficError("send_address", name=name)
    known = [*needed, *(_key(name) for name in to.robots)]
    return Sending(to, {name: environment[name] for name in known if environment.get(name)})


def _url(robot: str) -> str:
    return f"PRIVTRAFFIC_{robot.upper()}_URL"


def _key(robot: str) -> str:
    return f"PRIVTRAFFIC_{robot.upper()}_SECRET"


Posted = tuple[str, dict[str, object]]


def _wecom(url: str, _secret: str, message: Message) -> Posted:
    """developer.work.weixin.qq.com/document/path/91770.  What is written as markup calls nobody and leads nowhere."""
    content = message.within(WECOM_BYTES).replace("<", "＜").replace("](", "] (")
    return url, {"msgtype": "markdown", "markdown": {"content": content}}


def _feishu(url: str, secret: str, message: Message) -> Posted:
    """open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: time and secret are the key of an empty text."""
    text = message.text.replace("<", "＜")
    body: dict[str, object] = {"msg_type": "text", "content": {"text": text}}
    if secret:
        at = str(int(time.time()))
        body |= {"timestamp": at, "sign": _signed(f"{at}\n{secret}", "")}
    return url, body


def _dingtalk(url: str, secret: str, message: Message) -> Posted:
    """open.dingtalk.com/document/robots/customize-robot-security-settings: the secret is the key."""
    if secret:
        at = str(round(time.time() * 1000))
        sign = quote_plus(_signed(secret, f"{at}\n{secret}"))
        url += f"{'&' if '?' in url else '?'}timestamp={at}&sign={sign}"
    return url, {"msgtype": "text", "text": {"content": message.text}}


ROBOTS: Mapping[str, Callable[[str, str, Message], Posted]] = {
    "wecom": _wecom,
    "feishu": _feishu,
    "dingtalk": _dingtalk,
}


def _signed(key: str, said: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), said.encode(), hashlib.sha256).digest()).decode()


class _RefusedError(ValueError):
    """What a robot or a mail server said that did not take a message."""


class _NoDetours(HTTPRedirectHandler):
    """A robot that points elsewhere is not the one that was named."""

    def redirect_request(self, *_: object) -> None:
        return None


def _post(url: str, body: Mapping[str, object]) -> None:
    said = json.dumps(body, ensure_ascii=False).encode()
    request = Request(url, said, {"Content-Type": "application/json; charset=utf-8"}, method="POST")  # noqa: S310
    with build_opener(_NoDetours()).open(request, timeout=SECONDS) as answer:
        told = json.loads(answer.read(1 << 16))
    code = told.get("errcode", told.get("code", told.get("StatusCode"))) if isinstance(told, dict) else None
    if code != 0:
        raise _RefusedError(
            f"{code} {str(told.get('errmsg') or told.get('msg') or '')[:80]}" if isinstance(told, dict) else "?"
        )


def _why(error: Exception) -> str:
    """Why it failed, in a few words that hold no address: those of robots are secrets."""
    if isinstance(error, _RefusedError):
        return " ".join(str(error).split())
    reason = getattr(error, "reason", error)
    if isinstance(error, ssl.SSLError):
        reason = error
    if isinstance(reason, ssl.SSLCertVerificationError):
        # What follows the comma names the host.
        return f"certificate: {reason.verify_message.partition(',')[0]}"
    if isinstance(reason, ssl.SSLError):
        return f"TLS: {reason.reason}"
    told = getattr(reason, "strerror", None) or type(reason).__name__
    return str(told)


def _of_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
