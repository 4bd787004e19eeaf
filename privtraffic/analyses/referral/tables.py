"""The tables of the referral report."""

from __future__ import annotations

from privtraffic.analyses.referral.compute import Result
from privtraffic.analyses.rows import cells
from privtraffic.report.document import Chart, Column, Table

REFERRER = (
    Column("member_id", "id"),
    Column("joined_on", "date", word="prospect_joined_on"),
    Column("channel", "text"),
    Column("brought", "integer"),
    Column("brought_in_time", "integer"),
)


def reach(result: Result, finding: str) -> Table:
    columns = (
        Column("day", "days", word="reach_day"),
        Column("k", "fine", word="reach_k"),
        Column("low", "fine", word="reach_low"),
        Column("high", "fine", word="reach_high"),
        Column("at_risk", "integer", word="reach_at_risk"),
    )
    chart = Chart("line", finding, "day", ("k", "low", "high"))
    return Table("reach", columns, cells(result.lines.reach if result.lines else (), columns), finding, charts=(chart,))


def generations(result: Result, finding: str) -> Table:
    columns = (
        Column("generation", "integer"),
        Column("members", "integer", word="generation_members"),
        Column("share", "share", scale="bar"),
        Column("mean_days", "days", word="generation_days"),
        Column("brought", "integer"),
        Column("brought_per_member", "fine"),
    )
    return Table("generations", columns, cells(result.lines.generations if result.lines else (), columns), finding)


def trees(result: Result, finding: str) -> Table:
    columns = (
        Column("tree_size", "text"),
        Column("trees", "integer"),
        Column("members", "integer", word="generation_members"),
        Column("share", "share", scale="bar"),
        Column("depth", "integer", word="tree_depth"),
    )
    return Table("trees", columns, cells(result.lines.trees if result.lines else (), columns), finding)


def quality(result: Result, finding: str) -> Table:
    columns = (
        Column("origin", "text", labels="came_from", word="came_from"),
        Column("members", "integer", word="origin_members"),
        Column("bought_share", "share", scale="bar", word="origin_bought"),
        Column("low", "share", word="origin_low"),
        Column("high", "share", word="origin_high"),
        Column("again_share", "share", word="bought_twice"),
        Column("sent_back_share", "share"),
        Column("net", "money", word="origin_net"),
        Column("net_low", "money"),
        Column("net_high", "money"),
        Column("reward", "money", word="origin_reward"),
        Column("margin_after", "money"),
    )
    kept = columns if result.params.margin is not None else columns[:-1]
    chart = Chart("bar", finding, "origin", ("net",))
    return Table("referred_quality", kept, cells(result.quality, kept), finding, charts=(chart,))


def pattern(result: Result, finding: str) -> Table:
    columns = (
        Column("channel", "text", labels="came_from", word="pattern_channel"),
        Column("members", "integer", word="pattern_members"),
        Column("with_gift", "integer"),
        Column("fit", "integer", word="pattern_fit"),
        Column("expected", "integer", word="pattern_expected"),
        Column("excess", "integer", word="pattern_excess"),
        Column("low", "integer", word="pattern_low"),
        Column("high", "integer", word="pattern_high"),
        Column("excess_share", "share"),
    )
    found = result.pattern
    return Table("pattern", columns, cells((found.total, *found.channels), columns), finding)


def places(result: Result, finding: str) -> Table:
    columns = (
        Column("place_size", "text"),
        Column("places", "integer", word="place_count"),
        Column("members", "integer", word="pattern_members"),
        Column("fit", "integer", word="pattern_fit"),
        Column("expected", "number", word="place_expected"),
        Column("rings", "integer"),
        Column("ring_fit", "integer"),
    )
    found = result.pattern.places
    return Table("referral_places", columns, cells(found.sizes if found else (), columns), finding)
