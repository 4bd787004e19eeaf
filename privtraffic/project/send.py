"""`[send]` of a privtraffic.toml: who is told of the month, and by which server; never a secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

ROBOTS = ("wecom", "feishu", "dingtalk")
SERVERS = ("smtps", "smtp")
"""TLS from the first byte; STARTTLS."""


@dataclass(frozen=True)
class Send:
    """The receivers of `--send`.

    Attributes
    ----------
    robots
        Robots of group chats, of `ROBOTS`; their addresses are secrets, and stand in the environment.
    mail
        Addresses that a mail goes to.
    sender
        Whom the mail comes from.
    server
        smtps://USER@HOST:PORT, or smtp:// for STARTTLS; without a user nobody logs in.
    """

    robots: tuple[str, ...] = ()
    mail: tuple[str, ...] = ()
    sender: str = ""
    server: str = ""


def wrong_in(said: object) -> tuple[str, object, str] | None:
    """The first setting that cannot be: its name, its value, and what it may be; None where all can."""
    if not isinstance(said, dict):
        return "send", said, '[send], robots = ["wecom"], mail = ["…@…"]'
    for name, value in said.items():
        if name == "robots" and (not _texts(value) or not {*value} <= {*ROBOTS}):
            return "send.robots", value, ", ".join(ROBOTS)
        if name == "mail" and not (_texts(value) and all(_address(each) for each in value)):
            return "send.mail", value, '["name@example.com"]'
    if said.get("mail") or said.get("sender") or said.get("server"):
        if not _address(said.get("sender")):
            return "send.sender", said.get("sender"), "name@example.com"
        if not _server(said.get("server")):
            return "send.server", said.get("server"), "smtps://USER@HOST:465, smtp://USER@HOST:587"
    return None


def send_of(said: Mapping[str, Any]) -> Send | None:
    """`[send]` as it is used, once `wrong_in` finds nothing; None where nobody is told."""
    found = Send(
        tuple(said.get("robots", ())), tuple(said.get("mail", ())), said.get("sender", ""), said.get("server", "")
    )
    return found if found.robots or found.mail else None


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _address(value: object) -> bool:
    # A line end in a header would begin another one.
    return isinstance(value, str) and value.isprintable() and value.count("@") == 1 and " " not in value


def _server(value: object) -> bool:
    """An address of a mail server that holds no password: that belongs in the environment."""
    if not isinstance(value, str) or not value.isprintable():
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in SERVERS and bool(parts.hostname) and parts.password is None and parts.port != 0
    except ValueError:
        return False
