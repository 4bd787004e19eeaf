"""The report on the split: the classes, their evidence, how members came, who claims what."""

from __future__ import annotations

from collections.abc import Iterator

from privtraffic.analyses.split import shares, tables
from privtraffic.analyses.split.compute import CLASSES, Result
from privtraffic.analyses.split.sentences import Sentences
from privtraffic.report.document import Figure, Report, Said, Table, notes_of
from privtraffic.report.format import show
from privtraffic.report.words import Words

MOST_NAMED = 5
"""Unknown words that a note names."""


def present(result: Result, words: Words) -> Report:
    """The finding is the largest classes, and how often over the departments claim the revenue."""
    say = Sentences(result, words)
    return Report(
        command="split",
        title=say.title(),
        as_of=result.as_of,
        facts=(
            words("fact.period", start=result.first_day, end=result.as_of),
            words("fact.as_of", date=result.as_of),
            words("split.fact", orders=f"{sum(row['orders'] for row in result.seen):,}"),
        ),
        figures=tuple(_figures(result)),
        tables=tuple(_tables(result, say)),
        detail=tables.orders(result),
        notes=notes_of("split", _notes(result, words), words),
        actions=tuple(_actions(result, words)),
    )


def _tables(result: Result, say: Sentences) -> Iterator[Table]:
    yield tables.classes(result, say.classes())
    if result.months:
        yield tables.months(result, say.months())
    if result.came:
        yield tables.came(result, say.came())
    if shares.claimed(result) is not None:
        yield tables.claims(result, say.claims())
    if result.agreement:
        yield tables.agreement(result, say.agreement())
    if any(row["guide"] is not None for row in result.guides):
        yield tables.guides(result, say.guides())
    yield tables.evidence(result, say.evidence())
    yield tables.places(result, say.places())


def _figures(result: Result) -> Iterator[Figure]:
    yield Figure("split_revenue", result.revenue, "money")
    for name in CLASSES:
        row = result.of(name)
        told = row is not None and row["share"] is not None
        yield Figure(f"{name}_sales_share", row["share"] if row else None, "share", shown=told)
    untold = result.of("not_told")
    yield Figure("not_told_sales_share", untold["share"] if untold else None, "share", shown=untold is not None)
    claimed = shares.of_revenue(result, shares.claimed(result))
    yield Figure("claims_ratio", claimed, "number", shown=claimed is not None)
    contested = shares.of_revenue(result, shares.contested(result)) if claimed is not None else None
    yield Figure("contested_share", contested, "share", shown=False)
    yield Figure("member_sales_share", shares.by_members(result), "share")
    own = shares.by_members(result, without_marketplaces=True)
    yield Figure("member_sales_share_own", own, "share", shown=own is not None)
    yield Figure("o2o_share", shares.o2o(result), "share", shown=bool(result.came))
    yield Figure("reverse_o2o_share", shares.reverse_o2o(result), "share", shown=bool(result.came))
    yield Figure("no_id_share", shares.without_id(result), "share", shown=False)
    moves = result.moved
    known = result.known
    yield Figure("seller_known_share", shares.of_revenue(result, moves["with_seller"]), "share", shown=False)
    owned = moves["with_owner"] if known.owner else None
    yield Figure("owner_known_share", shares.of_revenue(result, owned), "share", shown=False)
    either = moves["with_either"] if known.owner else None
    yield Figure("either_known_share", shares.of_revenue(result, either), "share", shown=False)
    both = moves["with_both"]
    differ = float((moves["they_differ"] or 0) / both) if both is not None and both > 0 else None
    yield Figure("seller_not_owner_share", differ, "share", shown=False)
    yield from _agreement(result)


def _agreement(result: Result) -> Iterator[Figure]:
    row = next((row for row in result.agreement if (row["rule"], row["other"]) == ("seller", "owner")), None)
    if row is None:
        return
    yield Figure("seller_owner_moved_share", row["moved_share"], "share", shown=False)
    yield Figure("seller_owner_kendall", row["kendall"], "number", row["kendall_low"], row["kendall_high"], shown=False)
    yield Figure(
        "seller_owner_spearman", row["spearman"], "number", row["spearman_low"], row["spearman_high"], shown=False
    )


def _notes(result: Result, words: Words) -> Iterator[Said]:
    yield "additional", {}
    blank = [row["split_class"] for row in result.classes if row["revenue"] is None]
    if blank:
        yield "blank", {"classes": words("split.and").join(words(f"split_class.{name}") for name in blank)}
    if "linked_offline" in blank and any(row["place"] == "counter" for row in result.seen):
        yield "linked", {}
    yield from _not_told(result)
    yield from _coupons(result)
    yield from _people(result)
    if result.came and any(row["came"] == "not_told" for row in result.came):
        yield "came", {"share": show(shares.came(result, "not_told"), "share")}


def _not_told(result: Result) -> Iterator[Said]:
    """Channels that no word explains, with their share of the money."""
    row = result.of("not_told")
    if row is None:
        return
    rows = [place for place in result.known.places if place["place"] == "not_told"]
    names = dict.fromkeys(name for place in rows if (name := place["channel"] or place["shop"]))
    share = show(row["share"], "share")
    if names:
        yield "words", {"share": share, "count": len(names), "names": ", ".join([*names][:MOST_NAMED])}
    else:
        yield "no_place", {"share": share}


def _coupons(result: Result) -> Iterator[Said]:
    orders = sum(row["orders"] for row in result.seen if row["place"] == "counter" and row["has_coupon"])
    if result.known.coupons is None and orders:
        yield "coupons", {"orders": f"{orders:,}"}


def _people(result: Result) -> Iterator[Said]:
    if result.known.owner_today:
        yield "owner_today", {}
    if not result.known.owner:
        yield "no_owner", {}
    if not result.known.sellers:
        yield "no_seller", {}
    elif any(row["guide"] is not None for row in result.guides):
        yield "first", {}
    if not any(not row["has_member"] for row in result.seen):
        yield "all_members", {}


def _actions(result: Result, words: Words) -> Iterator[str]:
    if result.known.owner and result.known.sellers:
        other = "owner" if result.params.credit == "seller" else "seller"
        yield words("split.next_credit", credit=other)
    if result.of("not_told") is not None:
        yield words("split.next_words")
    yield words("split.next_uplift")
