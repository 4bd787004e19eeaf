"""Referrals: lines, K, quality and the pattern of gifts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from privtraffic.analyses.answer import Answer
from privtraffic.analyses.referral.lines import Lines, follow_lines
from privtraffic.analyses.referral.pattern import Pattern, find_pattern
from privtraffic.analyses.referral.quality import judge_quality
from privtraffic.analyses.referral.room import Params
from privtraffic.analyses.referral.rows import Quality
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.engine.base import TableRef
from privtraffic.progress import stage


@dataclass(frozen=True)
class Result(Answer):
    """Referrals: who brings whom, and how good the referred members are.

    Attributes
    ----------
    lines
        None without a members file.
    quality, unseen
        One row per origin: the referred first, then the channels of the others; and members left out of it because they
        joined before orders were on file.
    pattern
        Of nobody where no first order was seen for the follow-up.
    judged
        One row per first order, as the pattern judged it; no report shows it.
    """

    params: Params
    as_of: date
    first_day: date | None
    lines: Lines | None
    quality: Sequence[Quality]
    unseen: int
    pattern: Pattern
    judged: TableRef


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Count who brought whom and what came of it.

    K(t) is the mean number that a member brings within t days of their own joining (Nelson 1988), over everybody on
    file, which is its denominator; a member counts for as long as they were observed.  Left out: referrers who are
    the member, who are not on file, who joined later, and loops.

    Units: members brought a member, days; shares 0 to 1.
    Source: Nelson (1988), robust variance Lawless & Nadeau (1995).
    """
    with stage("referral"):
        lines = follow_lines(data, params)
        quality, unseen = judge_quality(data, params) if lines else ((), 0)
        pattern = find_pattern(data, params)
        return Result(
            params=params,
            as_of=data.as_of,
            first_day=data.quality.first_day,
            lines=lines,
            quality=quality,
            unseen=unseen,
            pattern=pattern,
            judged=TableRef(data.engine, "referral_judged", "member_id"),
        )
