"""A file may be called so that it moves the cursor, colours the screen or turns the text around: no name does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ODD = "\x1b[31mX\x9b2J\u202e\x07"
"""Colours, an 8-bit control sequence, a sign that turns the text around, a bell."""
COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def house(folder: Path) -> None:
    rows = [["order_id", "member_id", "ordered_at", "paid_amount", f"a{ODD}b", "store", f"note{ODD}"]]
    rows += [
        [f"A{n}", f"m{n % 9}{ODD if n == 7 else ''}", f"2026-0{n % 6 + 1}-1{n % 9}", f"{n + 5}.00", "q", store, "1"]
        for n in range(300)
        for store in (f"s{ODD if n in (5, 90) else ''}{n % 3}",)
    ]
    (folder / f"o{ODD}.csv").write_text("\n".join(map(",".join, rows)) + "\n", "utf-8")
    (folder / f"bad{ODD}.csv").write_text(f"a{ODD},b\n1,2\n", "utf-8")
    (folder / f"d{ODD}").mkdir()
    (folder / f"d{ODD}" / f"x{ODD}.txt").write_text("hello")
    (folder / f"d{ODD}" / f"o{ODD}.csv").write_text("\n".join(map(",".join, rows)) + "\n", "utf-8")


EACH = """
import json, sys
from privtraffic.cli import main
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["privtraffic", *arguments]
    try:
        main()
    except SystemExit as end:
        print(f"\\n{end.code} ends {arguments[0]}", flush=True)
"""
"""One process for all, since to start one takes longer than what is asked of it."""


def on_terminal(folder: Path, asked: Sequence[Sequence[str]]) -> list[str]:
    """What a terminal gets to show of each command, standard error included."""
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "60", "TERM": "xterm-256color"}
    command = [sys.executable, "-c", EACH, json.dumps(asked)]
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 1 << 16)
            except OSError:
                break
            if not piece:
                break
            shown += piece
    os.close(ours)
    text = shown.decode("utf-8", "replace").replace("\r", "\n")
    parts = re.split(r"\n[0-9] ends ([a-z]+)\n", text)
    assert parts[1::2] == [arguments[0] for arguments in asked], text
    return parts[:-1:2]


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
def test_no_name_moves_the_cursor(tmp_path: Path) -> None:
    house(tmp_path)
    orders, database = f"o{ODD}.csv", f"b{ODD}.duckdb"
    asked = (
        ["check", orders], ["check", orders, "--json"], ["check", f"d{ODD}"], ["check", f"bad{ODD}.csv"],
        ["rfm", orders, "--group", "store", "-o", f"r{ODD}.xlsx"], ["ingest", orders, "--db", database],
        ["batches", "--db", database], ["batches", "--db", database, "--json"], ["rfm", f"nothing{ODD}"],
        ["rfm", orders, "--where", f"store={ODD}"], ["forget", f"m{ODD}", "--db", database],
    )  # fmt: skip
    for arguments, shown in zip(asked, on_terminal(tmp_path, asked), strict=True):
        plain = COLOURS.sub("", shown.replace("\x1b[31mX", "RAW"))
        assert "RAW" not in plain, arguments
        assert [sign for sign in plain if not sign.isprintable() and sign != "\n"] == [], arguments
        if "--json" not in arguments:
            # Sentences are broken at the width of the terminal; an error is one line.
            assert all(len(line) <= 60 for line in plain.splitlines() if not line.startswith("privtraffic: ")), (
                arguments
            )
