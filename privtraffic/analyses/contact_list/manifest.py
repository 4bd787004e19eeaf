"""The record of a list: what it was, and where it stands who was held out."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from privtraffic.errors import PrivtrafficError
from privtraffic.files import reading_text

KIND = "privtraffic contact list"


@dataclass(frozen=True)
class Manifest:
    """What is written beside an outgoing list `calls.xlsx` as `calls.manifest.json`.

    Attributes
    ----------
    file, file_sha256
        The list that goes out and its hash: whether it was changed on the way can be told.
    groups, groups_sha256
        The Parquet file beside the manifest with the key and the group of everybody who was drawn.
    left_out
        Members who were kept off, by reason; candidates are counted without them.
    at_stake, stake, save_rate
        What would stay away without a contact, and by which yardstick (`at_stake`: usual spending in the days of the
        list; `order_at_stake`: one order a member); the share of it that a contact saves, its interval,
        and the numbers of the lists on which that was measured: None where nobody knows it.
    mask
        None, or what tells that the same secret hides the keys (never the secret).
    """

    command: str
    definition: str
    drawn_on: date
    as_of: date
    window_days: int
    seed: int
    control: float
    top: int | None
    budget: float | None
    candidates: int
    members_contact: int
    members_control: int
    expected_value: float | None
    cost: float
    file: str
    file_sha256: str
    groups: str
    groups_sha256: str
    mask: str | None = None
    version: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict)
    at_stake: float | None = None
    stake: str = "at_stake"
    save_rate: Mapping[str, object] | None = None

    def json(self) -> str:
        dated = {name: getattr(self, name).isoformat() for name in ("drawn_on", "as_of")}
        return json.dumps({"kind": KIND, **asdict(self), **dated}, ensure_ascii=False, indent=1) + "\n"


def manifest_path(path: Path) -> Path:
    """The place of the manifest of a list; of a manifest, its own path."""
    return path if path.suffix.lower() == ".json" else path.with_suffix(".manifest.json")


def groups_path(path: Path) -> Path:
    """The file that tells which member was drawn for which group, for a list or the manifest of one."""
    return path.with_name(path.name.removesuffix(path.suffix).removesuffix(".manifest") + ".groups.parquet")


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def mask_mark(secret: str | None) -> str | None:
    """What tells one secret from another without telling the secret."""
    return hmac.new(secret.encode(), b"privtraffic contact list", hashlib.sha256).hexdigest()[:12] if secret else None


def read_manifest(path: Path, *, own: bool = False) -> Manifest:
    """The manifest at `path`, or the one beside the list at `path`; `own` says that it is about to be replaced.

    Raises
    ------
    PrivtrafficError
        Where there is none, or it is no manifest of a list.
    """
    found = manifest_path(path)
    try:
        text = json.loads((found if own else reading_text(found)).read_text("utf-8"))
    except FileNotFoundError:
        raise PrivtrafficError("list_missing", file=str(found)) from None
    except OSError as error:
        raise PrivtrafficError("unreadable", file=str(found), detail=error.strerror or "") from None
    except (ValueError, RecursionError):
        raise PrivtrafficError("list_no_manifest", file=found.name) from None
    try:
        return _checked(text)
    except (KeyError, TypeError, ValueError):
        raise PrivtrafficError("list_no_manifest", file=found.name) from None


def _checked(text: Any) -> Manifest:
    if text["kind"] != KIND:
        raise ValueError
    # What a list of an earlier version did not say yet keeps its default.
    values = {
        each.name: text[each.name]
        for each in fields(Manifest)
        if each.name in text or (each.default is MISSING and each.default_factory is MISSING)
    }
    manifest = Manifest(
        **{
            **values,
            "drawn_on": date.fromisoformat(text["drawn_on"]),
            "as_of": date.fromisoformat(text["as_of"]),
            "window_days": int(text["window_days"]),
            "control": float(text["control"]),
            "cost": float(text["cost"]),
        }
    )
    if manifest.window_days < 1 or Path(manifest.groups).name != manifest.groups:
        raise ValueError
    return manifest
