"""One contract over the catalogue: every analysis meets the same awkward data in the same way."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from privtraffic.analyses.catalog import ROOMS, room
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from tests.shop import ROWS, write_members, write_shop
from tests.side_files import beside

each_room = pytest.mark.parametrize("name", ROOMS)

ONE = ("o1,1,A,2026-01-05 10:00:00,100.00,0,paid,Alder,North",)
ONE_DAY = tuple(f"o{i},1,M{i % 7},2026-01-05 1{i % 10}:00:00,{i + 1}.00,0,paid,Alder,North" for i in range(30))
REFUNDED = tuple(f"o{i},1,M{i},2026-01-05 10:00:00,10.00,10.00,paid,Alder,North" for i in range(5))


CONTACTS = tuple(f"{m},{'control' if i % 2 else 'contact'},2026-01-05" for i, m in enumerate("ABCDEFKZ"))


def params_of(name: str, folder: Path) -> Any:
    """The default parameters of a room; a campaign cannot be judged without saying who was contacted."""
    if name != "uplift":
        return room(name).Params()
    path = folder / "contacts.txt"
    path.write_text("\n".join(("member_id,group,sent_at", *CONTACTS, "M1,contact,2026-01-05")) + "\n", "utf-8")
    return room(name).Params(contacts=path)


def answer(name: str, path: Path, lang: str = "en", **more: Any) -> dict[str, Any]:
    """The JSON of a room's report with its default parameters."""
    found = room(name)
    with load(path, columns=["brand", "store"], **beside(path.parent, found.sides), **more) as data:
        params = params_of(name, path.parent)
        report = found.present(found.compute(data, params), Words(lang))  # type: ignore[arg-type]
        return to_json(report, "test", [])


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """The answer of a room for the shop of ten members, which others are held against: asked once."""
    path = write_shop(tmp_path_factory.mktemp("plain"))
    return cache(lambda name: answer(name, path))


@each_room
@pytest.mark.parametrize("rows", [ROWS, ONE, ONE_DAY], ids=["ten members", "one member", "one day"])
def test_an_answer_is_a_finding_with_figures_and_tables(
    name: str, tmp_path: Path, rows: tuple[str, ...], plain: Callable[[str], dict[str, Any]]
) -> None:
    found = plain(name) if rows is ROWS else answer(name, write_shop(tmp_path, rows))
    assert found["command"] == name
    assert found["figures"]
    assert found["tables"]


@each_room
def test_the_order_of_the_rows_changes_nothing(
    name: str, tmp_path: Path, plain: Callable[[str], dict[str, Any]]
) -> None:
    straight, reverse = plain(name), answer(name, write_shop(tmp_path, ROWS[::-1], "b.csv"))
    assert (straight["figures"], straight["tables"]) == (reverse["figures"], reverse["tables"])


@each_room
def test_files_cut_in_two_change_nothing(name: str, tmp_path: Path, plain: Callable[[str], dict[str, Any]]) -> None:
    whole = plain(name)
    folder = tmp_path / "halves"
    folder.mkdir()
    write_shop(folder, ROWS[:8], "a.csv")
    write_shop(folder, ROWS[8:], "b.csv")
    halves = answer(name, folder)
    assert (whole["figures"], whole["tables"]) == (halves["figures"], halves["tables"])


def test_all_refunded_is_one_line_not_a_traceback(tmp_path: Path) -> None:
    with pytest.raises(PrivtrafficError, match=r"none of the 5 rows is a purchase \(refunded 5\)"):
        load(write_shop(tmp_path, REFUNDED))


def test_a_header_without_rows_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(PrivtrafficError, match="header"):
        load(write_shop(tmp_path, ()))


@each_room
def test_members_who_never_bought_do_no_harm(name: str, tmp_path: Path) -> None:
    found = answer(name, write_shop(tmp_path), members=write_members(tmp_path))
    assert found["figures"]


@each_room
def test_both_languages_have_the_same_keys_and_numbers(
    name: str, tmp_path: Path, plain: Callable[[str], dict[str, Any]]
) -> None:
    english, chinese = plain(name), answer(name, write_shop(tmp_path), "zh")
    assert english["figures"] == chinese["figures"]
    assert {key: len(rows) for key, rows in english["tables"].items()} == {
        key: len(rows) for key, rows in chinese["tables"].items()
    }


@each_room
def test_only_the_side_files_that_it_names_change_the_answer(
    name: str, tmp_path: Path, plain: Callable[[str], dict[str, Any]]
) -> None:
    others = {"members": write_members(tmp_path), "spend": tmp_path / "spend.txt"}
    others["spend"].write_text("date,channel,cost\n2026-01-05,search,500\n2026-02-05,friend,300\n", "utf-8")
    idle = {file: path for file, path in others.items() if file not in room(name).side_files}
    alone, beside = plain(name), answer(name, write_shop(tmp_path), **idle)
    assert (alone["figures"], alone["tables"]) == (beside["figures"], beside["tables"])
