"""Files of systems that number otherwise: what joins nothing is told, and members whom no order knows are refused.

A small house whose files know each other's names; then one column of one file is renamed as another system would.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from privtraffic.database.ingest import ingest
from privtraffic.database.open import open_database
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.quality import QualityReport
from privtraffic.schema import SIDES
from privtraffic.settings import Settings

HOUSE = {
    "orders": """order_id,member_id,ordered_at,paid_amount,store,guide,channel,brand
A1,M1,2026-03-02 10:00:00,120.00,North,Li,mall,Alder
A2,M2,2026-03-05 11:00:00,80.00,South,Wu,counter,Birch
A3,M1,2026-04-01 12:00:00,60.00,North,Li,mall,Alder
""",
    "members": """member_id,joined_at,channel,store,guide
M1,2026-03-01,search,North,Li
M2,2026-03-01,friend,South,Wu
M3,2026-03-01,search,South,Wu
""",
    "spend": "month,channel,cost\n2026-03,search,100\n2026-03,friend,10\n",
    "staff": "staff_id,staff,unit_id,started_at,left_at\nG1,Li,B,2025-02-01,\nG2,Wu,B,2025-02-01,\n",
    "units": "unit_id,unit,level,parent_id\nH,House,1,\nN,North,2,H\nS,South,2,H\n",
    "handovers": """member_id,from_staff,to_staff,handed_at,outcome
M1,Wu,Li,2026-03-02,done
M2,Li,Wu,2026-03-02,done
""",
    "commissions": """order_id,line_id,staff_id,role,level,amount,status,settled_at
A1,,G1,seller,1,6.00,settled,2026-04-01
""",
    "traffic": """date,channel,store,guide,step,count
2026-03-01,search,North,Li,passed,500
2026-03-02,friend,South,Wu,passed,3
""",
    "friends": "friend_id,member_id,guide,store,source,added_at,deleted_at\nF1,M1,Li,North,qr,2026-01-05,\n",
    "coupons": """coupon,code,member_id,granted_at,used_at,order_id,value
birthday,c1,M1,2026-03-01,2026-03-02,A1,20.00
""",
    "points": "member_id,at,change,kind,order_id\nM1,2026-03-02,120,earn,A1\nM2,2026-03-05,80,earn,A2\n",
    "campaigns": "campaign,starts,ends,kind,channel,brand,store\nSpring,2026-03-01,2026-03-07,sale,mall,Alder,North\n",
}


def quality(
    folder: Path, files: Mapping[str, str], *, need_member: bool = False, where: tuple[tuple[str, str], ...] = ()
) -> QualityReport:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    with load(folder, sides=SIDES, need_member=need_member, settings=Settings(where=where)) as data:
        return data.quality


def told(found: QualityReport) -> dict[str, tuple[str, int, int]]:
    """Source and column -> what kind of names, how many, how many known."""
    return {
        f"{values['role']}{values['field']}": (str(values["names_of"]), values["names"], values["known"])  # type: ignore[misc]
        for key, values in found.notes
        if key in {"note.names_none", "note.names_few"}
    }


def renamed(text: str, column: str) -> str:
    """A file in which another system wrote one column."""
    head, *rows = [line.split(",") for line in text.splitlines()]
    at = head.index(column)
    for row in rows:
        row[at] = f"x{row[at]}" if row[at] else ""
    return "\n".join(",".join(row) for row in (head, *rows)) + "\n"


def test_a_house_of_one_system_is_told_nothing(tmp_path: Path) -> None:
    assert told(quality(tmp_path, HOUSE)) == {}


PLACES = {
    ("members", "channel"): {"members channel": ("joining_channels", 2, 0)},
    ("members", "store"): {"members store": ("stores", 2, 0)},
    ("members", "guide"): {"members guide": ("people", 2, 0)},
    ("spend", "channel"): {"spend channel": ("joining_channels", 2, 0)},
    ("handovers", "from_staff"): {"handovers from_staff": ("people", 2, 0)},
    ("handovers", "to_staff"): {"handovers to_staff": ("people", 2, 0)},
    ("commissions", "staff_id"): {"commissions staff_id": ("people", 1, 0)},
    ("commissions", "order_id"): {"commissions order_id": ("orders", 1, 0)},
    ("traffic", "store"): {"traffic store": ("stores", 2, 0)},
    ("traffic", "guide"): {"traffic guide": ("people", 2, 0)},
    ("friends", "guide"): {"friends guide": ("people", 1, 0)},
    ("friends", "store"): {"friends store": ("stores", 1, 0)},
    ("coupons", "order_id"): {"coupons order_id": ("orders", 1, 0)},
    ("points", "order_id"): {"points order_id": ("orders", 2, 0)},
    ("campaigns", "store"): {"campaigns store": ("stores", 1, 0)},
    ("campaigns", "brand"): {"campaigns brand": ("brands", 1, 0)},
    ("campaigns", "channel"): {"campaigns channel": ("sales_channels", 1, 0)},
    ("members", "member_id"): {"members member_id": ("members", 3, 0)},
    ("orders", "store"): {"orders": ("stores", 2, 0)},
}
"""The column that another system wrote -> what is told: the names in it, and how many of them stand elsewhere."""


@pytest.mark.parametrize(("file", "column"), PLACES, ids=".".join)
def test_names_of_another_system_are_told(tmp_path: Path, file: str, column: str) -> None:
    found = quality(tmp_path, {**HOUSE, file: renamed(HOUSE[file], column)})
    assert told(found) == PLACES[file, column]


def test_buyers_of_whom_few_are_on_file_are_told(tmp_path: Path) -> None:
    more = "".join(f"B{n},Z{n},2026-03-09 10:00:00,5.00,North,Li,mall,Alder\n" for n in range(3))
    found = quality(tmp_path, {**HOUSE, "orders": HOUSE["orders"] + more})
    assert told(found) == {"orders": ("members", 5, 2)}


def apart(count: int, joined: str = "2026-03-01") -> dict[str, str]:
    """So many buyers, and as many members on file who are none of them."""
    orders = "".join(f"A{n},M{n},2026-03-02 10:00:00,5.00\n" for n in range(count))
    members = "".join(f"X{n},{joined}\n" for n in range(count))
    return {
        "orders": f"order_id,member_id,ordered_at,paid_amount\n{orders}",
        "members": f"member_id,joined_at\n{members}",
    }


def test_members_whom_no_order_knows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PrivtrafficError, match=r"members\.csv: none of its 30 members .* none of the 30 buyers"):
        quality(tmp_path, apart(30), need_member=True)
    assert told(quality(tmp_path, apart(30))) == {"members member_id": ("members", 30, 0)}, "check tells it and goes on"


def test_a_database_refuses_them_too(tmp_path: Path) -> None:
    """Files may come one by one: `ingest` tells it, and the question is refused."""
    for name, text in apart(30).items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
        ingest(tmp_path / "house.db", [tmp_path / f"{name}.csv"])
    with open_database(tmp_path / "house.db", need_member=False) as data:
        assert told(data.quality) == {"members member_id": ("members", 30, 0)}
    with pytest.raises(PrivtrafficError, match=r"members\.csv: none of its 30 members .* none of the 30 buyers"):
        open_database(tmp_path / "house.db")


def test_few_of_both_may_have_nobody_in_common(tmp_path: Path) -> None:
    assert told(quality(tmp_path, apart(29), need_member=True)) == {"members member_id": ("members", 29, 0)}


def test_who_joined_after_the_last_order_is_not_expected_among_its_buyers(tmp_path: Path) -> None:
    assert told(quality(tmp_path, apart(30, "2026-03-03"), need_member=True)) == {}


def test_orders_that_are_left_out_are_missed_by_nobody(tmp_path: Path) -> None:
    """The members are those of another store than the one that is asked about."""
    files = apart(30)
    more = "".join(f"B{n},X{n},2026-03-02 10:00:00,5.00,North\n" for n in range(30))
    files["orders"] = files["orders"].replace("paid_amount", "paid_amount,store").replace("5.00", "5.00,South") + more
    assert told(quality(tmp_path, files, need_member=True)) == {}
    assert told(quality(tmp_path, files, need_member=True, where=(("store", "South"),))) == {}
