"""One thing is no “1 rows”: English messages are written for several, and are put right where a count is 1."""

from __future__ import annotations

import re
from collections.abc import Mapping

NOUNS = """
amounts analyses balances batches branches buyers bytes campaigns candidates cases cells channels codes cohorts columns
coupons dates days differences documents entries features files friends friendships groups guides histories ids keys
letters lines lists members months orders origins pairs parts people periods persons places points products purchases
records referrals refunds returns rows rules sales sleepers stages steps stores tables times values weeks
"""
_ENDS = {"branches": "branch", "batches": "batch", "people": "person", "analyses": "analysis"}
_PLAIN = "begin belong bring come cost count end keep leave name occur overlap share stand take"
VERBS = {"are": "is", "were": "was", "have": "has", "carry": "carries"} | {verb: f"{verb}s" for verb in _PLAIN.split()}
_ELSE = "a and as at be before by for from has holds if in is may of on or says that the to undoes was who with"
"""What stands behind a name or a number that counts nothing."""
_ABOUT = rf"(?:(?!(?:{_ELSE.replace(' ', '|')})\b)[a-z-]+ ){{0,2}}?"
_VERB = rf"(?:{'|'.join(VERBS)})\b"
COUNT = re.compile(
    rf"(?<=\{{)(?P<count>\w+)(?P<about>[^{{}}]*\}} {_ABOUT})(?P<noun>{'|'.join(NOUNS.split())})\b"
    # What may stand between the noun and its verb: (so much money), of a file, a place for what is said of them.
    rf"(?P<beside>(?: \([^()]*\))?(?: (?:of|on)(?: (?!{_VERB})[a-z]+){{1,3}}| in \{{\w+\}}| \{{\w+\}})?)"
    rf"(?:(?P<space> )(?P<verb>{_VERB})(?:(?P<rest>(?:[^.;:{{}}()]|\([^()]*\))*? (?:and|or) )(?P<further>{_VERB}))?)?"
)


def in_number(text: str, values: Mapping[str, object]) -> str:
    """An English message, its `{places}` still empty, with the noun behind each count of 1 and its verbs as of one."""

    def said(found: re.Match[str]) -> str:
        told = found.groupdict(default="")
        if str(values.get(told["count"])) == "1":
            told["noun"] = _ENDS.get(told["noun"]) or re.sub(r"ies$", "y", told["noun"]).removesuffix("s")
            told |= {part: VERBS[told[part]] for part in ("verb", "further") if told[part]}
        # Other counts may stand in what lies between.
        return "".join(COUNT.sub(said, text) if part in ("beside", "rest") else text for part, text in told.items())

    return COUNT.sub(said, text) if any(str(value) == "1" for value in values.values()) else text
