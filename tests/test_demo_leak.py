"""What is planted is in no export: no column alone tells a planted flag."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from privtraffic.demo import write_demo

FILES = ("members", "orders", "friends", "coupons", "points", "handovers", "referrals")
MOST = 0.9
RETURNED = ("status", "refund_amount", "margin")
"""Columns of orders.csv that show a returned order. That 85 % of the hunters send the gift's order back is what makes
them hunters, not a mark of the demo: these columns may tell what members did, and no more."""
SAMPLING = 0.01


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("demo"), 20_000, seed=1).folder


def _flags(folder: Path) -> pd.DataFrame:
    truth = pd.read_parquet(folder / "truth.parquet").set_index("member_id")
    left = pd.read_parquet(folder / "truth_departures.parquet")
    return pd.DataFrame(
        {
            "bonus_hunter": truth["bonus_hunter"],
            "keeps_goods": truth["keeps_goods"],
            "ring": truth["ring"].notna(),
            "heavy_household": truth["heavy_household"],
            "went_along": truth.index.isin(left.loc[left["went_along"], "member_id"]),
        }
    )


def _as_number(column: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    number = pd.to_numeric(column, errors="coerce")
    if number.isna().all() and column.str.match(r"\d{4}-\d\d-\d\d").any():
        number = pd.Series(pd.to_datetime(column, format="ISO8601").to_numpy().astype("int64"), index=column.index)
    if number.isna().all():
        number = pd.Series(pd.factorize(column)[0], index=column.index)
    return number.fillna(-1).to_numpy(np.float64)


def aucs(folder: Path) -> dict[tuple[str, str, str], float]:
    """AUC of a tree on one column (each member's first row), taught by one half of the members, against each flag."""
    flags, found = _flags(folder), {}
    for file in FILES:
        rows = pd.read_csv(folder / f"{file}.csv", dtype=str).drop_duplicates("member_id").set_index("member_id")
        rows = rows.reindex(flags.index)
        for column in rows:
            x = _as_number(rows[column]).reshape(-1, 1)
            for flag in flags:
                tree = DecisionTreeClassifier(max_depth=5, min_samples_leaf=20, random_state=0)
                chance = tree.fit(x[::2], flags[flag][::2]).predict_proba(x[1::2])[:, 1]
                found[file, column, flag] = float(roc_auc_score(flags[flag][1::2], chance))
    return found


def of_behaviour(folder: Path) -> dict[str, float]:
    """AUC, on the half that judges, of what any export shows: never bought, kept an order, sent all back."""
    truth, flags = pd.read_parquet(folder / "truth.parquet").set_index("member_id"), _flags(folder)
    bought = truth["first_order_at"].notna().astype(int)
    did = bought + (bought & (truth["orders_to_date"] == 0))
    return {flag: float(roc_auc_score(flags[flag][1::2], did[1::2])) for flag in ("bonus_hunter", "ring")}


def test_no_column_tells_a_planted_flag(folder: Path) -> None:
    found = aucs(folder)
    assert len(found) > 250
    behaviour = of_behaviour(folder)
    for (file, column, flag), auc in found.items():
        returned = file == "orders" and column in RETURNED and flag in behaviour
        assert auc <= (behaviour[flag] + SAMPLING if returned else MOST), (file, column, flag)
    # Nine in ten is out of reach as long as what hunters do is to be found: see docs/demo.md.
    assert 0.9 < behaviour["bonus_hunter"] < 0.95
    # The test sees what there is to see: hunters use the gift and send it back, and the tag is worth something.
    assert found["orders", "status", "bonus_hunter"] > 0.8
    assert 0.7 < found["members", "tags", "bonus_hunter"] < 0.85


def test_the_exports_hold_no_column_of_the_truth(folder: Path) -> None:
    truths = {c for p in folder.glob("truth*.parquet") for c in pd.read_parquet(p).columns}
    secret = truths - {"member_id", "channel", "joined_at", "order_id", "staff", "left_at", "campaign", "coupon",
                       "unit", "level", "month", "deleted_at"}  # fmt: skip
    exported = {c for p in folder.glob("*.csv") for c in pd.read_csv(p, nrows=0).columns}
    assert not secret & exported
