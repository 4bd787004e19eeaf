"""Time churn after intake against the engine's RFM aggregation of the same orders.

    python tests/bench/churn.py orders.csv [--members members.csv]

Features, training, calibration, test and scoring may take 5 times the RFM aggregation plus 60 seconds, and the process,
intake included, 6 GB.  The stages are printed as they end.
"""

from __future__ import annotations

import argparse
import resource

from timing import busy, line, seconds

from privtraffic.analyses import churn
from privtraffic.analyses.rfm.compute import SQL as RFM
from privtraffic.intake.load import load
from privtraffic.progress import listening
from privtraffic.report.words import Words

TIMES, EXTRA_SECONDS, MOST_GB = 5.0, 60.0, 6.0


def tell(name: str, values: dict[str, object], took: float | None) -> None:
    if took is not None and name.startswith("churn"):
        print(f"  {name} {took:.1f} s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("orders")
    parser.add_argument("--members")
    given = parser.parse_args()
    with load(given.orders, members=given.members, optional=churn.OPTIONAL) as data:
        window = data.settings.bounds(data.as_of)
        print(f"{data.quality.rows_read:,} lines, {data.quality.orders:,} orders, as of {data.as_of}")
        intake_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        bare = min(seconds(lambda: data.engine.run("bare_rfm", RFM["member_values"], **window)) for _ in range(2))
        with listening(tell):
            started = busy()
            result = churn.compute(data, churn.Params())
            took = busy() - started
        shown = seconds(lambda: churn.present(result, Words("en")))
        members = result.members.count()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    most = TIMES * bare + EXTRA_SECONDS
    account = result.account
    print(f"{members:,} members scored by {account.chosen if account else 'gaps'}, {result.clock.horizon_days} days")
    line("`churn`: features to scores", f"5 times the RFM aggregation ({bare:.2f} s) and 60 s", most, took, 1)
    memory = f"peak memory {peak:.2f} GB, {intake_gb:.2f} GB of it reached by intake; allowed {MOST_GB:.0f} GB"
    print(f"* `churn`: {took:.1f} s, the report {shown:.1f} s; {memory}")
    return int(took > most or peak > MOST_GB)


if __name__ == "__main__":
    raise SystemExit(main())
