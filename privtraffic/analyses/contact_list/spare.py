"""Who is kept off a list: excluded, contacted lately, contacted often, or out of reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from privtraffic.analyses.channels import CHANNELS, aliases
from privtraffic.analyses.contact_list.keyfile import read_keys
from privtraffic.analyses.contact_list.rows import LeftOut
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.sparing import Sparing
from privtraffic.analyses.statistics.calendar import day_number
from privtraffic.dataset import Dataset, ListRecord
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError

SQL = queries(__name__)

CAP_DAYS = 30
WHY = ("excluded", "contacted_lately", "at_cap", "unreachable")
"""Why a member is kept off by files, the first that holds."""


@dataclass(frozen=True)
class Spared:
    """The candidates that are left, and how many were left out for which reason.

    Attributes
    ----------
    table
        Those who are left, in the columns of candidates, each with a channel that reaches them.
    left_out
        Members kept off by reason, those of `elsewhere` and `WHY` that kept anybody off.
    strangers
        Keys of the files of excluded members that no member has.
    """

    table: str
    left_out: Mapping[str, int]
    strangers: int = 0


def spare(
    data: Dataset,
    candidates: str,
    unit: str,
    asked: Sequence[Sparing],
    as_of: date,
    *,
    elsewhere: Mapping[str, str],
    anew: Sequence[str] = (),
) -> Spared:
    """Take from the candidates whom a list must not hold, one request after the other.

    Every candidate is left or counted once: candidates = left + left out.

    Parameters
    ----------
    candidates
        A table as `draw` takes it; `unit` is its column of units, or what stands for it.
    elsewhere, anew
        As in `ListParams`.
    """
    engine, left_out, strangers = data.engine, Counter[str](), 0
    elsewhere = {**_held_out(data, as_of, anew), **elsewhere}
    steps: list[tuple[str, str] | Sparing] = [*elsewhere.items(), *(each for each in asked if each.reads)]
    for place, how in enumerate(steps):
        told = {"candidates": candidates, "unit": unit, "channel": "c.channel", "unreached": "false", "reached": ""}
        if not isinstance(how, Sparing):
            engine.run("list_kept_off", SQL["elsewhere"].format(table=how[1]), why=how[0])
        else:
            keep_off(data, how, as_of, "list_kept_off")
            strangers += unknown_keys(data) if how.exclude else 0
        if isinstance(how, Sparing) and how.reach:
            ways(data, how.reach, "list_ways")
            reached = SQL["reached"].format(candidates=candidates)
            told |= {"channel": "r.channel", "unreached": "r.channel is null", "reached": reached}
        engine.run("list_judged", SQL["judged"].format(**told))
        left_out.update({row["left_out"]: row["members"] for row in rows_of(engine.fetch(SQL["counts"]), LeftOut)})
        candidates, unit = f"list_spared_{place}", "unit"
        engine.run(candidates, SQL["left"])
    return Spared(candidates, {why: left_out[why] for why in (*elsewhere, *WHY) if left_out[why]}, strangers)


def running_lists(data: Dataset, as_of: date, anew: Sequence[str]) -> list[ListRecord]:
    """The lists of the database, drawn up to this day, whose days are not over on it; the oldest first.

    One of the same day and of a command that draws `anew` is the same list, drawn again.
    """
    return [
        record
        for record in data.lists
        if record.drawn_for <= as_of < record.last_day
        and (record.drawn_for < as_of or record.manifest.get("command") not in anew)
    ]


def _held_out(data: Dataset, as_of: date, anew: Sequence[str]) -> dict[str, str]:
    """The control groups of lists that still run: a contact would spoil what they are to measure."""
    running = [record.number for record in running_lists(data, as_of, anew)]
    if not running:
        return {}
    data.engine.scan("list_running", pa.table({"list_no": pa.array(running, pa.int32())}))
    return {"held_out": data.engine.run("list_held_out", SQL["held_out"]).name}


def check_files(data: Dataset, asked: Iterable[Sparing]) -> None:
    """Read what the requests name once, so that a file that cannot be used is refused before the work.

    Raises
    ------
    PrivtrafficError
        For a file that cannot be read, names nobody, or has a day or a channel that is none.
    """
    for how in {(each.exclude, each.contacted, each.reach): each for each in asked if each.reads}.values():
        with data.engine.scope() as engine:
            own = replace(data, engine=engine)
            keep_off(own, how, data.as_of, "list_kept_off")
            if how.reach:
                ways(own, how.reach, "list_ways")


def keep_off(data: Dataset, how: Sparing, as_of: date, into: str) -> None:
    """Leave in `into` whom the files exclude or saw contacted: member_id, left_out, days_since_contact.

    `left_out` is None for those who were contacted and may be again.

    Raises
    ------
    PrivtrafficError
        For a file that cannot be read, or names nobody.
    """
    if how.exclude:
        read_keys(data, how.exclude, "list_excluded")
    if how.contacted:
        read_keys(data, how.contacted, "list_contacted", "sent")
    data.engine.run(
        into,
        SQL["kept_off"].format(
            contacts=SQL["contacts" if how.contacted else "no_contacts"],
            excluded=SQL["excluded" if how.exclude else "no_excluded"],
        ),
        as_of=as_of,
        as_of_day=day_number(as_of),
        cap_days=CAP_DAYS,
        rest=how.rest_days,
        cap=how.cap,
    )


def unknown_keys(data: Dataset) -> int:
    """How many keys of the file of excluded members belong to no member: keys of another system exclude nobody."""
    known = [table.name for table in (data.orders, data.joined) if table is not None]
    members = " union all ".join(f"select member_id from {table}" for table in known)
    return int(data.engine.fetch(SQL["strangers"].format(members=members))["n"][0].as_py())


def ways(data: Dataset, file: Path, into: str) -> None:
    """Leave in `into` who can be reached how: member_id, channel, and its place, the cheapest first.

    Raises
    ------
    PrivtrafficError
        For a file that cannot be read, and where none of its channels is known.
    """
    read_keys(data, file, "list_reach", "channel")
    data.engine.scan("list_aliases", pa.table(aliases()))
    data.engine.run(into, SQL["ways"])
    if not data.engine.fetch(f"select count(*) as n from {into}")["n"][0].as_py():
        known = ", ".join(channel.key for channel in CHANNELS)
        raise PrivtrafficError("list_no_channel", file=file.name, known=known)
