"""privtraffic.toml: what a brand says once instead of with every command."""

from privtraffic.project.propose import Proposal, propose, toml_of
from privtraffic.project.read import DATABASE, FILE, Project, margin_text, read_project

__all__ = ["DATABASE", "FILE", "Project", "Proposal", "margin_text", "propose", "read_project", "toml_of"]
