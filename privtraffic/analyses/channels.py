"""The ways to contact a member: what each costs, and whom it reaches."""

from __future__ import annotations

from dataclasses import dataclass


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


def aliases() -> dict[str, list[str] | list[int]]:
    """What each channel may be called in a file, and its place, the cheapest first: the columns of a table."""
    known = [
        (alias, channel.key, place)
        for place, channel in enumerate(sorted(CHANNELS, key=lambda channel: channel.cost))
        for alias in (channel.key, *channel.aliases)
    ]
    return {
        "alias": [alias for alias, _, _ in known],
        "channel": [key for _, key, _ in known],
        "place": [place for _, _, place in known],
    }
