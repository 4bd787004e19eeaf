"""How a sleeper may be contacted: the ways, what one costs, and whom it reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from privtraffic.errors import PrivtrafficError


@dataclass(frozen=True)
class Channel:
    """A way to contact a member.

    Attributes
    ----------
    cost
        Yuan a contact, an assumption of the trade until the house says its own.
    words
        What in the channel of joining or the tags says that it reaches a member.
    aliases
        What it may be called in a file.
    """

    key: str
    cost: float
    words: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


CHANNELS = (
    Channel("template_message", 0.01, ("小程序", "公众号", "服务号", "mini program", "miniprogram", "official account"),
            ("template", "template message", "模板消息", "服务通知", "小程序", "公众号")),
    Channel("wecom", 0.02, ("企微", "企业微信", "社群", "wecom"),
            ("企微", "企业微信", "企微消息", "wecom message", "社群")),
    Channel("sms", 0.05, ("手机", "短信", "phone", "sms"), ("短信",)),
    Channel("birthday", 0.10, (), ("生日", "生日关怀", "生日月", "birthday month")),
    Channel("robot_call", 0.30, ("手机", "外呼", "phone"),
            ("智能外呼", "外呼", "外呼机器人", "机器人外呼", "robot call")),
    Channel("guide_call", 5.00, (), ("导购电话", "导购", "电话", "guide", "guide call")),
)  # fmt: skip
PHONE_CHANNELS = ("sms", "robot_call")


@dataclass(frozen=True)
class Contacting:
    """How sleepers may be contacted.

    Attributes
    ----------
    window_days
        An order within so many days after the contact counts.
    costs
        Yuan a contact by channel, where it is not the assumed one.
    channels
        The channels that may be used; None allows all.
    reach, exclude, contacted
        Files: member and channel; member; member and day of contact.
    rest_days, cap
        Least days since the last contact, and most contacts within thirty days.
    """

    window_days: int = 90
    costs: Mapping[str, float] | None = None
    channels: tuple[str, ...] | None = None
    reach: Path | None = None
    exclude: Path | None = None
    contacted: Path | None = None
    rest_days: int = 7
    cap: int = 4

    def check(self) -> None:
        """Raise where a value cannot be."""
        known = [channel.key for channel in CHANNELS]
        for name in (*(self.costs or {}), *(self.channels or ())):
            if name not in known:
                option = "--cost" if name in (self.costs or {}) else "--via"
                raise PrivtrafficError("members_channel", option=option, value=name, known=", ".join(known))
        for name, cost in (self.costs or {}).items():
            if not 0 <= cost < float("inf"):
                raise PrivtrafficError("members_cost", channel=name, value=cost)
        if self.cap < 1:
            raise PrivtrafficError("members_cap", value=self.cap)

    def used(self) -> Sequence[tuple[Channel, float]]:
        """The channels that may be used, with their costs."""
        allowed = [channel for channel in CHANNELS if self.channels is None or channel.key in self.channels]
        return [(channel, (self.costs or {}).get(channel.key, channel.cost)) for channel in allowed]


def rule_of(channel: Channel) -> str:
    """When a channel reaches a member, by what the members file and the key say."""
    rules = [f"contains(words, '{word}')" for word in channel.words]
    if channel.key in PHONE_CHANNELS:
        # The length is asked first: it spares most other keys the patterns.
        rules.append("(length(member_id) >= 11 and clean_phone(member_id) is not null)")
    if channel.key == "guide_call":
        rules.append("guide is not null")
    if channel.key == "birthday":
        rules.append("clean_integer(birth_month) = :month")
    return f"({' or '.join(rules)})"


def aliases() -> pa.Table:
    """What each channel may be called in a file."""
    pairs = [(alias, channel.key) for channel in CHANNELS for alias in (channel.key, *channel.aliases)]
    return pa.table({"alias": [alias for alias, _ in pairs], "channel": [key for _, key in pairs]})
