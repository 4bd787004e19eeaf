"""Every block of docs/python.md runs as it stands, in a folder with the files it names."""

from __future__ import annotations

import json
import re
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import privtraffic as pt

PAGE = (Path(__file__).parent.parent / "docs" / "python.md").read_text("utf-8")
JOBS = {
    title: block
    for title, text in re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    for block in re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small simulated house, a till with headers of its own in two forms, a campaign, an SQLite file."""
    root = tmp_path_factory.mktemp("jobs")
    told = pt.demo(root / "shop", members=300, months=24)
    assert told.members == 300
    orders = pd.read_csv(root / "shop" / "orders.csv", dtype=str)
    till = orders.head(200)[["order_id", "member_id", "ordered_at", "paid_amount"]]
    till.rename(columns={"paid_amount": "takings"}).to_csv(root / "till.csv", index=False)
    (root / "till.jsonl").write_text(orders.tail(200).to_json(orient="records", lines=True, force_ascii=False), "utf-8")
    with sqlite3.connect(root / "shop.sqlite") as connection:
        orders.to_sql("orders", connection, index=False)
    connection.close()
    (root / "campaign").mkdir()
    orders.to_csv(root / "campaign" / "orders.csv", index=False)
    keys = sorted(orders["member_id"].dropna().unique())
    sent = pd.DataFrame({"member_id": keys, "sent_at": "2026-09-01", "group": ["contact", "control"] * (len(keys) // 2)
                         + ["contact"] * (len(keys) % 2)})  # fmt: skip
    sent.to_csv(root / "campaign" / "contacts.csv", index=False)
    return root


LEFT: dict[str, tuple[str, ...]] = {
    "One file to a workbook": ("rfm.xlsx",),
    "Months that compare": ("cuts.toml",),
    "A list of sleepers to wake": ("calls.xlsx", "calls.manifest.json"),
    "A monthly review in CI": ("review.html", "review.json"),
    "A client's name on the cover": ("northwind.xlsx", "northwind.html"),
}


def test_there_are_the_twelve_jobs() -> None:
    listed = re.findall(r"^\d+\. \[([^\]]+)\]\(#([^)]+)\)$", PAGE, re.MULTILINE)
    assert len(listed) == 12
    assert [title for title, _ in listed] == list(JOBS)
    assert all(re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") == anchor for title, anchor in listed)


@pytest.mark.parametrize("title", JOBS)
@pytest.mark.filterwarnings("ignore::privtraffic.PrivtrafficWarning")
def test_the_job_runs_as_written(title: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for name in LEFT.get(title, ()):
        (folder / name).unlink(missing_ok=True)
    names: dict[str, Any] = {}
    exec(compile(JOBS[title], title, "exec"), names)  # noqa: S102
    assert all((folder / name).stat().st_size > 50 for name in LEFT.get(title, ()))
    if title == "Months that compare":
        assert names["after"].cuts == names["before"].cuts
        assert names["moved"]["members"].sum() > 0
    if title == "Data frames, Arrow, SQL":
        assert names["best"]["money"].sum() == pytest.approx(names["frames"]["segments"]["revenue"].sum())
        assert sum(names["exact"]["segments"]["revenue"]) == round(Decimal(str(names["members"]["monetary"].sum())), 2)
    if title == "A list of sleepers to wake":
        record = json.loads((folder / "calls.manifest.json").read_text("utf-8"))
        assert record["command"] == "members"
    if title == "Did the calls earn anything?":
        assert {*names["effects"]["outcome"]} >= {"conversion"}
    if title == "A monthly review in CI":
        assert json.loads((folder / "review.json").read_text("utf-8"))["figures"] == names["figures"]
    if title == "What to tick in each platform's export":
        assert names["check"].quality.rows_read > 0
