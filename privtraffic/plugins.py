"""What other packages bring: analyses, and profiles of exports; found by their entry points, loaded when asked for."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

ANALYSES, PROFILES = "privtraffic.analyses", "privtraffic.profiles"


@cache
def homes() -> dict[str, str]:
    """The packages of analyses: name of the analysis -> package, whose `room` holds a descriptor of that name."""
    return {point.name: point.value for point in sorted(entry_points(group=ANALYSES))}


@cache
def profile_folders() -> tuple[Path, ...]:
    """The folders of the packages whose *.toml are profiles."""
    return _folders([point.value for point in sorted(entry_points(group=PROFILES))])


@cache
def texts(name: str) -> tuple[Path, ...]:
    """A file of texts (`words.toml`, `errors.toml`) of every package that brings an analysis and has it."""
    return tuple(file for folder in _folders([*homes().values()]) if (file := folder / name).is_file())


def whose(file: str) -> str:
    """The package of another that a file of code belongs to; empty where it is none."""
    return next((package for package in homes().values() if Path(file).parent in _folders([package])), "")


def speaking_of(word: str) -> str:
    """The package of another whose code has a word that is on no file; empty where none has."""
    spoken = f'"{word.rpartition(".")[2]}"'
    for package in homes().values():
        for folder in _folders([package]):
            if any(spoken in file.read_text("utf-8", errors="replace") for file in folder.glob("*.py")):
                return package
    return ""


def _folders(packages: list[str]) -> tuple[Path, ...]:
    """The folders in which packages lie, found without importing them."""
    found: list[Path] = []
    for package in dict.fromkeys(packages):
        # What is not there any more is told where it is loaded.
        with suppress(ImportError, ValueError):
            spec = find_spec(package)
            found += [Path(place) for place in (spec.submodule_search_locations or () if spec else ())]
    return tuple(found)
