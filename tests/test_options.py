"""An analysis is one object: its parameters are its options, refused early, and alike from the shell and Python."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import pytest

import privtraffic as pt
from privtraffic.analyses.catalog import NAMES, analyses, room
from privtraffic.cli import main
from privtraffic.cli.app import _program
from privtraffic.cli.commands import LISTING, SEVERAL, SHARED
from privtraffic.cli.listing import Listing
from privtraffic.cli.plan import guard, make_plan
from privtraffic.cli.shared import Shared
from privtraffic.errors import PrivtrafficError
from privtraffic.files import one_run
from privtraffic.options import Option, checked, given, options_of, span
from tests.shop import HEADER, write_members, write_shop

OPTIONS = [(analysis.name, asked) for analysis in analyses() for asked in options_of(analysis.Params)]


def said(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command line complains about, in one line."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setattr(sys, "argv", ["privtraffic", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    out, err = capsys.readouterr()
    assert (stop.value.code, out, err.count("\n")) == (2, "", 1)
    return err.removeprefix("privtraffic: ").strip()


@pytest.mark.parametrize(("name", "asked"), OPTIONS, ids=lambda value: getattr(value, "name", value))
def test_an_option_has_help_and_its_default_text_means_the_default(name: str, asked: Any) -> None:
    assert asked.option.help.endswith((".", ")", "…"))
    assert asked.name.startswith("--")
    if asked.option.default is not None:
        assert asked.value(asked.option.default) == asked.default


@pytest.mark.parametrize("name", NAMES)
def test_no_two_options_of_a_command_are_the_same(name: str) -> None:
    analysis = room(name)
    own = [asked.key for asked in options_of(analysis.Params)] + [save.key for save in analysis.saves]
    others = [
        parameter.name
        for parameter in (*SHARED, *(LISTING if analysis.draws else SEVERAL if analysis.draws_several else ()))
    ]
    assert len({*own, *others}) == len(own) + len(others)
    assert analysis.Params.__doc__
    assert all(example.startswith(f"privtraffic {name}") for example in analysis.examples)


def test_the_catalog_is_light() -> None:
    code = (
        "import sys\n"
        "from privtraffic.analyses.catalog import analyses\n"
        "from privtraffic.options import options_of\n"
        "assert all(options_of(analysis.Params) or analysis.account for analysis in analyses())\n"
        "heavy = ('pandas', 'duckdb', 'pyarrow', 'numpy', 'sklearn', 'typer', 'rich')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_the_package_is_the_analysis(name: str) -> None:
    """The package of the room lends the same names, whichever of its files were imported before."""
    package = __import__(f"privtraffic.analyses.{name}.compute", fromlist=["compute"])
    assert getattr(pt, name) is room(name)
    lent = __import__(f"privtraffic.analyses.{name}", fromlist=["compute", "present", "Params"])
    assert lent.compute is package.compute
    assert lent.Params is room(name).Params
    assert callable(lent.present)
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = room(name).no_such_thing
    with pytest.raises(FrozenInstanceError):
        room(name).name = "other"


def test_an_analysis_can_be_called(tmp_path: Path) -> None:
    with pt.load(write_shop(tmp_path)) as data:
        called, computed = pt.rfm(data, scheme="growth11"), pt.rfm.compute(data, pt.rfm.Params(scheme="growth11"))
        assert called.segments == computed.segments
        assert {row["segment"] for row in called.segments} > {"loyal", "promising"}


WRONG: dict[str, tuple[dict[str, Any], list[str]]] = {
    "--bins 99": ({"bins": 99}, ["rfm", "--bins", "99"]),
    "--scheme nope": ({"scheme": "nope"}, ["rfm", "--scheme", "nope"]),
    "--group ward": ({"group": "ward"}, ["rfm", "--group", "ward"]),
    "--by fortnight": ({"by": "fortnight"}, ["cohort", "--by", "fortnight"]),
    "--start never": ({"start": "never"}, ["cohort", "--start", "never"]),
    "--group tip": ({"group": "tip"}, ["cohort", "--group", "tip"]),
    "--min-members -3": ({"min_members": -3}, ["affinity", "--min-members", "-3"]),
    "--level colour": ({"level": "colour"}, ["affinity", "--level", "colour"]),
    "--model nope": ({"model": "nope"}, ["clv", "--model", "nope"]),
    "--margin 7": ({"margin": 7.0}, ["clv", "--margin", "7"]),
    "--contact-cost -1": ({"contact_cost": -1.0}, ["churn", "--contact-cost", "-1"]),
    "--super-share 0.9": ({"super_share": 0.9}, ["members", "--super-share", "90%"]),
    "--silent 90d, --lost 30d": ({"silent_days": 90, "lost_days": 30}, ["members", "--silent", "90d", "--lost", "30d"]),
    "--margin 7:": ({"margin": 7.0}, ["review", "--margin", "7"]),
    "--list": ({}, ["uplift"]),
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_python_and_the_shell_refuse_alike_before_a_file_is_opened(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    values, (command, *arguments) = WRONG[text]
    with pytest.raises(PrivtrafficError) as refused:
        room(command).Params(**values)
    told = said([command, "nofile.csv", *arguments], monkeypatch, capsys)
    assert told == str(refused.value)
    assert text in told


EARLY = {
    "--dormant soon": ["cohort", "--dormant", "soon"],
    "--compare-to May": ["affinity", "--compare-to", "May"],
    "--month 2026-13": ["review", "--month", "2026-13"],
    "--engine nope": ["rfm", "--engine", "nope"],
    "--lang fr": ["check", "--lang", "fr"],
    "x.doc": ["check", "-o", "x.doc"],
    "calls.txt": ["churn", "--list", "calls.txt"],
    "--budget": ["churn", "--list", "calls.csv", "--budget", "100"],
    "--top": ["members", "--top", "5"],
    "--map shade": ["rfm", "--map", "shade=Colour"],
    "--where shade": ["check", "--where", "shade=red"],
    "--fail-if": ["check", "--fail-if", "dropped"],
    "Is it dropped_share?": ["check", "--fail-if", "droped_share > 0.1"],
    "no-folder/cuts.toml": ["rfm", "--save-cuts", "no-folder/cuts.toml"],
    "no-folder/r.csv": ["check", "--rejects", "no-folder/r.csv"],
    "away.csv": ["members", "--exclude", "away.csv"],
    "keys.csv": ["rfm", "--identity", "keys.csv"],
    "x.manifest.json": ["uplift", "--list", "x.csv"],
    "sent.csv": ["uplift", "--contacts", "sent.csv"],
    "--cost pigeon": ["members", "--cost", "pigeon=1"],
    "--weight": ["members", "--weight", "repeat=much"],
}
"""What a user can get wrong -> what is complained about, though the file of orders is not there either."""


@pytest.mark.parametrize("text", EARLY)
def test_what_is_wrong_with_an_option_is_said_before_the_files_are_looked_at(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    command, *arguments = EARLY[text]
    told = said([command, "nofile.csv", *arguments], monkeypatch, capsys)
    assert text in told
    assert "nofile" not in told


@dataclass(frozen=True)
class Kinds:
    """One field of every kind."""

    count: Annotated[int, Option("How many.")] = 1
    share: float = 0.5
    word: str | None = None
    flag: bool = False
    day: date | None = None
    file: Path | None = None
    others: tuple[Path, ...] = ()
    span_days: Annotated[int, Option("How long.", name="--span", parse=span, default="30d")] = 30

    def __post_init__(self) -> None:
        checked(self)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"count": True}, "--count True: not a whole number"),
        ({"count": 2.0}, "--count 2.0: not a whole number"),
        ({"count": "2"}, "--count '2': not a whole number"),
        ({"count": None}, "--count None: not a whole number"),
        ({"share": "much"}, "share 'much': not a number"),
        ({"share": False}, "share False: not a number"),
        ({"word": 3}, "word 3: not a text"),
        ({"flag": 1}, "flag 1: give True or False"),
        ({"day": datetime(2026, 1, 1)}, "day datetime.datetime(2026, 1, 1, 0, 0): not a date"),
        ({"day": "2026-01-01"}, "day '2026-01-01': not a date"),
        ({"file": 5}, "file 5: not a path"),
        ({"others": "a.csv"}, "others 'a.csv': not of the kind"),
        ({"span_days": "30d"}, "--span '30d': not a whole number"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_the_name_of_its_option(values: dict[str, Any], message: str) -> None:
    with pytest.raises(PrivtrafficError) as refused:
        Kinds(**values)
    assert str(refused.value).startswith(message)


def test_what_can_be_meant_is_taken() -> None:
    kinds = Kinds(share=1, file="a.csv", others=["a", Path("b")], day=date(2026, 1, 1))  # type: ignore[arg-type]
    assert (kinds.file, kinds.others) == (Path("a.csv"), (Path("a"), Path("b")))
    assert given(Kinds, {"span": "2w", "count": None}) == Kinds(span_days=14)


def test_the_plan_knows_every_file_that_is_read_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_shop(tmp_path)
    write_members(tmp_path)
    for name in ("away.csv", "secret.txt", "keys.csv"):
        (tmp_path / name).write_text("member_id\nA\n", "utf-8")
    shared = Shared(
        files=["orders.csv"], members="members.csv", mask="secret.txt", identity="keys.csv", out=["a.html", "b.json"],
        rejects="r.csv",
    )  # fmt: skip
    plan = make_plan(room("members"), shared, Listing(list_file="l.xlsx"), {"exclude": "away.csv"})
    read = {"orders.csv", "members.csv", "away.csv", "secret.txt", "keys.csv", "privtraffic.toml"}
    assert {str(path) for path in plan.reads} == read
    written = {"a.html", "b.json", "l.xlsx", "l.groups.parquet", "l.manifest.json", "r.csv"}
    assert {str(path) for path in plan.writes} == written
    assert (plan.columns, plan.settings.mapping) == ({}, ())
    for wrong in ({"rejects": "away.csv"}, {"out": ["orders.csv"]}, {"out": ["l.xlsx"]}):
        with one_run(), pytest.raises(PrivtrafficError, match=r"away\.csv|orders\.csv|l\.xlsx"):
            make_plan(
                room("members"), Shared(files=["orders.csv"], **wrong), Listing(list_file="l.xlsx"),
                {"exclude": "away.csv"},
            )  # fmt: skip
    with one_run():
        named_later = make_plan(room("review"), Shared(files=["orders.csv"]), Listing(), {})
        assert named_later.writes == ()
        guard(named_later)
        with pytest.raises(PrivtrafficError, match=r"orders\.csv"):
            named_later.with_outputs([Path("orders.csv")])


def test_a_column_that_is_missing_is_named_with_the_option_that_asked_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_shop(tmp_path)
    assert not {"category", "province"} & {*HEADER}
    for command, option, column in (
        ("rfm", "--group", "province"),
        ("affinity", "--level", "category"),
        ("clv", "--group", "province"),
        ("cohort", "--group", "province"),
    ):
        told = said([command, "orders.csv", option, column], monkeypatch, capsys)
        assert told.startswith(f"{option} {column}: the export has no such column")
    told = said(["clv", "orders.csv", "--margin", "毛利"], monkeypatch, capsys)
    assert told.startswith("--map margin=毛利")
    told = said(["rfm", "orders.csv", "--where", "category=Tea"], monkeypatch, capsys)
    assert told.startswith("--where category")
    with pytest.raises(PrivtrafficError, match="columns category: the export has no such column"):
        pt.load("orders.csv", columns=["category"])


def test_a_group_of_a_cohort_may_stand_in_the_members_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`channel` is no column of the orders here: they are read once, and the members file tells it."""
    monkeypatch.chdir(tmp_path)
    write_shop(tmp_path)
    write_members(tmp_path)
    reads = []
    monkeypatch.setattr("privtraffic.cli.source.load", lambda *a, **b: reads.append(a) or pt.load(*a, **b))
    arguments = ["orders.csv", "--members", "members.csv", "--group", "channel", "--json", "--lang", "en"]
    monkeypatch.setattr(sys, "argv", ["privtraffic", "cohort", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    assert (stop.value.code, len(reads)) == (0, 1)
    assert '"start_group": "search"' in capsys.readouterr().out
    told = said(["cohort", "orders.csv", "--group", "channel"], monkeypatch, capsys)
    assert told.startswith("--group channel: the export has no such column")


def test_of_the_commands_only_the_one_that_is_called_is_made() -> None:
    """All where the help, or a name that is none, needs to know them."""
    assert [*_program(["rfm", "orders.csv"]).commands] == ["rfm"]
    assert [*_program(["ingest"]).commands] == ["ingest"]
    for args in ([], ["--help"], ["rmf"], ["--version", "rfm"]):
        assert {*NAMES, "ingest"} < {*_program(args).commands}, args
