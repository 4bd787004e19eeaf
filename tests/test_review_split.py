"""Where sales happen and whose money is new, as lines of the review: the words and numbers of `split` and `cohort`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privtraffic.analyses import review
from privtraffic.analyses.review.months import Month
from privtraffic.dataset import Dataset
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests.conftest import Run

ROWS = (
    "order_id,member_id,ordered_at,paid_amount,brand,channel",
    "1,A,2026-01-05 10:00:00,100,X,商城",
    "2,A,2026-02-05 10:00:00,40,Y,商城",
    "3,B,2026-02-10 10:00:00,60,X,hall",
    "4,A,2026-02-28 10:00:00,20,X,商城",
)


def write(folder: Path) -> Path:
    path = folder / "orders.csv"
    path.write_text("\n".join(ROWS) + "\n", "utf-8")
    return path


def told(folder: Path, rooms: tuple[str, ...], **settings: Any) -> dict[str, Any]:
    with load(write(folder), optional=review.OPTIONAL, settings=Settings(**settings)) as data:
        return say(data, rooms)


def say(data: Dataset, rooms: tuple[str, ...]) -> dict[str, Any]:
    result = review.compute(data, review.Params(month=Month.parse("2026-02"), rooms=rooms, full=True))
    return to_json(review.present(result, Words("en")), "test", [])


def test_what_is_new_to_a_brand_and_known_to_the_house_is_a_line(tmp_path: Path) -> None:
    """Until February's end, by brand: new to the house 100 (A) and 60 (B); Y's 40 of A; again 20."""
    found = told(tmp_path, ("cohort",))
    sums = {row["group"]: (row["new_to_house"], row["new_to_group"], row["again"])
            for row in found["tables"]["newness_of_groups"]}  # fmt: skip
    assert sums == {"X": (160, 0, 20), "Y": (0, 40, 0)}
    lines = {row["finding_kind"]: row["finding"] for row in found["tables"]["findings"]}
    assert "20.0%" in lines["newness_of_groups"], "40 of the 200 that were new to a brand"
    assert "cohort" in lines


def test_the_month_by_where_it_was_sold_is_a_line(tmp_path: Path) -> None:
    """February: 60 in the mall, 60 in a hall, of which nothing tells what it is until the brand's file says counter."""
    found = told(tmp_path, ("split",))
    sold = {(str(row["month"])[:7], row["class"]): row["revenue"] for row in found["tables"]["split"] if row["revenue"]}
    assert sold == {("2026-01", "mall"): 100, ("2026-02", "mall"): 60, ("2026-02", "not_told"): 60}
    found = told(tmp_path, ("split",), commands={"split": {"counter": ["hall"]}})
    sold = {(str(row["month"])[:7], row["class"]): row["revenue"] for row in found["tables"]["split"] if row["revenue"]}
    assert sold == {("2026-01", "mall"): 100, ("2026-02", "mall"): 60, ("2026-02", "offline_member"): 60}
    lines = {row["finding_kind"]: row["finding"] for row in found["tables"]["findings"]}
    assert lines["split"].count("50.0%") == 2


def test_the_review_of_a_folder_goes_by_the_rules_of_its_file(tmp_path: Path, privtraffic: Run) -> None:
    write(tmp_path)
    (tmp_path / "privtraffic.toml").write_text('[split]\ncounter = ["hall"]\n', "utf-8")
    done = privtraffic("review", "orders.csv", "--month", "2026-02", "--full", "--json", "--lang", "en", "-q")
    assert done.returncode == 0, done.stderr
    assert '"offline_member"' in done.stdout
    assert '"not_told"' not in done.stdout
