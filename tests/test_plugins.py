"""Somebody else's package brings an analysis and a profile: that of docs/plugins.md, built and installed by pip."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shop import write_shop
from tests.test_contributing import PLATFORM, PLUGIN, ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as the page has it, installed."""
    source, root = tmp_path_factory.mktemp("acme-basket"), tmp_path_factory.mktemp("site")
    profile = {"acme_profiles/bakery_till.toml": PLATFORM["profiles/bakery_till.toml"]}
    for name, text in {**PLUGIN, **profile}.items():
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text(text, "utf-8")
    offline = ("--no-deps", "--no-index", "--no-build-isolation", "--quiet", "--disable-pip-version-check")
    subprocess.run([sys.executable, "-m", "pip", "install", *offline, "--target", root, source], check=True)
    return root


def run(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(map(str, (site, ROOT)))
    environment = {**os.environ, "PYTHONPATH": paths, "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")


def done(site: Path, folder: Path, *arguments: str) -> str:
    found = run(site, folder, *arguments)
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
    assert "-- basket/compute.sql: sizes" in done(site, tmp_path, "-m", "privtraffic", "explain", "order_lines")


def test_an_installed_profile_reads_its_export(site: Path, tmp_path: Path) -> None:
    """By hand: 4.50 and 3.20 kept, the cancelled ticket of 9.90 dropped."""
    (tmp_path / "till.csv").write_text(PLATFORM["till.csv"], "utf-8")
    told = json.loads(done(site, tmp_path, "-m", "privtraffic", "check", "till.csv", "--json"))["quality"]
    assert told["files"][0]["profile"] == "bakery_till"
    assert (told["money_kept"], told["rows_dropped"]) == (7.7, {"cancelled": 1})


def test_what_is_wrong_in_a_package_is_told_of_the_package(site: Path, tmp_path: Path) -> None:
    """A word that is missing, one without Chinese, a fault of its code: each names acme_basket, none privtraffic."""
    torn, orders = tmp_path / "torn", write_shop(tmp_path)
    shutil.copytree(site, torn)
    words, present = torn / "acme_basket" / "words.toml", torn / "acme_basket" / "present.py"
    for text, said in (
        (words.read_text("utf-8").replace("[table.baskets]", "[other]"), "no en for table.baskets"),
        (words.read_text("utf-8").replace('zh = "分组"', ""), "no zh for basket_name"),
    ):
        words.write_text(text, "utf-8")
        lang = "zh" if "zh" in said else "en"
        told = run(torn, tmp_path, "-m", "privtraffic", "basket", str(orders), "--lang", lang, "-q")
        assert (told.returncode, told.stderr.count("\n")) == (2, 1), told.stderr
        assert "acme_basket" in told.stderr and said.split()[-1] in told.stderr
        words.write_bytes((site / "acme_basket" / "words.toml").read_bytes())
    present.write_text(present.read_text("utf-8").replace("/ orders", "/ 0"), "utf-8")
    told = run(torn, tmp_path, "-m", "privtraffic", "basket", str(orders), "--lang", "en")
    assert "a fault of the package acme_basket, not of privtraffic: " in told.stderr
    assert "present.py:" in told.stderr


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
