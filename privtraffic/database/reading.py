"""The settings under which the files of a database were read, and whether others are asked for now."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

from privtraffic.database.store import Store
from privtraffic.errors import PrivtrafficError
from privtraffic.settings import Settings


def agreed(store: Store, asked: Settings, *, fresh: bool = False, masked: bool = False) -> Settings:
    """The settings of a run: those asked for, and where nothing is asked, those of the database.

    Parameters
    ----------
    fresh
        Nothing was read yet, so that all may be chosen.
    masked
        Keys are read, so that the secret of a masked database is needed.

    Raises
    ------
    PrivtrafficError
        Where rows read under one setting would stand beside rows read under another.
    """
    before = read_under(store)
    if fresh:
        return asked
    if masked and store.about.get("mask") and not asked.mask:
        raise PrivtrafficError("db_masked", file=store.path)
    for option, old, new in (
        ("--tz", before.tz, asked.tz),
        ("--identity", before.identity, asked.identity),
        ("--mask", store.about.get("mask") or None, fingerprint(asked.mask)),
    ):
        if new is not None and new != old:
            shown = "-" if option == "--mask" else (old or "-")
            raise PrivtrafficError("db_other_setting", file=store.path, option=option, before=shown)
    return replace(
        asked,
        tz=before.tz,
        identity=before.identity,
        currency=asked.currency or before.currency,
        keep_zero=asked.keep_zero or before.keep_zero,
        count_both=asked.count_both or before.count_both,
    )


def read_under(store: Store) -> Settings:
    """The settings that a database remembers."""
    about = store.about
    return Settings(
        tz=about.get("tz") or None,
        identity=about.get("identity") or None,
        currency=about.get("currency") or None,
        keep_zero=about.get("keep_zero") == "1",
        count_both=about.get("count_both") == "1",
    )


def about_of(settings: Settings) -> dict[str, str]:
    """What a database keeps of the settings under which it was read."""
    return {
        "tz": settings.tz or "",
        "identity": settings.identity or "",
        "currency": settings.currency or "",
        "keep_zero": "1" if settings.keep_zero else "",
        "count_both": "1" if settings.count_both else "",
        "mask": fingerprint(settings.mask) or "",
    }


def remember(store: Store, settings: Settings) -> None:
    store.write_about(**about_of(settings))


def fingerprint(secret: str | None) -> str | None:
    """A hash by which a secret is recognised but cannot be found out."""
    return hmac.new(secret.encode(), b"privtraffic", hashlib.sha256).hexdigest()[:16] if secret else None
