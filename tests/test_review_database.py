"""The review over a member database: as docs/ say it is typed, by make, by cron, and month by month."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from privtraffic.analyses import review
from privtraffic.database import ingest, open_database, record_list
from privtraffic.demo import write_demo
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from privtraffic.schema import SIDES
from tests.shop import write_members, write_shop

DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo, as an export of the first years and one of each month since."""
    folder = tmp_path_factory.mktemp("house")
    write_demo(folder / "shop", members=400, seed=3, plants=None)
    head, *lines = (folder / "shop" / "orders.csv").read_text("utf-8").splitlines()
    place = head.split(",").index("ordered_at")
    months = defaultdict(list)
    for line in lines:
        month = line.split(",")[place][:7]
        months[month if month >= "2026-08" else "before"].append(line)
    assert len(months) == 4
    for month, own in months.items():
        (folder / f"orders-{month}.csv").write_text("\n".join([head, *own]) + "\n", "utf-8")
    return folder


def reviewed(database: Path, rooms: tuple[str, ...] | None = ()) -> dict[str, Any]:
    with open_database(database, optional=review.OPTIONAL, sides=SIDES) as data:
        result = review.compute(data, review.Params(rooms=rooms))
        return to_json(review.present(result, Words("en")), "test", [])


def told(row: dict[str, Any]) -> dict[str, Any]:
    """A row to twelve digits: sums of floats come in the order in which the engine stores the orders."""
    return {key: float(f"{cell:.12g}") if isinstance(cell, float) else cell for key, cell in row.items()}


def test_monthly_ingests_equal_one_of_all_files_in_every_figure(house: Path, tmp_path: Path) -> None:
    files = sorted(house.glob("orders-*.csv"))
    beside = [house / "shop" / "members.csv", house / "shop" / "spend.csv"]
    for month, file in enumerate(files):
        ingest(tmp_path / "monthly.duckdb", [file, *(beside if month == 0 else [])])
    ingest(tmp_path / "once.duckdb", [*files, *beside])
    monthly, once = (reviewed(tmp_path / name, None) for name in ("monthly.duckdb", "once.duckdb"))
    assert monthly["figures"] == once["figures"]
    assert monthly["tables"].keys() == once["tables"].keys()
    for name, rows in monthly["tables"].items():
        assert [told(row) for row in rows] == [told(row) for row in once["tables"][name]], name
    assert monthly["figures"]["revenue_mom"] is not None
    assert {"revenue_factors", "segments", "stages", "pairs"} <= set(once["tables"])


def test_what_lies_beside_the_orders_gets_a_line_each(house: Path, tmp_path: Path) -> None:
    """Without their files none of the four is asked; with them each gives a table and its own finding."""
    four = ("funnel", "referral", "offers", "campaigns")
    text = {
        "friends": "friend_id,member_id,guide,added_at\nf1,M00000001,G1,2026-01-05\n",
        "referrals": "referrer_id,member_id,at,status,reward\nM00000001,M00000390,2026-05-05,done,10\n",
        "coupons": "coupon,code,member_id,granted_at,expires_at\nsummer,c1,M00000001,2026-06-01,2026-06-30\n",
        "campaigns": "campaign,starts,ends\nSpring fair,2026-05-01,2026-05-05\n",
    }
    shop = house / "shop"
    beside = [shop / "members.csv"]
    for name, rows in text.items():
        (tmp_path / f"{name}.csv").write_text(rows, "utf-8")
    with load([shop / "orders.csv", shop / "members.csv"], optional=review.OPTIONAL) as data:
        assert review.compute(data, review.Params(rooms=four)).rooms == ()
    ingest(tmp_path / "brand.duckdb", [shop / "orders.csv", *beside, *(tmp_path / f"{name}.csv" for name in text)])
    found = reviewed(tmp_path / "brand.duckdb", four)
    asked = {row["analysis"]: row["left_out"] for row in found["tables"]["analyses"] if row["analysis"] in four}
    assert asked == dict.fromkeys(four)
    assert {"prospects", "referred_quality", "coupons", "campaigns"} <= set(found["tables"])
    assert set(four) <= {row["finding_kind"] for row in found["tables"]["findings"]}


def test_a_list_of_last_month_stands_against_those_held_out(house: Path, tmp_path: Path) -> None:
    database = tmp_path / "brand.duckdb"
    ingest(database, sorted(house.glob("orders-*.csv")))
    everybody = [f"M{number:08}" for number in range(1, 401)]
    arms = ["control" if number % 4 == 0 else "contact" for number in range(400)]
    for day, days in (("2026-07-31", 30), ("2026-07-30", 90), ("2026-09-30", 30)):
        manifest = {"as_of": day, "window_days": days, "definition": "the first four hundred"}
        record_list(database, manifest, pa.table({"member_id": everybody, "arm": arms}))
    found = reviewed(database)
    over, row = sorted(found["tables"]["list_effects"], key=lambda row: str(row["sent_on"]))
    assert over["sent_on"] == "2026-07-31", "its ninety days end in October; those of the other of July are long over"
    assert (row["sent_on"], row["list_definition"]) == ("2026-10-01", "the first four hundred")
    assert (row["members_contact"], row["members_control"]) == (300, 100)
    assert row["list_gain_low"] < row["list_gain"] < row["list_gain_high"]
    assert [r for r in found["tables"]["findings"] if r["rests_on"] == "list_effects"], (
        "it is told, also when it is nothing"
    )


def run(command: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A command line of the docs, typed in a folder; `privtraffic` is this one."""
    shelf = folder / ".bin"
    shelf.mkdir(exist_ok=True)
    script = shelf / "privtraffic"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m privtraffic "$@"\n', "utf-8")
    script.chmod(0o755)
    path = f"{shelf}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PATH": path, **more}
    return subprocess.run(
        ["/bin/sh", "-ec", command], cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8"
    )


def test_the_commands_of_the_page_work_as_typed(tmp_path: Path) -> None:
    page = (DOCS / "review.md").read_text("utf-8")
    typed = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)[0]
    assert "privtraffic ingest" in typed
    done = run(typed.replace("demo shop", "demo shop --members 150"), tmp_path)
    assert done.returncode == 0, done.stderr
    shop = tmp_path / "shop"
    written = json.loads((shop / "review-2026-10.json").read_text("utf-8"))
    assert (written["command"], written["as_of"]) == ("review", "2026-10-31")
    assert (shop / "review-2026-10.xlsx").exists()
    assert (shop / "review-2026-10.html").read_text("utf-8").startswith("<!DOCTYPE html>")

    toml = (shop / "privtraffic.toml").read_text("utf-8")
    gates = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[0]
    gates = gates.replace(">= 0.18", ">= 0.99")
    (shop / "privtraffic.toml").write_text(re.split(r"^\[gates\]", toml, flags=re.MULTILINE)[0] + gates, "utf-8")
    (shop / "review-2026-10.html").unlink()
    failed = run("privtraffic review -q", shop)
    assert failed.returncode == 1
    assert re.search(r"gate failed: repurchase_rate \d+\.\d% < 99\.0%", failed.stderr)
    assert (shop / "review-2026-10.html").exists(), "all reports are written first"


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_the_makefile_and_the_cron_line_work_as_written(tmp_path: Path) -> None:
    write_shop(tmp_path)
    write_members(tmp_path)
    shutil.copy(DOCS / "automation" / "Makefile", tmp_path / "Makefile")
    made = run("make review MONTH=2026-02", tmp_path)
    assert made.returncode == 0, made.stderr
    files = sorted(path.name for path in tmp_path.glob("review-*"))
    assert files == ["review-2026-02.html", "review-2026-02.json", "review-2026-02.xlsx"]
    table = (DOCS / "automation" / "crontab").read_text("utf-8")
    line = next(line for line in table.splitlines() if " * * " in line)
    done = run(line.split(None, 5)[5], tmp_path, BRAND=str(tmp_path))
    log = (tmp_path / "review.log").read_text("utf-8")
    assert done.returncode == 0, log
    assert (tmp_path / "review-2026-03.json").exists()
    assert "Comparing the months: " in log


def test_the_workflow_runs_the_same_commands() -> None:
    text = (DOCS / "automation" / "review.yml").read_text("utf-8")
    assert "path: brand.duckdb" in text, "lists of one month are judged in the next"
    steps = re.findall(r"^        run: (.+)$", text, re.MULTILINE)
    assert steps[1:] == ["privtraffic ingest", 'privtraffic review ${MONTH:+--month "$MONTH"} --verbose']
    echo = steps[2].replace("privtraffic", "echo")
    for month, said in (("", "review --verbose"), ("2026-10", "review --month 2026-10 --verbose")):
        shown = subprocess.run(["/bin/sh", "-ec", echo], env={"MONTH": month}, capture_output=True, text=True)
        assert shown.stdout.strip() == said
