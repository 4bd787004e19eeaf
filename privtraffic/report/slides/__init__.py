"""A report as slides that PowerPoint edits: native charts, speaker notes, the client's own template."""

from privtraffic.report.slides.write import write_slides

__all__ = ["write_slides"]
