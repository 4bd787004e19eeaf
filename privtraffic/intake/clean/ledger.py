"""What is asked of all rows at once, kept so that a part of them can be settled alone.

Most of what makes orders of rows looks at one order.  The rest is a sum over all rows: how many there are of a status
word, which currencies they name, what was dropped for which reason.  A ledger takes down these sums.  A database keeps
them; where it settles only the rows that new files touch, the sums over all rows are those it kept, less those of the
rows as they were, plus those of the rows as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

Rows: TypeAlias = Sequence[Mapping[str, Any]]

_KEYS: Mapping[str, tuple[str, ...]] = {
    "words": ("source", "status"),
    "first_words": ("source", "status"),
    "case_words": ("source", "status"),
    "counts": ("anonymous", "reason"),
    "assumed": ("source",),
}
"""What tells the rows of a sum apart; a sum without is one row."""
_MOST = ("most", "has_paid", "last_time", "last_credit_time")
_LEAST = ("first_time",)
_BOUND = ("latest",)
"""The largest that was ever there, which need not be there any more."""
SHOWN = 5
"""So many examples are kept of a list that is longer."""


class UnclearError(Exception):
    """What all rows say cannot be told from some of them: settle all."""


class Ledger:
    """The sums over the rows of one intake.

    Parameters
    ----------
    known
        The sums over all rows as they were before; None where all rows are settled.
    replaced
        Where rows are settled anew: the ledger of them as they were.  None where this is the ledger of these, which
        are among those known.
    """

    def __init__(self, known: Mapping[str, Rows] | None = None, replaced: Ledger | None = None) -> None:
        self._known = known
        self._replaced = replaced
        self.own: dict[str, Rows] = {}
        self.all: dict[str, Rows] = {}

    @property
    def partial(self) -> bool:
        """Whether there are rows beside those that are settled."""
        return self._known is not None

    def over_all(self, name: str, rows: Rows) -> Rows:
        """A sum over all rows, from that over the rows at hand."""
        self.own[name] = rows
        if self._known is None:
            self.all[name] = rows
        elif self._replaced is None:
            self.all[name] = self._known.get(name, rows)
        else:
            self.all[name] = _over_all(name, self._known.get(name, ()), self._replaced.own.get(name, ()), rows)
        return self.all[name]

    def named(self, name: str, rows: Rows) -> Rows:
        """The words that rows name; a word that is new may change what is made of all of them."""
        known = self.known_rows(name)
        self.refuse(unless=all(row in known for row in rows))
        self.all[name] = known or rows
        return self.all[name]

    def first(self, name: str, rows: Rows) -> Rows:
        """The first rows of a list that stands by `file` and `row`; `all_rows` says how long it is."""
        self.own[name] = rows
        if self._known is None:
            self.all[name] = rows
        elif self._replaced is None:
            self.all[name] = self._known.get(name, ())
        else:
            self.all[name] = _first(self._known.get(name, ()), self._replaced.own.get(name, ()), rows)
        return self.all[name]

    def first_told(self, name: str, rows: Rows) -> Rows:
        """The same of cells that no other row changes: each `field` has a list."""
        found = {(row["field"], row["file_no"], row["row_no"]): row for row in (*self.known_rows(name), *rows)}
        places = sorted(found)
        fields = dict.fromkeys(field for field, *_ in places)
        firsts = ([place for place in places if place[0] == field][:SHOWN] for field in fields)
        self.all[name] = [found[place] for some in firsts for place in some]
        return self.all[name]

    def unchanged(self, name: str, decide: Callable[[Mapping[str, Any]], object]) -> None:
        """Settle all rows where what a sum decides is not what it decided before: that of other rows, too."""
        keys = _KEYS[name]
        now = {tuple(row[key] for key in keys): decide(row) for row in self.all[name]}
        known = self.known_rows(name)
        self.refuse(unless=all(decide(row) == now.get(tuple(row[key] for key in keys)) for row in known))

    def refuse(self, *, unless: bool) -> None:
        """Settle all rows unless something holds, where only some are settled."""
        if self.partial and not unless:
            raise UnclearError

    def known_rows(self, name: str) -> Rows:
        """A sum as it was before; nothing where all rows are settled."""
        return (self._known or {}).get(name, ())


def _over_all(name: str, known: Rows, replaced: Rows, own: Rows) -> Rows:
    keys = _KEYS.get(name, ())
    k, r, o = ({tuple(row[key] for key in keys): row for row in rows} for rows in (known, replaced, own))
    found = []
    for key in sorted({*k, *o}, key=lambda key: [(part is not None, part) for part in key]):
        columns = (o.get(key) or k[key]).keys()
        made: dict[str, Any] = {}
        for column in columns:
            values = [(rows.get(key) or {}).get(column) for rows in (k, r, o)]
            made[column] = values[2] if column in keys and key in o else _joined(column, keys, *values)
        counts = [value for column, value in made.items() if column not in (*keys, *_MOST, *_LEAST, *_BOUND)]
        if not keys or not counts or any(counts):
            found.append(made)
    return found


def _joined(column: str, keys: tuple[str, ...], known: Any, replaced: Any, own: Any) -> Any:
    if column in keys:
        return known
    if column in (*_MOST, *_LEAST, *_BOUND):
        return _extreme(column, known, replaced, own)
    if known is None and own is None:
        return None
    # Nothing of an amount is an amount, too.
    known, replaced, own = (0 if value is None else value for value in (known, replaced, own))
    return known - replaced + own


def _extreme(column: str, known: Any, replaced: Any, own: Any) -> Any:
    """The largest or smallest value, where it is not the one that may be gone."""
    best = min if column in _LEAST else max
    values = [value for value in (known, own) if value is not None]
    if not values:
        return None
    found = best(values)
    gone = known is not None and known == replaced and found != own
    if gone and column not in _BOUND:
        raise UnclearError
    return found


def _first(known: Rows, replaced: Rows, own: Rows) -> Rows:
    """The first rows over all, where those that are known reach so far."""

    def place(row: Mapping[str, Any]) -> tuple[int, int]:
        return row["file"], row["row"]

    length_known, length_replaced, length_own = (rows[0]["all_rows"] if rows else 0 for rows in (known, replaced, own))
    gone = {place(row) for row in replaced}
    left = [row for row in known if place(row) not in gone]
    length_left = length_known - length_replaced
    found = sorted((*left, *own), key=place)[:SHOWN]
    length = length_left + length_own
    beyond = len(left) < length_left
    if beyond and (len(found) < min(SHOWN, length) or place(found[-1]) > place(known[-1])):
        raise UnclearError
    return [{**row, "all_rows": length} for row in found]
