"""The list as tables: the rows that go out, and what was drawn."""

from __future__ import annotations

from collections.abc import Iterator

from privtraffic.analyses.contact_list.draw import ContactList
from privtraffic.report.document import Column, Note, Table, Value
from privtraffic.report.format import show
from privtraffic.report.words import Words


def contacts(drawn: ContactList, words: Words) -> Table:
    """The members to contact, as they go out."""
    columns = (
        Column("member_id", "id"),
        Column("contact_segment", "text", labels=drawn.segment_labels),
        Column("contact_reason", "text"),
        Column("channel", "text", labels="contact_channel"),
        Column("contact_offer", "text"),
        Column("offer_reason", "text"),
        *(Column(key, "cents") for key in _worth(drawn)),
        Column("contact_cost", "cents"),
        Column("contact_group", "text", labels="contact_group"),
    )
    return Table("contacts", columns, drawn.rows, finding=_finding(drawn, words))


def table(drawn: ContactList, words: Words) -> Table:
    """Members to contact and members held out, by segment and channel: for the report of the analysis."""
    columns = (
        Column("contact_segment", "text", labels=drawn.segment_labels),
        Column("channel", "text", labels="contact_channel"),
        Column("members_contact", "integer"),
        Column("members_control", "integer"),
        *(Column(key, "money") for key in _worth(drawn)),
        Column("contact_cost", "money"),
    )
    rows: list[tuple[Value, ...]] = [
        (
            part["segment"],
            part["channel"],
            part["contact"],
            part["control"],
            *(part["expected_value" if key == "expected_value" else "at_stake"] for key in _worth(drawn)),
            part["cost"],
        )
        for part in drawn.parts
    ]
    return Table("contact_list", columns, rows, finding=_finding(drawn, words))


def _at_stake(drawn: ContactList) -> bool:
    """Whether nobody knows what a contact changes, and only what is at stake can be told."""
    return drawn.expected_value is None and drawn.at_stake is not None


def _worth(drawn: ContactList) -> tuple[str, ...]:
    """The column that says what a member is worth; none where only the order of the rows says it."""
    if _at_stake(drawn):
        return (drawn.stake,)
    return ("expected_value",) if drawn.expected_value is not None else ()


def notes(drawn: ContactList, words: Words) -> tuple[Note, ...]:
    """What must be known before the list goes out."""
    return (*_effect(drawn, words), *_kept_off(drawn, words), _control(drawn, words))


def _effect(drawn: ContactList, words: Words) -> Iterator[Note]:
    """The interval of a measured effect, and the interval of the value that rests on it."""
    effect, stake = drawn.effect, drawn.at_stake
    if effect is None or effect.low is None or effect.high is None or stake is None:
        return
    shares = {"share": effect.share, "low": effect.low, "high": effect.high}
    told = {name: show(share, "share") for name, share in shares.items()}
    worth = {f"worth_{name}": show(stake * shares[name] - drawn.cost, "money") for name in ("low", "high")}
    lists = words("list.and").join(map(str, effect.lists))
    yield Note("list.effect", words("list.effect", lists=lists, **told, **worth))


def _kept_off(drawn: ContactList, words: Words) -> Iterator[Note]:
    """Members whom files exclude from the list, and what such a file should say and does not."""
    if drawn.left_out:
        reasons = words("list.and").join(
            words("list.left_out_reason", why=words(f"fate.{why}"), members=show(members, "integer"))
            for why, members in drawn.left_out.items()
        )
        yield Note("list.left_out", words("list.left_out", reasons=reasons))
    if drawn.strangers:
        yield Note("list.strangers", words("list.strangers", members=show(drawn.strangers, "integer")))
    for how in drawn.params.sparing:
        if how.without_log:
            yield Note("list.no_log", words("list.no_log", days=how.rest_days, cap=how.cap))
            return


def _control(drawn: ContactList, words: Words) -> Note:
    if not drawn.control:
        return Note("list.no_control", words("list.no_control"))
    plain = {"members": show(drawn.control, "integer"), "days": drawn.window_days}
    if drawn.expected_value is None:
        return Note("list.control", words("list.control_unvalued", **plain))
    means = {"contact": show(drawn.means[0], "cents"), "control": show(drawn.means[1], "cents")}
    return Note("list.control", words("list.control", **plain, **means))


def _finding(drawn: ContactList, words: Words) -> str:
    values = {
        "contact": show(drawn.contact, "integer"),
        "control": show(drawn.control, "integer"),
        "value": show(drawn.expected_value, "money"),
        "cost": show(drawn.cost, "money"),
    }
    if _at_stake(drawn):
        return words(f"list.finding_{drawn.stake}", **{**values, "value": show(drawn.at_stake, "money")})
    return words("list.finding" if drawn.expected_value is not None else "list.finding_unvalued", **values)
