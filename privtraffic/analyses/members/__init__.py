"""Members: where each one stands, whom to keep, whom to wake."""

from privtraffic.analyses.members.channels import Contacting
from privtraffic.analyses.members.compute import (
    OPTIONAL,
    Params,
    Result,
    compute,
    draw_contacts,
    parse_numbers,
)
from privtraffic.analyses.members.present import present

__all__ = [
    "OPTIONAL",
    "Contacting",
    "Params",
    "Result",
    "compute",
    "draw_contacts",
    "parse_numbers",
    "present",
]
