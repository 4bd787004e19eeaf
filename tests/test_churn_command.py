"""Churn from the command line and from saved models: a simulated house, awkward data, files that lie."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

import privtraffic as pt
from privtraffic.analyses import churn
from privtraffic.analyses.churn import saved
from privtraffic.analyses.contact_list import ListParams, read_manifest
from privtraffic.cli import app
from privtraffic.demo import write_demo
from privtraffic.errors import PrivtrafficError
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests.conftest import Run


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("churn") / "house"
    write_demo(folder, members=2_500, seed=3, plants=None)
    return folder


@pytest.fixture(scope="module")
def kept(house: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[churn.Result, list[dict[str, Any]], Path]:
    """One run over the house: the result (its tables are closed), its member rows, the folder of its model."""
    folder = tmp_path_factory.mktemp("churn") / "model"
    with opened(house) as data:
        result = churn.compute(data, churn.Params(horizon_days=120))
        churn.save_model(result, folder)
        return result, scores(result), folder


def opened(house: Path, **more: Any) -> pt.Dataset:
    return pt.load(house / "orders.csv", members=house / "members.csv", optional=churn.OPTIONAL, **more)


def scores(result: churn.Result) -> list[dict[str, Any]]:
    columns = ["member_id", "churn_probability", *(f"reason_{place}" for place in (1, 2, 3))]
    rows = [row for batch in result.members.batches(columns) for row in batch.to_pylist()]
    return sorted(rows, key=lambda row: row["member_id"])


def test_the_model_is_tested_against_both_baselines(kept: tuple[churn.Result, list[dict[str, Any]], Path]) -> None:
    result, rows, _ = kept
    account = result.account
    assert account is not None
    assert {one.kind for one in account.candidates} == {"recency", "purchase", "logistic", "additive", "boosting"}
    assert [name for name, _ in account.days][:3] == ["now", "test", "validation"]
    for one in account.differences:
        wrong_side = one.apart.low > 0 if one.metric == "log_loss" else one.apart.high < 0
        assert not wrong_side, one
    assert account.test.metrics["calibration_error"].value < 0.05
    assert all(0 < row["churn_probability"] < 1 for row in rows)
    assert sum(row["members"] for row in result.bands) == len(rows)


def test_the_same_seed_gives_the_same_scores_whatever_the_row_order(
    house: Path, kept: tuple[churn.Result, list[dict[str, Any]], Path], tmp_path: Path
) -> None:
    lines = (house / "orders.csv").read_text("utf-8").splitlines(keepends=True)
    order = np.random.default_rng(0).permutation(len(lines) - 1) + 1
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "orders.csv").write_text("".join([lines[0], *(lines[i] for i in order)]), "utf-8")
    (tmp_path / "house" / "members.csv").write_bytes((house / "members.csv").read_bytes())
    with opened(tmp_path / "house") as data:
        result = churn.compute(data, churn.Params(horizon_days=120))
        assert scores(result) == kept[1]


def test_a_sample_learns_and_all_are_scored(
    house: Path, kept: tuple[churn.Result, list[dict[str, Any]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("privtraffic.analyses.churn.features.MOST_LEARNERS", 1_200)
    with opened(house) as data:
        result = churn.compute(data, churn.Params(horizon_days=120))
        found = scores(result)
        report = churn.present(result, Words("en"))
    assert result.sample == 1_200
    assert [row["member_id"] for row in found] == [row["member_id"] for row in kept[1]]
    assert any(note.key == "churn.note.sample" for note in report.notes)


def test_a_saved_model_gives_the_same_scores(
    house: Path, kept: tuple[churn.Result, list[dict[str, Any]], Path]
) -> None:
    with opened(house) as data:
        result = churn.compute(data, churn.Params(model=churn.read_model(kept[2])))
        assert scores(result) == kept[1]
        report = churn.present(result, Words("en"))
    assert result.source == "saved"
    assert any(note.key == "churn.note.saved" for note in report.notes)


def test_a_saved_model_states_what_it_is(kept: tuple[churn.Result, list[dict[str, Any]], Path]) -> None:
    facts = json.loads((kept[2] / "model.json").read_text("utf-8"))
    assert facts["clock"] == {
        "first_day": "2023-11-01",
        "as_of": "2026-10-31",
        "horizon_days": 120,
        "look_back_days": 480,
    }
    assert "recency_days" in facts["scorer"]["names"] or facts["scorer"]["kind"] == "purchase"
    assert facts["versions"]["scikit-learn"]


def test_a_model_is_refused_where_the_features_do_not_match(
    house: Path, kept: tuple[churn.Result, list[dict[str, Any]], Path], tmp_path: Path
) -> None:
    bare = pacsv.read_csv(house / "orders.csv").select(["order_id", "member_id", "ordered_at", "paid_amount"])
    pacsv.write_csv(bare, tmp_path / "bare.csv")
    lacking = pytest.raises(PrivtrafficError, match="lack what the model was trained on")
    with pt.load(tmp_path / "bare.csv", optional=churn.OPTIONAL) as data, lacking:
        churn.compute(data, churn.Params(model=churn.read_model(kept[2])))


def test_a_model_is_not_stretched_to_another_horizon(
    house: Path, kept: tuple[churn.Result, list[dict[str, Any]], Path]
) -> None:
    with opened(house) as data, pytest.raises(PrivtrafficError, match="made for 120 days"):
        churn.compute(data, churn.Params(model=churn.read_model(kept[2]), horizon_days=60))


def copied(folder: Path, to: Path) -> Path:
    to.mkdir()
    for file in folder.iterdir():
        (to / file.name).write_bytes(file.read_bytes())
    return to


class _Runs:
    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path("touched"),)


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(among: str, make: Callable[[bytes], bytes | None]) -> Callable[[Path], None]:
    """The parts of a saved estimator of these names made others, or left out."""

    def change(path: Path) -> None:
        parts = {name: make(data) if among in name else data for name, data in parts_of(path).items()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in parts.items():
                if data is not None:
                    archive.writestr(name, data)

    return change


def objects() -> bytes:
    """An array of Python objects, which numpy keeps as a pickle."""
    out = io.BytesIO()
    np.save(out, np.array([_Runs()], object), allow_pickle=True)
    return out.getvalue()


MODELS: dict[str, Callable[[Path], object]] = {
    "a pickle renamed": lambda path: path.write_bytes(pickle.dumps(_Runs())),
    "pickles within": changed("", lambda _: pickle.dumps(_Runs())),
    "arrays of objects": changed(".npy", lambda _: objects()),
    "300 MB of zeros within": changed("schema", lambda _: bytes(300 << 20)),
    "10 MB of schema": changed("schema", lambda _: b"[" + b"{}," * 3_500_000 + b"{}]"),
    "a schema of any depth": changed("schema", lambda _: b'{"a":' * 200_000 + b"1" + b"}" * 200_000),
    "no schema": changed("schema", lambda _: None),
    "no numbers": changed(".npy", lambda _: None),
    "other numbers": changed(".npy", lambda data: data[:128] + data[:127:-1]),
    "no archive": lambda path: path.write_bytes(b"skops"),
    "empty": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("case", MODELS)
def test_a_hostile_model_is_one_line_and_runs_nothing(
    kept: tuple[churn.Result, list[dict[str, Any]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    """Also where who made it brought the hashes of its parts in step; other numbers are known by those alone."""
    monkeypatch.chdir(tmp_path)
    folder = copied(kept[2], tmp_path / "model")
    facts = json.loads((folder / "model.json").read_text("utf-8"))
    for part in ("scorer", "explainer"):
        if (path := folder / f"{part}.skops").exists():
            MODELS[case](path)
            facts[part]["sha256"] = facts[part]["sha256"] if case == "other numbers" else saved._hash(path)
    (folder / "model.json").write_text(json.dumps(facts), "utf-8")
    with pytest.raises(PrivtrafficError) as refused:
        churn.read_model(folder)
    assert refused.value.key in ("churn_no_model", "churn_model_types")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize("broken", ["absent", "json", "deep", "wide", "kind", "version", "cut", "names", "swapped"])
def test_a_damaged_model_is_one_line(
    kept: tuple[churn.Result, list[dict[str, Any]], Path], tmp_path: Path, broken: str
) -> None:
    folder = copied(kept[2], tmp_path / "model")
    path = folder / "model.json"
    facts = json.loads(path.read_text("utf-8"))
    if broken == "absent":
        path.unlink()
    elif broken == "json":
        path.write_text("{", "utf-8")
    elif broken == "deep":
        path.write_text('{"a":' * 100_000 + "1" + "}" * 100_000, "utf-8")
    elif broken == "wide":
        path.write_text("[" + "{}," * 3_000_000 + "{}]", "utf-8")
    elif broken == "kind":
        path.write_text(json.dumps({**facts, "kind": "x"}), "utf-8")
    elif broken == "version":
        path.write_text(json.dumps({**facts, "versions": {"scikit-learn": "0.1"}}), "utf-8")
    elif broken == "cut":
        whole = (folder / "explainer.skops").read_bytes()
        (folder / "explainer.skops").write_bytes(whole[: len(whole) // 2])
    elif broken == "names":
        facts["explainer"]["names"] = facts["explainer"]["names"][:-1]
        path.write_text(json.dumps(facts), "utf-8")
    else:
        (folder / "explainer.skops").write_bytes(b"PK")
    with pytest.raises(PrivtrafficError) as refused:
        churn.read_model(folder)
    other = {"version": "churn_model_version", "wide": "text_too_large"}
    assert refused.value.key == other.get(broken, "churn_no_model")
    assert "\n" not in str(refused.value)


def test_a_model_file_that_would_run_something_is_not_opened(
    kept: tuple[churn.Result, list[dict[str, Any]], Path], tmp_path: Path
) -> None:
    """A skops file whose schema names a function of the operating system, in place of an estimator."""
    folder = copied(kept[2], tmp_path / "model")
    touched = tmp_path / "touched"
    schema = {
        "__class__": "system",
        "__module__": "os",
        "__loader__": "ReduceNode",
        "args": {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": f"touch {touched}"},
        "constructor": {"__class__": "system", "__module__": "posix", "__loader__": "TypeNode"},
        "protocol": 0,
        "_skops_version": "0.13.0",
    }
    for part in ("scorer", "explainer"):
        with zipfile.ZipFile(folder / f"{part}.skops", "w") as archive:
            archive.writestr("schema.json", json.dumps(schema))
    with pytest.raises(PrivtrafficError):
        churn.read_model(folder)
    assert not touched.exists()


def test_a_type_beyond_the_list_is_refused_by_name(
    kept: tuple[churn.Result, list[dict[str, Any]], Path], tmp_path: Path
) -> None:
    import skops.io

    folder = copied(kept[2], tmp_path / "model")
    for part in ("scorer", "explainer"):
        skops.io.dump(PrivtrafficError("churn_budget"), folder / f"{part}.skops")
    with pytest.raises(PrivtrafficError, match="holds what no churn model is made of"):
        churn.read_model(folder)
    assert saved.TRUSTED == ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)


def test_a_type_that_skops_itself_trusts_is_refused_too(
    kept: tuple[churn.Result, list[dict[str, Any]], Path], tmp_path: Path
) -> None:
    import skops.io
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import FunctionTransformer

    folder = copied(kept[2], tmp_path / "model")
    for estimator, named in ((PCA(), "PCA"), (FunctionTransformer(np.log1p), "log1p"), ([np.exp], "exp")):
        for part in ("scorer", "explainer"):
            skops.io.dump(estimator, folder / f"{part}.skops")
        with pytest.raises(PrivtrafficError, match=named) as refused:
            churn.read_model(folder)
        assert refused.value.key == "churn_model_types"
        assert "\n" not in str(refused.value)


def test_a_model_is_its_owners_and_its_parts_belong_together(
    kept: tuple[churn.Result, list[dict[str, Any]], Path], tmp_path: Path
) -> None:
    folder = copied(kept[2], tmp_path / "model")
    assert {path.stat().st_mode & 0o077 for path in kept[2].iterdir()} == {0}
    facts = json.loads((folder / "model.json").read_text("utf-8"))
    facts["explainer"]["sha256"] = "0" * 64
    (folder / "model.json").write_text(json.dumps(facts), "utf-8")
    with pytest.raises(PrivtrafficError) as refused:
        churn.read_model(folder)
    assert refused.value.key == "churn_no_model"


def test_a_tree_that_leads_outside_is_refused(tmp_path: Path) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    rng = np.random.default_rng(0)
    given = rng.normal(size=(300, 2))
    estimator = HistGradientBoostingClassifier(max_iter=2).fit(given, given[:, 0] > 0)
    saved._check_trees(estimator)
    estimator._predictors[0][0].nodes["left"][0] = 10**6
    with pytest.raises(ValueError, match="children"):
        saved._check_trees(estimator)


def test_the_contact_list_is_ordered_capped_and_held_out(house: Path, tmp_path: Path) -> None:
    with opened(house, settings=Settings(seed=7)) as data:
        result = churn.compute(data, churn.Params(horizon_days=120, margin=0.4, contact_cost=2.0, save_rate=0.05))
        drawn = churn.draw_contacts(data, result, ListParams(top=100, control=0.2, seed=7), Words("en"))
        rows = data.engine.fetch(f"select * from {drawn.rows.name} order by {drawn.rows.order}").to_pylist()
        everybody = data.engine.fetch(f"select member_id, expected_profit, risk_band from {result.members.name}")
        everybody = {row["member_id"]: row for row in everybody.to_pylist()}
    assert (drawn.contact, drawn.control) == (80, 20)
    values = [row["expected_value"] for row in rows]
    assert values == sorted(values, reverse=True)
    assert all(everybody[row["member_id"]]["expected_profit"] > 0 for row in rows)
    assert sum(bool(row["contact_reason"]) for row in rows) > 70
    assert not any("[" in row["contact_reason"] for row in rows)


def test_bands_by_profit_on_paper(house: Path) -> None:
    """Profit is probability × margin if kept × save rate − cost; contact first where it is at least the cost."""
    with opened(house) as data:
        result = churn.compute(data, churn.Params(horizon_days=120, margin=0.4, contact_cost=3.0, save_rate=0.05))
        rows = data.engine.fetch(f"select * from {result.members.name}").to_pylist()
    assert {row["risk_band"] for row in rows} == {"contact_first", "contact", "leave"}
    for row in rows:
        profit = row["churn_probability"] * row["value_if_kept"] * 0.05 - 3
        assert row["expected_profit"] == pytest.approx(profit)
        assert row["risk_band"] == ("contact_first" if profit >= 3 else "contact" if profit > 0 else "leave")
        assert row["act_by"] > date(2026, 10, 31)
        assert row["act_by"] <= date(2026, 10, 31) + timedelta(days=120)
        assert row["days_past"] == row["recency_days"] - row["usual_gap_days"]


def test_the_command_writes_every_sheet_and_the_json_the_contract_asks_for(
    house: Path, privtraffic: Run, tmp_path: Path
) -> None:
    options = ("--horizon", "120d", "--margin", "42%", "--contact-cost", "2", "--save-rate", "5%", "--seed", "1")
    listing = ("--list", "calls.xlsx", "--top", "50", "--control", "10%", "--save-model", "kept")
    outs = ("-o", "churn.xlsx", "-o", "churn.json", "-o", "churn.csv")
    done = privtraffic("churn", house / "orders.csv", "--members", house / "members.csv", *options, *listing, *outs)
    assert (done.returncode, done.stderr) == (0, "")
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    found = json.loads((tmp_path / "churn.json").read_text("utf-8"))
    figures = found["figures"]
    for name in ("roc_auc", "pr_auc", "brier", "log_loss", "calibration_error", "top_decile_lift"):
        assert figures[f"{name}_low"] <= figures[name] <= figures[f"{name}_high"]
    assert figures["log_loss_recency_high"] < 0
    for key in ("risk_bands", "at_risk", "risk_reasons", "churn_models", "churn_quality", "churn_calibration"):
        assert found["tables"][key], key
    members = found["tables"]["members"]
    assert all(0 <= row["churn_probability"] <= 1 for row in members)
    assert {row["risk_band"] for row in members} <= {"contact_first", "contact", "leave"}
    assert (tmp_path / "churn.csv").read_text("utf-8-sig").count("\n") >= len(members)
    sheets = openpyxl.load_workbook(tmp_path / "churn.xlsx", read_only=True).sheetnames
    assert sheets[0] == "Summary"
    assert {"Risk bands", "At-risk list", "Reasons", "Model quality", "Drift", "Quality", "Definitions"} <= set(sheets)
    manifest = read_manifest(tmp_path / "calls.xlsx")
    assert (manifest.members_contact, manifest.members_control, manifest.window_days) == (45, 5, 120)
    groups = pq.read_table(tmp_path / "calls.groups.parquet")
    assert groups.num_rows == 50
    assert (tmp_path / "kept" / "model.json").exists()


MISTAKES = [
    (("--horizon", "soon"), "--horizon"),
    (("--horizon", "0d"), "--horizon"),
    (("--margin", "4200%"), "--margin"),
    (("--save-rate", "x"), "--save-rate"),
    (("--contact-cost", "-3"), "--contact-cost"),
    (("--model", "nowhere"), "nowhere"),
    (("--top", "5"), "--list"),
    (("--list", "a.xlsx", "--budget", "100"), "--contact-cost"),
]


@pytest.mark.parametrize(("options", "named"), MISTAKES, ids=[" ".join(options) for options, _ in MISTAKES])
def test_mistakes_are_one_line_that_names_them(
    options: tuple[str, ...], named: str, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    orders = write("orders.csv", "order_id,member_id,ordered_at,paid_amount", "1,A,2026-01-01,10")
    with pytest.raises(PrivtrafficError) as refused:
        app(["churn", str(orders), *options], standalone_mode=False)
    for lang in ("en", "zh"):
        assert named in refused.value.text(lang)
    assert refused.value.exit_code == 2
    assert not (tmp_path / "churn.xlsx").exists()


def shop(write: Callable[..., Path], rows: list[tuple[str, int]]) -> Path:
    start = date(2026, 1, 1)
    lines = [f"{i},{member},{start + timedelta(days=day)},20" for i, (member, day) in enumerate(rows)]
    return write("orders.csv", "order_id,member_id,ordered_at,paid_amount", *lines)


AWKWARD = {
    "few_members": [(f"M{k}", day) for k in range(20) for day in (k, 3 * k + 20, 200)],
    "nobody_churned": [(f"M{k}", day) for k in range(300) for day in range(k % 7, 360, 7)],
    "everybody_churned": [(f"M{k}", k % 360) for k in range(1_500)],
    "short_history": [(f"M{k}", day) for k in range(400) for day in (k % 50, 50 + k % 50)],
}


@pytest.mark.parametrize("obstacle", AWKWARD)
def test_data_that_teach_nothing_get_a_sentence_and_a_fallback(obstacle: str, write: Callable[..., Path]) -> None:
    with pt.load(shop(write, AWKWARD[obstacle])) as data:
        horizon = 45 if obstacle == "short_history" else None
        result = churn.compute(data, churn.Params(horizon_days=horizon))
        rows = scores(result)
        report = churn.present(result, Words("zh"))
    assert (result.source, result.obstacle, result.model) == ("gaps", obstacle, None)
    assert any(note.key == f"churn.obstacle.{obstacle}" for note in report.notes)
    assert all(row["churn_probability"] is not None for row in rows)
    mean = sum(row["churn_probability"] for row in rows) / len(rows)
    if obstacle == "nobody_churned":
        assert mean < 0.01
    if obstacle == "everybody_churned":
        assert mean > 0.99
    with pytest.raises(PrivtrafficError, match="nothing was saved"):
        churn.save_model(result, Path("never"))


def test_a_signal_beyond_recency_is_found(write: Callable[..., Path]) -> None:
    """Coupon-hunters leave after one order, whatever its date; the others order every 30 days or so until the end."""
    rng = np.random.default_rng(0)
    lines, number = [], 0
    start = date(2025, 1, 1)
    for member in range(1_500):
        hunter = rng.random() < 0.5
        day = float(rng.integers(0, 330))
        while day < 365:
            number += 1
            coupon = "hello" if hunter else ""
            lines.append(f"{number},M{member},{start + timedelta(days=int(day))},{rng.integers(20, 90)},{coupon}")
            day += 1e9 if hunter else rng.exponential(30) + 1
    orders = write("orders.csv", "order_id,member_id,ordered_at,paid_amount,coupon", *lines)
    with pt.load(orders, optional=churn.OPTIONAL) as data:
        result = churn.compute(data, churn.Params(horizon_days=60))
        report = churn.present(result, Words("en"))
    account = result.account
    assert account is not None
    apart = next(one.apart for one in account.differences if (one.baseline, one.metric) == ("recency", "log_loss"))
    assert apart.high < -0.01
    assert account.chosen in ("logistic", "additive", "boosting")
    assert any(row["reason"] == "coupons" for row in result.reasons)
    assert report.figures


def test_help_names_examples(privtraffic: Run) -> None:
    shown = privtraffic("churn", "--help").stdout
    for part in ("--horizon", "--look-back", "--save-rate", "--model", "--list", "privtraffic churn"):
        assert part in shown
