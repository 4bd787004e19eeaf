"""Who was contacted and who was held out: read from a list's record or from a file of contacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from privtraffic.analyses.contact_list import Manifest, manifest_path, read_manifest
from privtraffic.analyses.contact_list.manifest import hash_of, mask_mark
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.uplift.contact_file import read_file
from privtraffic.analyses.uplift.room import Params
from privtraffic.analyses.uplift.rows import ArmCount, Elsewhere, Found, InTwo, Reached
from privtraffic.dataset import LIST_DAYS, Dataset
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.understand.keys import Keys

SQL = queries(__name__)

CONTROL = "control"
CONTACT = "contact"
MOST_ARMS = 20
MOST_APART = 0.5
"""Days by which the mean day of contact may differ between groups that are counted from each member's own day."""

_CONTROLS = {
    "control",
    "holdout",
    "hold out",
    "held out",
    "none",
    "0",
    "false",
    "对照组",
    "对照",
    "留出集",
    "留出",
    "空白组",
}
_CONTACTS = {"contact", "contacted", "treatment", "treated", "test", "1", "true", "触达组", "触达", "实验组", "测试组"}


@dataclass(frozen=True)
class Arm:
    """Members of one group, and when and for how much they were contacted."""

    name: str
    members: int
    cost: float | None
    first_sent: date | None
    last_sent: date | None


@dataclass(frozen=True)
class Campaign:
    """Groups as they were read; the engine holds `uplift_people`, one row per member.

    Attributes
    ----------
    arms
        The groups that were contacted, the largest first.
    control
        The group that was not; None where there is none.
    days
        How long after the contact an order is to count.
    own_days
        Every member has a day of their own on which counting starts, alike in all groups; else all start on `start`.
    planned
        Share of the control group as planned; None where nobody said.
    reached
        Members by group of whom the log says that they were contacted; None without a log.
    """

    arms: tuple[Arm, ...]
    control: Arm | None
    days: int
    start: date
    last_start: date
    own_days: bool
    planned: float | None
    manifest: Manifest | None
    in_two_groups: int
    control_contacted: int
    repeated: int
    without_key: int
    known: int
    members: int
    reached: Mapping[str, int] | None
    elsewhere: Mapping[str, int] | None
    groups_changed: bool


def read_campaign(data: Dataset, params: Params) -> Campaign:
    """Leave `uplift_people` in the engine, and say what is known of the groups.

    Raises
    ------
    PrivtrafficError
        Where neither a list nor contacts are given, a file is not what it should be, or nobody in it is known.
    """
    if params.list_file is not None:
        return _of_list(data, params, params.list_file)
    if params.contacts is None:
        raise PrivtrafficError("uplift_no_list")
    read_file(data, params.contacts, "uplift_read")
    arms = _arms(data, "uplift_read", "uplift_arms", params.contacts)
    _people(data)
    return _campaign(data, params, None, arms)


def _of_list(data: Dataset, params: Params, path: Path) -> Campaign:
    manifest = read_manifest(path)
    groups = manifest_path(path).with_name(manifest.groups)
    member = _drawn_key(data, manifest, path)
    data.engine.scan("uplift_groups", _groups(groups))
    if params.contacts is not None:
        read_file(data, params.contacts, "uplift_log")
        _persons(data, "uplift_log", "uplift_logged")
        _arms(data, "uplift_log", "uplift_log_arms", params.contacts)
    sent = params.sent or _log_day(data, params) or manifest.as_of + timedelta(days=1)
    data.engine.run("uplift_read", SQL["of_groups"].format(member=member), numbered=True, sent=sent)
    arms = _arms(data, "uplift_read", "uplift_arms", groups)
    _people(data)
    found = _campaign(data, params, manifest, arms)
    found = replace(found, planned=manifest.control, groups_changed=hash_of(groups) != manifest.groups_sha256)
    if params.contacts is None:
        return found
    rows = {row["arm"]: row for row in rows_of(data.engine.fetch(SQL["reached"]), Reached)}
    costs = {name: row["cost"] for name, row in rows.items() if row["cost"] is not None}
    in_control = rows[CONTROL]["reached"] if CONTROL in rows else 0
    return replace(
        found,
        reached={name: row["reached"] for name, row in rows.items()},
        control_contacted=found.control_contacted + in_control,
        arms=tuple(replace(arm, cost=costs.get(arm.name, arm.cost)) for arm in found.arms),
    )


def files_read(params: Params) -> list[Path]:
    """The files that say who was contacted: nothing may be written over them.

    Raises
    ------
    PrivtrafficError
        Where a list has no record, or the record is none: it is known before the orders are read.
    """
    found = [params.contacts] if params.contacts else []
    for path in (params.list_file, *params.others):
        if path is not None:
            record = manifest_path(path)
            found += [path, record, record.with_name(read_manifest(path).groups)]
    return found


def _log_day(data: Dataset, params: Params) -> date | None:
    if params.contacts is None:
        return None
    day: date | None = data.engine.fetch(SQL["log_days"])["first_sent"][0].as_py()
    return day


def _groups(path: Path) -> pa.Table:
    try:
        return parquet.read_table(path, columns=["member_id", "contact_group", "segment", "channel", "cost"])
    except OSError as error:
        raise PrivtrafficError("unreadable", file=str(path), detail=error.strerror or "no Parquet file") from None
    except (pa.ArrowInvalid, KeyError, ValueError):
        raise PrivtrafficError("uplift_bad_groups", file=path.name) from None


def _drawn_key(data: Dataset, manifest: Manifest, path: Path) -> str:
    """The key of a list, hidden where the orders' keys are: by the same secret, once."""
    now = mask_mark(data.settings.mask)
    if manifest.mask is not None and now != manifest.mask:
        raise PrivtrafficError("uplift_mask", file=manifest_path(path).name)
    hides = now is not None and manifest.mask is None
    return Keys(masked=hides).hidden("member_id")


def _arms(data: Dataset, rows: str, into: str, path: Path) -> list[str]:
    """The groups by the names that people give them; the control group and a plain contact group have one name.

    Capitals tell no groups apart: a group is called as most of its rows write it.
    """
    texts = data.engine.fetch(SQL["arm_texts"].format(rows=rows))["arm_text"].to_pylist()
    written: dict[str, str] = {}
    names = [arm_name(text, written) for text in texts]
    arms = [name for name in dict.fromkeys(names) if name != CONTROL]
    if len(arms) > MOST_ARMS:
        raise PrivtrafficError("uplift_many_groups", file=path.name, groups=len(arms), most=MOST_ARMS)
    if not arms:
        raise PrivtrafficError("uplift_nobody", file=path.name)
    data.engine.scan(into, pa.table({"arm_text": pa.array(texts, pa.string()), "arm": pa.array(names, pa.string())}))
    return arms


def arm_name(text: str | None, written: dict[str, str]) -> str:
    """The group that a cell names: `control`, `contact`, or one of its own as it was first written."""
    plain = (text or "").lower()
    if plain in _CONTROLS:
        return CONTROL
    if text is None or plain in _CONTACTS:
        return CONTACT
    return written.setdefault(plain, text)


def _persons(data: Dataset, rows: str, into: str) -> None:
    data.engine.run(into, SQL["same_person" if data.settings.identity else "each_alone"].format(rows=rows))


def _people(data: Dataset) -> None:
    _persons(data, "uplift_read", "uplift_persons")
    data.engine.run("uplift_people", SQL["people"])


def _campaign(data: Dataset, params: Params, manifest: Manifest | None, names: list[str]) -> Campaign:
    engine = data.engine
    rows = {row["arm"]: row for row in rows_of(engine.fetch(SQL["arms"]), ArmCount)}
    counts = row_of(engine.fetch(SQL["people_counts"]), InTwo)
    joined = "union all select member_id from joined" if data.joined is not None else ""
    found = row_of(engine.fetch(SQL["found"].format(joined=joined)), Found)
    if not any(name in rows for name in names):
        raise PrivtrafficError("uplift_nobody", file=(params.list_file or params.contacts or Path()).name)
    if not found["known"]:
        raise PrivtrafficError("uplift_unknown", members=f"{found['members']:,}")
    start, last, own = _days(rows, params)
    days = params.within_days or (manifest.window_days if manifest else LIST_DAYS)
    arms = tuple(_arm(row) for name, row in rows.items() if name != CONTROL)
    paid = rows[CONTROL]["paid"] if CONTROL in rows else 0
    return Campaign(
        arms=arms,
        control=_arm(rows[CONTROL]) if CONTROL in rows else None,
        days=days,
        start=start,
        last_start=last,
        own_days=own,
        planned=params.control_share,
        manifest=manifest,
        in_two_groups=counts["in_two"] - counts["in_control_too"],
        control_contacted=counts["in_control_too"] + paid,
        repeated=sum(row["repeated"] for row in rows.values()),
        without_key=engine.fetch(SQL["no_key"])["row_count"][0].as_py(),
        known=found["known"],
        members=found["members"],
        reached=None,
        elsewhere=_elsewhere(data, params, start, days),
        groups_changed=False,
    )


def _arm(row: ArmCount) -> Arm:
    return Arm(row["arm"], row["members"], row["cost"], row["first_sent"], row["last_sent"])


def _days(rows: Mapping[str, ArmCount], params: Params) -> tuple[date, date, bool]:
    """When counting starts: on each member's own day where the days of all groups are alike, else once for all."""
    days = [day for row in rows.values() for day in (row["first_sent"], row["last_sent"]) if day is not None]
    if params.sent is not None or not days:
        if params.sent is None:
            raise PrivtrafficError("uplift_no_day")
        return params.sent, params.sent, False
    complete = all(row["dated"] == row["members"] for row in rows.values())
    if complete and min(days) != max(days):
        means = [day for row in rows.values() if (day := row["mean_day"]) is not None]
        if max(means) - min(means) <= MOST_APART:
            return min(days), max(days), True
    return min(days), min(days), False


def _elsewhere(data: Dataset, params: Params, start: date, days: int) -> dict[str, int] | None:
    """Members by group who stand on another list whose days overlap; None where no other list is given."""
    if not params.others:
        return None
    found: dict[str, int] = {}
    for path in params.others:
        other = read_manifest(path)
        member = _drawn_key(data, other, path)
        gap = (other.as_of - start).days + 1
        if not -other.window_days < gap < days:
            continue
        data.engine.scan("uplift_other", _groups(manifest_path(path).with_name(other.groups)))
        for row in rows_of(data.engine.fetch(SQL["elsewhere"].format(member=member)), Elsewhere):
            found[row["arm"]] = found.get(row["arm"], 0) + row["elsewhere"]
    return found
