"""Which of the files stand alone, which complete another, and what is still missing then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.source import Source
from privtraffic.intake.understand.evidence import BY_NAME
from privtraffic.intake.understand.joined_by_ids import Told, asked_of_guess
from privtraffic.intake.understand.missing import require_complete
from privtraffic.intake.understand.profile import Profile, completed, profile
from privtraffic.intake.understand.recognition import Recognition
from privtraffic.intake.understand.remaining import account_for_columns

Found = tuple[Source, Recognition]

GIVES = {
    "items": frozenset({"paid_amount"}),
    "payments": frozenset({"paid_amount"}),
    "people": frozenset({"member_id"}),
    "aftersale": frozenset[str](),
}
"""What orders may lack when such a file stands beside them."""


def settle(
    files: Sequence[Found], from_folder: set[object], *, need_member: bool, known: Sequence[Recognition] = ()
) -> tuple[list[Found], list[tuple[Source, PrivtrafficError]]]:
    """The files with their final roles, and those that cannot be used, with the reason.

    Items without the order file they belong to are orders of their own where they have a member, a time and an amount.
    A file of a folder whose role is a guess is left out where another file is surely known.  `known` is what was read
    before.
    """
    heads = _heads(files)
    asked = files if from_folder else ()
    loose = [(source, found) for source, found in asked if source not in heads and _guessed(source, found)]
    # The month of a workbook with few rows has the header of the others.
    surely = {found.header for source, found in files if (source, found) not in loose}
    guessed = [source for source, found in loose if found.header not in surely]
    sure = len(guessed) < len(files) or not all(map(_by_parts, known))
    guessed = _without_only_orders(files, guessed, known)
    beside = [found.profile for found in (*known, *(found for _, found in files))]
    kept: list[Found] = []
    refused: list[tuple[Source, PrivtrafficError]] = []
    told = [Told(source, found) for source, found in files]
    for one in told:
        source, found = one.source, one.found
        if sure and source in guessed and source.path in from_folder:
            if question := asked_of_guess(one, told):
                raise question
            refused.append((source, PrivtrafficError("no_table", file=source.path.name)))
            continue
        try:
            kept.append((source, _settled(source, found, beside, need_member=need_member)))
        except PrivtrafficError as error:
            refused.append((source, error))
    return kept, refused


def _without_only_orders(files: Sequence[Found], guessed: list[Source], known: Sequence[Recognition]) -> list[Source]:
    """The files to be left out, without the orders of one header, where none of the others is an order file."""
    orders = [(source, found) for source, found in files if found.profile.role == "orders"]
    others = any(source not in guessed for source, _ in orders) or any(one.profile.role == "orders" for one in known)
    if others or len({found.header for _, found in orders}) != 1:
        return guessed
    return [source for source in guessed if source not in [own for own, _ in orders]]


def _heads(files: Sequence[Found]) -> list[Source]:
    """The one order file without a profile whose lines, payments or refunds its ids have found: no guess any more."""
    orders = [source for source, found in files if found.profile.role == "orders" and found.profile.generic]
    beside = any(found.profile.role in GIVES and found.profile.generic for _, found in files)
    return orders if beside and len(orders) == 1 else []


def _by_parts(found: Recognition) -> bool:
    return found.profile.generic and found.confidence < BY_NAME


def _guessed(source: Source, found: Recognition) -> bool:
    """Whether neither the names of a file's columns nor all that its columns hold make it what it was taken for."""
    return not found.decided and _by_parts(found) and _by_parts(account_for_columns(source, found))


def _settled(source: Source, found: Recognition, profiles: Sequence[Profile], *, need_member: bool) -> Recognition:
    role = found.profile.role
    if role in GIVES:
        orders = {other.name for other in profiles if other.role == "orders"}
        if orders.intersection(found.profile.completes):
            return found
        if role != "items":
            titles = [profile(name).title for name in found.profile.completes]
            raise PrivtrafficError(
                "beside_alone",
                file=source.path.name,
                title_en=found.profile.title["en"],
                title_zh=found.profile.title["zh"],
                orders_en=", ".join(title["en"] for title in titles),
                orders_zh="、".join(title["zh"] for title in titles),
            )
        found = replace(found, profile=replace(found.profile, role="orders"))
        require_complete(source, found, need_member=need_member)
    elif role == "orders" and completed(found.profile.name):
        beside = [other for other in profiles if found.profile.name in other.completes]
        given = frozenset(name for other in beside for name in GIVES[other.role])
        require_complete(source, found, given, need_member=need_member)
    return found
