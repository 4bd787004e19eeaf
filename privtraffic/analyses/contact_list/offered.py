"""What each member of a list may be offered next, as `affinity` measured it, with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from privtraffic.analyses.affinity import next_offer, tables
from privtraffic.analyses.affinity.room import Params
from privtraffic.analyses.contact_list.draw import ListParams
from privtraffic.dataset import Dataset
from privtraffic.engine.base import TableRef
from privtraffic.parameters import taken
from privtraffic.progress import stage
from privtraffic.report.words import Words


@contextmanager
def with_offers(
    data: Dataset, listing: ListParams, words: Words, found: TableRef | None = None
) -> Iterator[ListParams]:
    """The list with the first offer of each member; nobody has one where no line names a brand or a product.

    Parameters
    ----------
    found
        The offers of an answer of `affinity` that is there already.
    """
    if listing.offers is not None:
        yield listing
        return
    params = taken(Params, dict(data.settings.commands.get("affinity", {})))
    if found is None:
        with stage("asked_affinity"):
            found = next_offer.next_offers(data, params).offers
    explained = None if found is None else tables.with_reasons(found, params.within_days, words)
    yield replace(listing, offers=explained.name if explained is not None else "")
