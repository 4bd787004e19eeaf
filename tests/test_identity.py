"""One member in several systems, and keys that nobody sees."""

import hashlib
import hmac
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from privtraffic.dataset import Dataset
from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.clean import identity
from privtraffic.intake.load import load
from privtraffic.settings import Settings

SECRET = "钥匙 key"  # noqa: S105


def write(path: Path, header: str, rows: Iterable[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def shops(folder: Path) -> tuple[list[Path], Path]:
    """Ann buys on Taobao by phone, in the shop by e-mail and nameless by phone; Bob, Cat and Dan stay themselves."""
    taobao = write(
        folder / "taobao.csv",
        "order_id,买家会员名,手机号,邮箱,ordered_at,paid_amount",
        [
            "1,tb_ann,13800000001,,2026-01-01,10",
            "2,tb_bob,138****0002,,2026-01-01,20",
            "3,tb_cat,13800000003-1234,,2026-01-02,30",
            "4,tb_dan,13800000003转1234,,2026-01-02,40",
        ],
    )
    shop = write(
        folder / "shop.csv",
        "order_id,member_id,phone,email,ordered_at,paid_amount",
        [
            "x1,s_1,+86 138-0000-0001,ann@x.cn,2026-02-01,10",
            "x2,s_9,,ANN@x.cn ,2026-02-01,20",
            "x3,,13800000001,,2026-03-01,5",
            "x4,s_4,13800000003[1234],b***@x.cn,2026-03-01,7",
            "x5,,13800000009-55,,2026-03-01,9",
        ],
    )
    members = write(
        folder / "members.csv",
        "member_id,phone,joined_at,referrer_id",
        ["M1,86-13800000001,2025-01-01,", "M2,13900000000,2025-06-01,s_9"],
    )
    return [taobao, shop], members


def buyers(data: Dataset) -> dict[str, str | None]:
    """Member by order number, without the source that tells equal numbers of several systems apart."""
    rows = data.engine.fetch("select order_id, member_id from orders").to_pylist()
    return {row["order_id"].rpartition(":")[2]: row["member_id"] for row in rows}


def test_without_asking_nothing_is_joined(tmp_path: Path) -> None:
    orders, members = shops(tmp_path)
    with load(orders, members=members) as data:
        assert data.quality.identity is None
        assert len(set(buyers(data).values()) - {None}) == 7


def test_shared_keys_join_and_masked_ones_do_not(tmp_path: Path) -> None:
    orders, members = shops(tmp_path)
    with load(orders, members=members, settings=Settings(identity="auto")) as data:
        assert buyers(data) == {
            "1": "M1", "x1": "M1", "x2": "M1", "x3": "M1", "2": "tb_bob", "3": "tb_cat", "4": "tb_dan", "x4": "s_4",
            "x5": None,
        }  # fmt: skip
        joined = data.engine.fetch("select member_id, referrer_id from joined order by member_id").to_pylist()
        assert joined == [{"member_id": "M1", "referrer_id": None}, {"member_id": "M2", "referrer_id": "M1"}]
        found = data.quality.identity
        assert found is not None
        assert (found.records, found.members) == (10, 6)
        assert found.joined_by == {"phone": 1, "email": 1}
        assert [(merge.name, merge.records) for merge in found.largest] == [("M1", 5)]
        assert found.refused == ()
        assert data.quality.as_dict()["identity"] == found.as_dict()
        assert ("note.identity", {"records": 10, "members": 6, "keys": "email 1, phone 1"}) in data.quality.notes


def test_the_phone_of_a_shop_joins_nobody(tmp_path: Path) -> None:
    rows = [f"{n},c{n:03d},13812345678,,2026-01-01,1" for n in range(400)]
    rows += ["a,f_1,13900000001,,2026-01-01,1", "b,f_2,13900000001,,2026-01-01,1"]
    path = write(tmp_path / "orders.csv", "order_id,member_id,phone,email,ordered_at,paid_amount", rows)
    with load(path, settings=Settings(identity="auto")) as data:
        found = data.quality.identity
        assert found is not None
        assert (found.records, found.members) == (402, 401)
        assert [(merge.name, merge.records, merge.kind) for merge in found.refused] == [("138****5678", 400, "phone")]
        assert ("note.identity_refused", {"key": "138****5678", "rows": 400, "most": 20}) in data.quality.notes
        assert buyers(data)["a"] == buyers(data)["b"] == "f_1"


@pytest.mark.parametrize(("records", "joined"), [(identity.MOST_RECORDS, True), (identity.MOST_RECORDS + 1, False)])
def test_the_threshold_counts_records(tmp_path: Path, records: int, joined: bool) -> None:
    rows = [f"{n},c{n:03d},13812345678,2026-01-01,1" for n in range(records)]
    path = write(tmp_path / "orders.csv", "order_id,member_id,phone,ordered_at,paid_amount", rows)
    with load(path, settings=Settings(identity="auto")) as data:
        assert data.quality.identity is not None
        assert data.quality.identity.members == (1 if joined else records)


def test_long_chains_and_any_order_of_rows(tmp_path: Path) -> None:
    """Person k shares a phone with k+1 within chains of 300: a union-find in Python is the reference."""
    rng = random.Random(7)  # noqa: S311
    rows, parent = [], {n: n for n in range(900)}

    def root(n: int) -> int:
        while parent[n] != n:
            n = parent[n]
        return n

    for n in range(900):
        rows.append(f"{n},id{n:04d},1380000{n:04d},e{n}@x.cn,2026-01-01,1")
        if n % 300:
            rows.append(f"{n}b,id{n:04d},1380000{n - 1:04d},,2026-01-01,1")
            parent[root(n)] = root(n - 1)
    for n in range(0, 900, 450):
        rows.append(f"{n}c,id{n:04d},,e{n + 1}@x.cn,2026-01-01,1")
        parent[root(n)] = root(n + 1)
    results = []
    for attempt in range(2):
        rng.shuffle(rows)
        path = write(tmp_path / f"{attempt}.csv", "order_id,member_id,phone,email,ordered_at,paid_amount", rows)
        with load(path, settings=Settings(identity="auto")) as data:
            assert data.quality.identity is not None
            results.append(data.quality.identity)
            names = buyers(data)
    assert results[0] == results[1]
    assert (results[0].records, results[0].members) == (900, len({root(n) for n in range(900)}))
    assert all(names[str(n)] == names[str(n - 1)] for n in range(1, 900) if root(n) == root(n - 1))


def test_a_file_names_the_members(tmp_path: Path) -> None:
    orders, members = shops(tmp_path)
    given = write(tmp_path / "who.csv", "key,member_id", ["tb_ann,ANN", "+8613800000001,ANN", "s_9,ANN"])
    with load(orders, members=members, settings=Settings(identity=str(given))) as data:
        names = buyers(data)
        assert [order for order, member in names.items() if member == "ANN"] == ["1", "x2", "x3"]
        assert names["x1"] == "s_1"
        assert data.quality.identity is not None
        assert (data.quality.identity.records, data.quality.identity.members) == (10, 8)


@pytest.mark.parametrize(
    ("header", "rows", "key", "text"),
    [
        ("key,member_id", ["a,A", "b,B", "a,B"], "identity_twice", "row 4: the key a"),
        ("first,second", ["a,A"], "identity_columns", "who.csv"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, header: str, rows: list[str], key: str, text: str) -> None:
    orders, _ = shops(tmp_path)
    given = write(tmp_path / "who.csv", header, rows)
    with pytest.raises(PrivtrafficError) as raised:
        load(orders, settings=Settings(identity=str(given)))
    assert raised.value.key == key
    assert text in raised.value.text()


def hashed(key: str) -> str:
    return hmac.new(SECRET.encode(), key.encode(), hashlib.sha256).hexdigest()[:24]


def test_a_mask_is_hmac_sha256_and_leaves_no_key(tmp_path: Path) -> None:
    orders, members = shops(tmp_path)
    with load(orders, members=members, settings=Settings(mask=SECRET)) as data:
        hidden = {member for member in buyers(data).values() if member}
        plain = ("tb_ann", "tb_bob", "tb_cat", "tb_dan", "s_1", "s_4", "s_9")
        assert hidden >= {hashed(key) for key in plain}
        joined = data.engine.fetch("select member_id, referrer_id from joined").to_pylist()
        assert hashed("s_9") in {row["referrer_id"] for row in joined}
        tables = data.engine.fetch("select table_name from information_schema.tables").to_pylist()
        for table in {row["table_name"] for row in tables} - {"raw_0", "raw_1", "raw_2"}:
            text = str(data.engine.fetch(f"select * from {table}").to_pylist())
            assert not [key for key in (*plain, "M1", "13800000001", SECRET) if f"'{key}'" in text], table
        assert SECRET not in repr(data.settings)


def test_a_mask_and_joining_agree(tmp_path: Path) -> None:
    orders, members = shops(tmp_path)
    with load(orders, members=members, settings=Settings(identity="auto")) as data:
        plain, found = buyers(data), data.quality.identity
    with load(orders, members=members, settings=Settings(identity="auto", mask=SECRET)) as data:
        hidden, found_hidden = buyers(data), data.quality.identity
    assert found is not None
    assert found_hidden is not None
    assert (found.records, found.members, found.joined_by) == (
        found_hidden.records, found_hidden.members, found_hidden.joined_by,
    )  # fmt: skip
    assert {frozenset(o for o in plain if plain[o] == plain[p]) for p in plain} == {
        frozenset(o for o in hidden if hidden[o] == hidden[p]) for p in hidden
    }


def test_a_summary_row_is_seen_behind_a_mask(tmp_path: Path) -> None:
    rows = ["1,m1,2026-01-01,10", "2,合计,2026-01-01,10"]
    path = write(tmp_path / "orders.csv", "order_id,member_id,ordered_at,paid_amount", rows)
    with load(path, settings=Settings(mask=SECRET)) as data:
        assert data.quality.rows_dropped == {"summary_row": 1}


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("13800000001", "13800000001"),
        ("+86 138 0000 0001", "13800000001"),
        ("86-13800000001", "13800000001"),
        ("(+86)138-0000-0001", "13800000001"),
        ("'13800000001", "13800000001"),
        ("13800000001.0", "13800000001"),
        ("13800000001-1234", None),
        ("13800000001转1234", None),
        ("13800000001[1234]", None),
        ("138****0001", None),
        ("12800000001", None),
        ("1380000000", None),
        ("02188886666", None),
    ],
)
def test_phones(text: str, phone: str | None) -> None:
    engine = EmbeddedEngine()
    found = engine.fetch("select clean_phone(:text) as phone, person_key(:text) as person", text=text).to_pylist()[0]
    engine.close()
    assert found["phone"] == phone
    if "转" in text or "[" in text or "-1234" in text or "*" in text:
        assert found["person"] is None
