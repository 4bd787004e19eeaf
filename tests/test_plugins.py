"""Somebody else's package brings an analysis and a profile: the examples of docs/contributing.md, installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shop import write_shop
from tests.test_contributing import FILES, PLATFORM, ROOT

ENTRIES = "[privtraffic.analyses]\nbasket = acme_basket\n\n[privtraffic.profiles]\nacme = acme_profiles\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `pip install acme-basket` would leave behind."""
    root = tmp_path_factory.mktemp("site")
    for name, text in FILES.items():
        place = name.replace("privtraffic/analyses/basket/", "acme_basket/")
        place = place.replace("privtraffic/report/lexicon/basket.toml", "acme_basket/words.toml")
        if place.startswith("acme_basket/"):
            (root / place).parent.mkdir(exist_ok=True)
            (root / place).write_text(text.replace("privtraffic.analyses.basket", "acme_basket"), "utf-8")
    (root / "acme_profiles").mkdir()
    (root / "acme_profiles" / "__init__.py").touch()
    (root / "acme_profiles" / "bakery_till.toml").write_text(PLATFORM["profiles/bakery_till.toml"], "utf-8")
    record = root / "acme_basket-1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-basket\nVersion: 1.0\n", "utf-8")
    (record / "entry_points.txt").write_text(ENTRIES, "utf-8")
    return root


def done(site: Path, folder: Path, *arguments: str) -> str:
    paths = os.pathsep.join(map(str, (site, ROOT)))
    environment = {**os.environ, "PYTHONPATH": paths, "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
    command = [sys.executable, *arguments]
    found = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def test_an_installed_analysis_is_a_command_and_a_name(site: Path, tmp_path: Path) -> None:
    """By hand (tests/shop.py): thirteen lines in twelve orders."""
    write_shop(tmp_path)
    told = json.loads(done(site, tmp_path, "-m", "privtraffic", "basket", "orders.csv", "--json"))
    assert told["figures"] == {"orders": 12, "lines_per_order": pytest.approx(13 / 12)}
    code = (
        "import privtraffic as pt\n"
        "assert 'basket' in dir(pt)\n"
        "assert 'Denominator: purchases in the window' in pt.basket.__doc__\n"
        "result = pt.basket('orders.csv')\n"
        "result.write('basket.xlsx', lang='zh')\n"
        "print(result.report('zh').document.title, result.frames()['baskets'].order_lines.sum())\n"
    )
    assert done(site, tmp_path, "-c", code).strip() == "平均每单 1.08 行商品 13"
    assert (tmp_path / "basket.xlsx").read_bytes().startswith(b"PK")


def test_an_installed_profile_reads_its_export(site: Path, tmp_path: Path) -> None:
    """By hand: 4.50 and 3.20 kept, the cancelled ticket of 9.90 dropped."""
    (tmp_path / "till.csv").write_text(PLATFORM["till.csv"], "utf-8")
    told = json.loads(done(site, tmp_path, "-m", "privtraffic", "check", "till.csv", "--json"))["quality"]
    assert told["files"][0]["profile"] == "bakery_till"
    assert (told["money_kept"], told["rows_dropped"]) == (7.7, {"cancelled": 1})


def test_what_a_package_brings_changes_nothing_of_ours(site: Path, tmp_path: Path) -> None:
    code = (
        "from privtraffic.analyses.catalog import NAMES, OWN, PLACES\n"
        "from privtraffic.report.words import Words\n"
        "from privtraffic.errors import PrivtrafficError\n"
        "assert NAMES == (*OWN, 'basket') and all(PLACES[name] == OWN[name] for name in OWN)\n"
        "print(Words('en')('orders'), PrivtrafficError('no_input').code)\n"
    )
    assert done(site, tmp_path, "-c", code).split()[-1] == "no_input"


def test_a_package_that_cannot_be_loaded_is_told_and_stops_nothing(tmp_path: Path) -> None:
    for name, entry in {"torn": "torn.analyses", "gone": "acme_gone"}.items():
        record = tmp_path / f"{name}-1.0.dist-info"
        record.mkdir()
        (record / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
        (record / "entry_points.txt").write_text(f"[privtraffic.analyses]\n{name} = {entry}\n", "utf-8")
    (tmp_path / "torn" / "analyses").mkdir(parents=True)
    (tmp_path / "torn" / "analyses" / "room.py").write_text("import nothere\n", "utf-8")
    code = (
        "import warnings\n"
        "with warnings.catch_warnings(record=True) as told:\n"
        "    warnings.simplefilter('always')\n"
        "    from privtraffic.analyses.catalog import NAMES, OWN\n"
        "assert NAMES == tuple(OWN)\n"
        "print(*(f'{each.category.__name__} {each.message}' for each in told), sep=chr(10))\n"
    )
    first, second = done(tmp_path, tmp_path, "-c", code).splitlines()
    assert first.startswith("PluginWarning the analysis gone of the package acme_gone cannot be loaded")
    assert second.endswith("cannot be loaded: ModuleNotFoundError: No module named 'nothere'")
