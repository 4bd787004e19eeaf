"""The files of a whole house beside orders, members and spend, and its truths, written block by block."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from privtraffic.demo import friends, side, truths
from privtraffic.demo.block import Block, World
from privtraffic.demo.house import BLOCK_MEMBERS
from privtraffic.demo.names import Names, guides
from privtraffic.demo.people import Halls
from privtraffic.demo.season import Ints
from privtraffic.demo.side import Columns
from privtraffic.demo.staff import Setting
from privtraffic.demo.styles import Style

FILES = (
    *(f"{role}.csv" for role in side.HEADERS),
    *(f"truth_{what}.parquet" for what in truths.TRUTHS),
)


def append(file: BinaryIO, columns: list[pa.Array]) -> None:
    """Append the columns to a CSV file whose header is written."""
    names = [str(place) for place in range(len(columns))]
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
    pyarrow.csv.write_csv(pa.Table.from_arrays(columns, names), file, options)


def names_of(house: World) -> Names:
    """Names behind the codes of stores, and of guides, cashiers and keepers; in a plain house nobody comes or goes."""
    blocks = -(-house.members // BLOCK_MEMBERS)
    staff = house.setting.staff if house.setting else None
    return Names(staff.names(blocks) if staff else guides(house.stores.positions), house.stores)


class Whole:
    """Writes what each block adds; `finish` writes what only the whole house knows."""

    def __init__(self, folder: Path, house: World, setting: Setting, style: Style, open_files: ExitStack) -> None:
        self.folder, self.house, self.setting, self.style = folder, house, setting, style
        self.open_files, self.names = open_files, names_of(house)
        self.sheets = {role: self._sheet(role) for role in side.HEADERS}
        self.parquet: dict[str, pa.parquet.ParquetWriter] = {}
        self.halls: list[tuple[int, Halls]] = []
        self.added: Ints = np.zeros((friends.TRAFFIC_DAYS, house.stores.count), dtype=np.int64)

    def _sheet(self, role: str) -> BinaryIO:
        file = self.open_files.enter_context((self.folder / f"{role}.csv").open("wb"))
        file.write((",".join(self.style.side_headers[role]) + "\n").encode())
        return file

    def _put(self, files: dict[str, Columns]) -> None:
        for role, columns in files.items():
            append(self.sheets[role], self.style.side(role, columns))

    def _tell(self, what: str, rows: pa.Table) -> None:
        if what not in self.parquet:
            path = self.folder / f"truth_{what}.parquet"
            self.parquet[what] = self.open_files.enter_context(pa.parquet.ParquetWriter(path, rows.schema))
        self.parquet[what].write_table(rows)

    def keep(self, block: Block) -> None:
        """Write the files that grow with a block's members, and the truths of its orders and departures."""
        play = block.play
        if play is None:
            return
        self._put(side.of_block(block, play, self.house, self.names, self.style.numbers))
        self._tell("orders", truths.orders(play))
        self._tell("departures", truths.departures(block, play, self.house.calendar, self.names))
        self.halls.append((block.members.first // BLOCK_MEMBERS, play.people.halls))
        self.added += friends.added_by_store(play.friends, self.house.calendar, self.house.stores)

    def finish(self) -> None:
        """Write the files and the truths of the house."""
        setting, numbers = self.setting, self.style.numbers
        rng = np.random.default_rng(np.random.SeedSequence(self.house.seed, spawn_key=(5,)))
        counted = friends.pass_by(rng, self.house.members, self.added, setting)
        self._put(side.of_house(self.house, setting, self.names, numbers, self.halls))
        self._put({"traffic": side.traffic(counted, self.names)})
        for what, rows in truths.house(setting).items():
            self._tell(what, rows)
        self._tell("units", truths.units(setting, self.names, self.halls))
