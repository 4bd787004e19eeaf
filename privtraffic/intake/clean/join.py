"""Files that complete the orders of another: their lines, payments, the people behind them, their returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.intake.clean.columns import BESIDE, parse_beside
from privtraffic.intake.clean.currencies import refuse_mixed_beside
from privtraffic.intake.clean.headers import refuse_other_header_beside
from privtraffic.intake.clean.ledger import Ledger
from privtraffic.intake.clean.parse import null_of
from privtraffic.intake.clean.questions import refuse_open_questions
from privtraffic.intake.clean.rows import type_rows
from privtraffic.intake.clean.states import all_words_of, further_words, state_of, words_of
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.profile import Profile, look_up, profile, says_nothing
from privtraffic.intake.understand.undoing import OPEN_YET, said_by
from privtraffic.intake.understand.vocabulary import says_any
from privtraffic.schema import LINE_DIMENSIONS

SQL = queries(__name__)

CHANGED = ("order_id", "line_id", "member_id", "amount", "quantity", "refund")
"""Columns of the orders that other files may fill."""

Note = tuple[str, Mapping[str, object]]


class Beside:
    """The completing files of one intake, in the engine."""

    def __init__(self, engine: Engine, parts: Sequence[Part], ledger: Ledger) -> None:
        self._engine = engine
        self._ledger = ledger
        self._parts = [part for part in parts if part.role in BESIDE]
        self._systems = {part.found.profile.name for part in parts if part.role == "orders"}
        self.any = bool(self._parts)
        self.has_items = any(part.role == "items" for part in self._parts)
        self.has_cases = any(part.role == "aftersale" for part in self._parts)
        self._unknown: list[Mapping[str, Any]] = []

    def read(self) -> None:
        """Type the rows of every file; a role without files is an empty table."""
        for role in BESIDE:
            names = ("file_no", "row_no", "source", *BESIDE[role], "amount", "status")
            tables = [self._read_one(part) for part in self._parts if part.role == role and part.here]
            nothing = [f"{null_of(name)} as {name}" for name in BESIDE[role]]
            nothing += ["cast(null as decimal(18, 2)) as amount", "cast(null as string) as status"]
            selects = [f"select {', '.join(names)}, '{system}' as completes from {table}" for table, system in tables]
            self._engine.view(
                f"beside_{role}", " union all ".join(selects) or SQL["none_beside"].format(columns=", ".join(nothing))
            )
        self._scan_states()
        self._engine.run("items", SQL["items"])
        words = self._ledger.over_all("case_words", self._engine.fetch(SQL["case_words"]).to_pylist())
        states = [case_state(profile(word["source"]), word["status"]) for word in words]
        table = {
            "source": pa.array([word["source"] for word in words], pa.string()),
            "status": pa.array([word["status"] for word in words], pa.string()),
            "state": pa.array(states, pa.string()),
        }
        self._engine.scan("case_states", pa.table(table))
        self._unknown = [word for word, state in zip(words, states, strict=True) if state == "unknown"]
        self._engine.run("cases", SQL["cases"])

    def _scan_states(self) -> None:
        """Leave `beside_states` in the engine: what the words of lines and payments without a profile do to them."""
        words = self._engine.fetch(SQL["words_beside"]).to_pylist()
        effects = [effect_of(profile(word["source"]), word["status"]) for word in words]
        table = {name: pa.array([word[name] for word in words], pa.string()) for name in ("source", "status")}
        self._engine.scan("beside_states", pa.table({**table, "effect": pa.array(effects, pa.string())}))

    def complete(self, columns: Sequence[str], dimensions: Sequence[str]) -> None:
        """Make `parsed` of `typed` and of what the other files know."""
        own = ", ".join(name for name in columns if name not in (*CHANGED, *dimensions))
        filled = ("province", "city")
        listed = [f"coalesce({name}, person_{name}) as {name}" if name in filled else name for name in dimensions]
        sql = SQL["completed"].format(kept_columns=own, dimensions="".join(f", {name}" for name in listed))
        self._engine.run("parsed", sql)

    def lines(self, lines: str, dimensions: Sequence[str]) -> str:
        """The query of the lines, those of the item files in the place of the order rows they explain."""
        of_items = [name for name in dimensions if name in LINE_DIMENSIONS]
        return SQL["lines_of_items"].format(
            lines=lines,
            item_order=self._item_order,
            item_dimensions="".join(f", i.{name}" for name in of_items),
            order_dimensions="".join(f", o.{name}" for name in dimensions if name not in of_items),
            dimensions="".join(f", {name}" for name in dimensions),
        )

    @property
    def _item_order(self) -> str:
        """What an item calls its order where the orders of all systems stand together."""
        return "i.order_id" if len(self._systems) == 1 else "i.completes || ':' || i.order_id"

    def notes(self) -> list[Note]:
        """What was joined, and what found no order."""
        found = self._ledger.over_all("matched", self._engine.fetch(SQL["matched"]).to_pylist())[0]
        notes: list[Note] = []
        if self.has_items:
            notes.append(("note.items_joined", {"rows": found["item_rows"], "left": found["item_rows_left"]}))
            # A price times a quantity is no payment.
            if all("paid_amount" in part.found.columns for part in self._parts if part.role == "items"):
                asked = SQL["added_up"].format(item_order=self._item_order)
                sums = self._ledger.over_all("added_up", self._engine.fetch(asked).to_pylist())[0]
                notes += [("note.items_differ", sums)] if sums["orders"] else []
        if self.has_cases:
            values = {"rows": found["case_rows"], "money": found["case_money"]}
            left = {"left": found["case_rows_left"], "money_left": found["case_money_left"]}
            notes.append(("note.aftersale_joined", values | left))
        if self._unknown:
            said = ", ".join("/".join(word for word in all_words_of(row["status"]) if word) for row in self._unknown)
            values = {"words": said, "rows": sum(row["row_count"] for row in self._unknown)}
            notes.append(("note.aftersale_unknown", values))
        if found["return_rows"]:
            notes.append(("note.returns_attached", {"rows": found["return_rows"], "left": found["return_rows_left"]}))
        return notes

    def _read_one(self, part: Part) -> tuple[str, str]:
        """The table of a file, and the orders that it completes."""
        table = f"beside_{part.number}"
        system = part.found.profile.system_among(self._systems)
        if part.stored:
            number = "" if "row_no" in part.stored.columns else "rowid as row_no, "
            self._engine.view(table, f"select {number}* from {part.stored.table}")
            return table, system
        self._engine.scan(f"raw_{part.number}", part.raw.scan)
        refuse_beside(self._engine, part)
        type_rows(self._engine, part, table, parse_beside(part.found, part.number))
        refuse_other_header_beside(self._engine, part, typed=table)
        return table, system


def refuse_beside(engine: Engine, part: Part) -> None:
    """Refuse what a file without a profile leaves open, and amounts in several currencies."""
    refuse_open_questions(engine, part, commas=bool(part.found.commas))
    if part.found.profile.generic:
        refuse_mixed_beside(engine, part)


def case_state(source: Profile, text: str | None) -> str:
    """Whether a case gave money back: `granted` (also where the export has no word for it), `open` or `unknown`."""
    if source.generic:
        return _generic_case(text)
    words = [word for word in words_of(text) if not says_nothing(word)]
    said = {look_up(word, table) for word in words for table in (source.aftersale, source.status)} - {""}
    if not words or said == {"refunded"}:
        return "granted"
    return "open" if said else "unknown"


def _generic_case(text: str | None) -> str:
    """The same of a file without a profile, by what its words mean."""
    words = [("refund_status", word) for word in words_of(text)] + further_words(text)
    words = [(kind, word) for kind, word in words if not says_nothing(word)]
    said = {said_by(kind, word) for kind, word in words}  # type: ignore[arg-type]
    if not words or (said & {"sent_back", "takes_back"} and "cancelled" not in said):
        return "granted"
    return "open" if any(says_any(word, (*OPEN_YET, "negated", "cancel", "unsold")) for _, word in words) else "unknown"


def effect_of(source: Profile, text: str | None) -> str | None:
    """What the words of a line or payment do to its amount: nothing, `back`, `takes_back` or `void`."""
    state = state_of(source, text)
    if state.takes_back:
        return "takes_back"
    if state.reason or state.name in ("cancelled", "unpaid", "closed"):
        return "void"
    return "back" if state.name in ("refunded", "sent_back") else None
