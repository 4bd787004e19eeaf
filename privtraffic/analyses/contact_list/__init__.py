"""Contact lists: who is contacted, who is held out, and the record of it."""

from privtraffic.analyses.contact_list.draw import ContactList, ListParams, draw
from privtraffic.analyses.contact_list.effect import Effect, effect_of
from privtraffic.analyses.contact_list.manifest import Manifest, manifest_path, read_manifest
from privtraffic.analyses.contact_list.present import contacts, notes, table
from privtraffic.analyses.contact_list.whose import guides

__all__ = [
    "ContactList",
    "Effect",
    "ListParams",
    "Manifest",
    "contacts",
    "draw",
    "effect_of",
    "guides",
    "manifest_path",
    "notes",
    "read_manifest",
    "table",
]
