"""Numbers that the docs promise: a change of one of them fails here."""

from __future__ import annotations

import pytest

from privtraffic.analyses.members.thresholds import Gaps, thresholds
from privtraffic.errors import PrivtrafficError
from privtraffic.gates import check_gates, judge, parse_gates
from privtraffic.report.document import Figure, Report


@pytest.mark.parametrize(
    ("sign", "at_the_bound", "above", "below"),
    [(">", False, True, False), (">=", True, True, False), ("<", False, False, True), ("<=", True, False, True)],
)
def test_a_gate_at_its_bound(sign: str, at_the_bound: bool, above: bool, below: bool) -> None:
    gates = parse_gates([f"refund_rate {sign} 5%"])
    for value, fails in ((0.05, at_the_bound), (0.0501, above), (0.0499, below)):
        judged = judge(gates, Report("check", "", None, figures=(Figure("refund_rate", value, "share"),)))
        if fails:
            with pytest.raises(PrivtrafficError, match="refund_rate"):
                check_gates(judged)
        else:
            check_gates(judged)


def test_silent_dormant_and_lost_are_the_quantiles_that_the_docs_say() -> None:
    """A thousand returns, after 1 to 1,000 days: 75, 90 and 97.5 % of them came within 750, 900 and 975 days."""
    every = dict.fromkeys(range(1, 1_001), 1)
    found = thresholds(Gaps(every, every), {})
    assert (found.silent, found.dormant, found.lost) == (750, 900, 975)


@pytest.mark.parametrize(("returns", "days"), [(29, (90, 180, 365)), (30, (23, 27, 30))])
def test_thirty_returns_are_enough_for_thresholds_of_ones_own(returns: int, days: tuple[int, int, int]) -> None:
    every = dict.fromkeys(range(1, returns + 1), 1)
    found = thresholds(Gaps(every, every), {})
    assert (found.silent, found.dormant, found.lost) == days
