"""Data that papers are about, as `lifetimes` brings them; its loaders of its own need setuptools below 82."""

from __future__ import annotations

from pathlib import Path

import lifetimes
import pandas as pd

DATASETS = Path(lifetimes.__file__).parent / "datasets"
CDNOW = DATASETS / "CDNOW_sample.txt"
CDNOW_MASTER = DATASETS / "CDNOW_master.txt"


def donations() -> pd.DataFrame:
    """Fader, Hardie & Shang 2010: frequency, recency, periods, and how many donors have each."""
    return pd.read_csv(DATASETS / "donations.csv")


def cdnow_summary() -> pd.DataFrame:
    """CDNOW in weeks, a row a customer, with the mean spend on repeat days."""
    found = pd.read_csv(DATASETS / "cdnow_customers_summary_with_transactions.csv", index_col=0)
    return found.set_axis(["frequency", "recency", "T", "monetary_value"], axis=1)
