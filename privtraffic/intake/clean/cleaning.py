"""Raw text -> typed rows -> orders, with the account of every row and every cent.

The text of the queries stands in `cleaning.sql` and in the `.sql` of each step. Nothing is dropped without a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pyarrow as pa

from privtraffic.engine.arrow import texts
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.intake.clean.columns import PARSED_ALWAYS, parse_orders
from privtraffic.intake.clean.currencies import register_currencies, unnamed_currency
from privtraffic.intake.clean.cut_orders import Copies
from privtraffic.intake.clean.doubts import (
    assumed_refunds,
    fill_down,
    of_several_files,
    partly_refunded,
    refuse_unread,
    unknown_words,
    utc_as_written,
)
from privtraffic.intake.clean.fold import Fold
from privtraffic.intake.clean.formats import with_forms
from privtraffic.intake.clean.frequent_key import without_frequent_key
from privtraffic.intake.clean.headers import refuse_other_headers
from privtraffic.intake.clean.identity import renamed
from privtraffic.intake.clean.join import Beside
from privtraffic.intake.clean.judging import Judging
from privtraffic.intake.clean.ledger import Ledger
from privtraffic.intake.clean.parse import FINE, MONEY, Parse
from privtraffic.intake.clean.questions import refuse_open_questions
from privtraffic.intake.clean.reader_types import Plain
from privtraffic.intake.clean.reconciliation import counted, late_credits, quality_of
from privtraffic.intake.clean.rows import BASE, FACTS, SETTLED, of_stored, type_orders
from privtraffic.intake.clean.shared_numbers import find_apart, key_of_order
from privtraffic.intake.clean.signing import find_signs, signed
from privtraffic.intake.clean.states import state_of_rows
from privtraffic.intake.clean.together import parsed_together, settled_as
from privtraffic.intake.understand.gather import Gathered, Part
from privtraffic.intake.understand.recognition import Note, Recognition
from privtraffic.quality import QualityReport, UnknownStatus
from privtraffic.schema import LINE_DIMENSIONS
from privtraffic.settings import Settings

SQL = queries(__name__)


class Cleaning:
    """One run over the order files, which makes the tables `orders` and `lines`."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        wanted: Iterable[str],
        beside: Sequence[Part] = (),
        ledger: Ledger | None = None,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._ledger, self._recorded = ledger or Ledger(), ledger is not None
        self._beside = Beside(engine, beside, self._ledger)
        self._wanted = sorted({*wanted} - {*PARSED_ALWAYS, "quantity"})
        self._all_wanted = set(wanted)
        self._words: Sequence[Mapping[str, Any]] = ()
        self._facts: Mapping[str, Any] = {}
        self._with_reasons = False
        self._refunded_by_word: set[str] = set()
        self._joined = False
        self._alone = False
        self._slips = False
        self._observed = False
        self._copies = Copies(engine, self._ledger)
        self._money = MONEY
        self._noted: list[Note] = []
        self._typed, self._rows = "", 0
        self.currencies: set[str] = set()

    def _sql(self, name: str) -> str:
        """A query, in which money is as fine as the files have it."""
        return SQL[name].replace(MONEY, self._money)

    def parse(self, orders: Sequence[Part]) -> Mapping[str, Any]:
        """Type every row; gives back the facts of all rows."""
        joined = any(part.found.keys.joined for part in orders)
        completed = self._beside.any or any("original_id" in part.found.columns for part in orders)
        orders = [self._understood(part) for part in orders]
        self._rows = sum(part.rows for part in orders)
        many = len(orders) > 1
        down = any(part.found.fills for part in orders)
        self._alone = not (many or down or completed or joined or orders[0].found.order_level or orders[0].stored)
        here = [part for part in orders if part.here]
        tables = parsed_together(self._engine, here, partial(self._parse_one, many=many), self._united)
        rows = self._united([table for _, table in tables], joined=joined)
        find_apart(self._engine, rows, many=many)
        filled, whole = self._by_source(tables)
        self._copies.none()
        if many or self._recorded:
            self._engine.view("uncompleted", self._united(filled, joined=joined))
            self._copies.register_states("uncompleted")
        if many:
            self._copies.find("uncompleted", orders)
        for name, found in whole.items():
            amount = SQL["share"].format(column="paid") if "paid_amount" in found.order_level else "amount"
            refund = SQL["share"].format(column="refund") if "refund_amount" in found.order_level else "refund"
            shared = {"filled": f"select * from filled_{name}", "amount": amount, "refund": refund}
            self._engine.run(f"settled_{name}", SQL["settled"].format(kept_columns=self._kept, **shared))
        typed = self._united([re.sub("^filled_", "settled_", table) for table in filled], joined=joined)
        if completed:
            self._joined = True
            self._engine.view("typed", typed)
            self._beside.read()
            self._beside.complete(BASE, self._wanted)
        elif joined:
            self._engine.run("parsed", typed)
        else:
            self._typed = typed
            self._engine.view("parsed", typed, self._rows)
        self._words = self._ledger.over_all("words", self._engine.fetch(SQL["words"]).to_pylist())
        self._facts = {name: sum(word[name] for word in self._words) for name in FACTS}
        paid_before = any(word["has_paid"] for word in self._ledger.known_rows("words"))
        self._ledger.refuse(unless=paid_before == bool(self._facts["has_paid"]))
        if self._facts["bad_times"]:
            refuse_other_headers(self._engine, orders)
        if self._facts["bad_amounts"]:
            refuse_unread(self._engine, orders, self._ledger)
        return self._facts

    @property
    def _kept(self) -> str:
        """The columns of a row that stay as they are when its order is settled."""
        return ", ".join(name for name in (*BASE, *self._wanted) if name not in SETTLED)

    def _by_source(self, tables: Sequence[tuple[Part, str]]) -> tuple[list[str], dict[str, Recognition]]:
        """The tables of the rows; where money is of whole orders, all files of a source are one, which may be cut."""
        filled: dict[str, list[str]] = {}
        whole: dict[str, Recognition] = {}
        for part, table in tables:
            if not part.found.order_level:
                filled[table] = [table]
                continue
            name = "_".join(settled_as(part.found))
            whole.setdefault(name, part.found)
            filled.setdefault(f"filled_{name}", []).append(table)
        for name in whole:
            rows = self._united(filled[f"filled_{name}"], joined=False)
            self._engine.view(f"filled_{name}", SQL["filled"].format(rows=rows, kept_columns=self._kept))
        return list(filled), whole

    def _united(self, tables: Iterable[str], *, joined: bool) -> str:
        columns = ", ".join((*BASE, *self._wanted))
        rows = " union all ".join(f"select {columns} from {table}" for table in tables)
        return renamed(rows, (*BASE, *self._wanted)) if joined else rows

    def judge(self, orders: Sequence[Part]) -> tuple[UnknownStatus, ...]:
        """Give every dropped row its reason and make orders of the rest; says which status words nobody knows."""
        unknown = self._register_states()
        written = self._ledger.named("currencies", self._engine.fetch(SQL["currencies"]).to_pylist())
        chosen = self._settings.currency
        self.currencies = register_currencies(self._engine, [row["currency"] for row in written], chosen)
        many = len(orders) > 1
        joining = many and any(part.found.profile.joined for part in orders)
        repeated = SQL["repeated"] + ("\n" + SQL["repeated_joined"] if joining else "")
        self._engine.run("duplicates", repeated)
        # Two systems may number their orders alike.
        systems = {part.found.profile.name for part in orders}
        order_id = "p.order_id" if len(systems) == 1 else "p.source || ':' || p.order_id"
        fold = Fold(self._engine, self._facts, self._order_dimensions, hashed=self._alone)
        judging = Judging(
            self._engine,
            self._settings,
            fold,
            order_id=key_of_order(self._engine, order_id) if many else order_id,
            money=self._money,
            facts=self._facts,
            rows=self._rows,
            keep_zero=any(part.found.profile.keep_zero for part in orders),
            reasons=self._with_reasons,
            slips=self._slips,
        )
        judging.decide(watched=not many)
        if not many and fold.lines_repeat():
            self._copies.find("parsed", orders)
            self._engine.run("duplicates", repeated)
            judging.decide(watched=True)
        judging.settle()
        self._noted += judging.notes
        self._observed = judging.open_end
        self._leave()
        return unknown

    def account(self, gathered: Gathered, unknown: tuple[UnknownStatus, ...]) -> QualityReport:
        """Rows and money read = kept + dropped by reason."""
        counts = counted(self._engine, self._ledger)
        notes = self._notes(gathered)
        if self._observed:
            late = late_credits(self._engine, counts, self._ledger)
            notes = (*notes, *late)
            if late:
                self._leave(*(f"least({of}.ordered_at, (select last_moment from observed))" for of in "dl"))
        return quality_of(self._engine, gathered, counts, self._facts, self._ledger, unknown=unknown, notes=notes)

    def _leave(self, order_time: str = "d.ordered_at", credit_time: str = "l.ordered_at") -> None:
        """The tables that stay; the times of return documents may be those at which they are observed."""
        dimensions = _listed("{}", self._order_dimensions)
        self._engine.view("orders", SQL["orders"].format(dimensions=dimensions, order_time=order_time), self._rows)
        line_columns = [*self._wanted, *(name for name in PARSED_ALWAYS if name in self._all_wanted)]
        lines = self._sql("lines").format(dimensions_of_lines=_listed("l.{}", line_columns), credit_time=credit_time)
        lines = self._beside.lines(lines, line_columns) if self._beside.has_items else lines
        self._engine.view("lines", lines, self._rows)
        self._engine.view("refunded_orders", SQL["refunded_orders"].format(dimensions=dimensions), self._rows)

    def _notes(self, gathered: Gathered) -> tuple[tuple[str, Mapping[str, object]], ...]:
        notes = [note for part in gathered.parts for note in part.found.notes]
        if not self._facts["with_order_id"]:
            notes.append(("note.derived_order", {}))
        cut = self._ledger.over_all("cut", [{"orders": self._copies.cut}])[0]
        notes += [("note.cut_orders", cut)] if cut["orders"] else []
        if rows := self._facts["bare_sum_rows"]:
            notes.append(("note.summary_rows", {"rows": rows, "money": self._facts["bare_sum_money"]}))
        notes += assumed_refunds(self._engine, gathered.of("orders"), self._refunded_by_word, self._ledger)
        notes += partly_refunded(self._engine, self._words, self._ledger)
        unnamed = SQL["without_currency"]
        notes += unnamed_currency(self._engine, unnamed, gathered.of("orders"), self.currencies, self._ledger)
        notes.extend(self._noted)
        if len(gathered.of("orders")) > 1:
            notes.extend(of_several_files(self._engine, gathered.parts, self._settings, self._ledger))
        notes.extend(note for part in gathered.of("orders") for note in utc_as_written(part, self._settings))
        if self._joined:
            notes += self._beside.notes()
        return tuple(notes)

    @property
    def _order_dimensions(self) -> list[str]:
        asked = [*self._wanted, *(name for name in PARSED_ALWAYS if name in self._all_wanted)]
        return [name for name in asked if name not in LINE_DIMENSIONS]

    def store(self, given: Part, table: str) -> Part:
        """Type the rows of one source into a table that outlasts this run; gives back what the values said of it."""
        self._noted.clear()
        part = self._understood(given)
        if part.found.fills:
            self._engine.run(table, f"select * from {self._parse_one(part, many=True)}")
            self._engine.drop(f"down_{part.number}", f"typed_{part.number}_rows")
        else:
            self._type(part, table, many=True, for_later=True)
        notes = (*given.found.notes, *self._noted, *utc_as_written(part, self._settings))
        return replace(part, found=replace(part.found, notes=notes, keys=given.found.keys))

    def _parse_one(self, part: Part, *, many: bool) -> str:
        table, typed = f"parsed_{part.number}", f"typed_{part.number}"
        if part.stored:
            self._engine.view(table, of_stored(part, part.stored, (*BASE, *self._wanted)))
            return table
        parse = self._type(part, typed, many=many)
        self._engine.view(table, parse.whole(typed))
        if part.found.fills:
            table, lines = fill_down(self._engine, part, table, self._order_dimensions, (*BASE, *self._wanted))
            self._noted.append(("note.filled_down", {"file": part.file, "rows": lines}))
        return table

    def _understood(self, part: Part) -> Part:
        """The part with what its values say of how they are written; what they leave open is asked."""
        if part.stored:
            self._money = FINE if part.found.fine else self._money
            return part
        found = with_forms(self._engine, part, self._settings)
        refuse_open_questions(self._engine, part, commas=bool(found.commas))
        self._noted += found.notes[len(part.found.notes) :]
        found, told = without_frequent_key(self._engine, part, found)
        self._noted += told
        if found.fine:
            self._money = FINE
            self._noted.append(("note.fine_amounts", {"file": part.file}))
        return replace(part, found=found)

    def _type(self, part: Part, table: str, *, many: bool, for_later: bool = False) -> Parse:
        """Type the rows of an order file; `for_later` keeps texts as written and no row numbers."""
        width, found = part.raw.surplus, part.found

        def parsed(plain: Plain) -> Parse:
            parse = parse_orders(found, part.number, self._all_wanted, width, many=many, plain=plain)
            return parse.with_text_as_written if for_later else parse.with_lines_by_number if self._alone else parse

        return type_orders(self._engine, part, table, parsed, numbered=not for_later)

    def _register_states(self) -> tuple[UnknownStatus, ...]:
        words, states = self._words, [state_of_rows(word) for word in self._words]
        self._ledger.unchanged("words", state_of_rows)
        self._with_reasons = any(state.reason for state in states)
        self._refunded_by_word = {
            word["source"] for word, state in zip(words, states, strict=True) if state.name in ("refunded", "sent_back")
        }
        columns = {
            "source": [word["source"] for word in words],
            "status": [word["status"] for word in words],
            "state": [state.name for state in states],
            "reason": [state.reason or None for state in states],
        }
        self._engine.scan("states", pa.table({name: texts(column) for name, column in columns.items()}))
        # A slip that names no order looks for its sale among all orders of its member.
        self._slips = any(state.takes_back for state in states)
        self._ledger.refuse(unless=not self._slips)
        moved, told = find_signs(self._engine, self._ledger, words, states)
        self._noted += told
        if moved:
            self._sign()
        return unknown_words(words, states)

    def _sign(self) -> None:
        """The rows once more, with the money that their words leave them."""
        if not self._typed:
            self._engine.run("as_written", "select * from parsed")
        rows = self._typed or "select * from as_written"
        others = ", ".join(f"r.{name}" for name in (*BASE, *self._wanted) if name not in ("amount", "refund"))
        keep = partial(self._engine.view, rows=self._rows) if self._typed else partial(self._engine.run)
        keep("parsed", signed(rows, others))


def _listed(form: str, names: Sequence[str]) -> str:
    return "".join(", " + form.format(name) for name in names)
