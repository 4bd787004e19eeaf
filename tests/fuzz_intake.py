"""Looks for a way to make intake fall over: changed bytes of good files, for as many seconds as the argument says.

Whatever a file holds, `load` gives a dataset whose rows and money read are those kept and dropped, or a
PrivtrafficError whose text fills one line in both languages.  Not part of the default suite: `just fuzz`.
"""

from __future__ import annotations

import gzip
import io
import random
import sys
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.settings import Settings
from tests.fuzzing import fuzz

HEADERS = (
    "order_id,member_id,ordered_at,paid_amount,product,status",
    "订单编号,买家会员名,订单创建时间,订单付款时间,买家实际支付金额,订单状态,宝贝标题",
    "订单号,手机号,邮箱,下单时间,实付金额,退款金额,数量,商品名称",
)
BITS = (
    b'"', b",", b"\t", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xc4\xe3", "面".encode(), b"'",
    b"=", b"1.03293E+19", b"186****0005", b"13800000001-12", "合计".encode(), b"-", b"(1.00)", b"2525-02-03",
    b"99999999999999999999999999", b"1e308", b"NaN", b"{}", b"{x}", b":as_of", b"$1", b"%s", b"'; drop table x; --",
    b"45000.5", b"31/12/2025", b"0000-00-00", b"\x1a", b"\xe2\x80\xa8", "１２．５０".encode(), b'""', b'"\n',
    b"x" * 5000, b"<table>",
)  # fmt: skip


def texts(rng: random.Random) -> bytes:
    header = rng.choice(HEADERS)
    width = header.count(",") + 1
    rows = [
        ",".join(rng.choice((f"A{n % 30}", "2026-01-02 10:00:00", f"{n}.5", "paid", "")) for _ in range(width))
        if rng.random() < 0.2
        else row_like(header, n)
        for n in range(rng.randrange(1, 60))
    ]
    return "\n".join([header, *rows]).encode(rng.choice(("utf-8", "gb18030", "utf-16", "utf-8-sig"))) + b"\n"


def row_like(header: str, n: int) -> str:
    day = f"2026-0{n % 6 + 1}-{n % 27 + 1:02d} 10:00:00"
    return {
        HEADERS[0]: f"A{n},m{n % 7},{day},{n}.50,cream,paid",
        HEADERS[1]: f"{10**17 + n},买家{n % 7},{day},{day},{n}.50,交易成功,面霜",
        HEADERS[2]: f"B{n},1380000000{n % 7},a{n % 5}@x.cn,{day},¥{n}.50,,2,水",
    }[header]


def book(data: bytes) -> bytes:
    workbook, out = openpyxl.Workbook(), io.BytesIO()
    sheet = workbook.active
    assert sheet is not None
    for line in data.decode("utf-8", "replace").splitlines():
        sheet.append(["".join(c for c in cell if c >= " ") for cell in line.split(",")])
    workbook.save(out)
    return out.getvalue()


def parquet(data: bytes) -> bytes:
    out = io.BytesIO()
    lines = [line.split(",") for line in data.decode("utf-8", "replace").splitlines()]
    columns = {name: [row[at] if len(row) > at else None for row in lines[1:]] for at, name in enumerate(lines[0])}
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def page(data: bytes) -> bytes:
    lines = data.decode("utf-8", "replace").splitlines()
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line.split(",")) + "</tr>" for line in lines)
    return f"<html><table>{rows}</table></html>".encode()


KINDS: tuple[Callable[[bytes], bytes], ...] = (
    bytes,
    bytes,
    bytes,
    partial(gzip.compress, mtime=0),
    book,
    parquet,
    page,
)


def damage(rng: random.Random, data: bytes) -> bytes:
    """A few random changes: bytes put in, taken out, doubled, flipped; the end cut off."""
    for _ in range(rng.choice((0, 1, 1, 2, 3, 8))):
        at, size = rng.randrange(len(data) + 1), rng.choice((1, 1, 2, 10, 200))
        bit = rng.choice(BITS)
        data = rng.choice((
            data[:at] + bit + data[at:],
            data[:at] + data[at + size :],
            data[:at] + data[at : at + size] * 2 + data[at + size :],
            data[:at] + rng.randbytes(min(size, 4)) + data[at + size :],
            data[:at] + bit * 3 + data[at + size :],
            data[: at or len(data)] if rng.random() < 0.3 else data,
        ))  # fmt: skip
    return data


def attempt(rng: random.Random, folder: Path) -> str:
    """One file; gives back what became of it.  Raises where intake breaks its word."""
    path = folder / f"x{rng.choice(('.csv', '.xlsx', '.xls', '.gz', ''))}"
    before = damage(rng, texts(rng)) if rng.random() < 0.5 else texts(rng)
    path.write_bytes(damage(rng, rng.choice(KINDS)(before)))
    settings = Settings(identity=rng.choice((None, None, "auto")), mask=rng.choice((None, None, "secret")))
    try:
        with load(path, settings=settings, need_member=rng.random() < 0.8) as data:
            quality = data.quality
            data.engine.fetch("select count(*) from orders")
    except PrivtrafficError as error:
        assert all("\n" not in error.text(lang) and "\r" not in error.text(lang) for lang in ("en", "zh"))
        return error.key
    assert quality.rows_kept >= 0
    assert quality.money_kept + sum(quality.money_dropped.values(), Decimal(0)) == quality.money_read
    assert quality.rows_read == sum(file.rows_read for file in quality.files if file.role == "orders")
    return "read"


if __name__ == "__main__":
    sys.exit(fuzz("tests.fuzz_intake", "files", lambda rng, folder: Counter([attempt(rng, folder)])))
