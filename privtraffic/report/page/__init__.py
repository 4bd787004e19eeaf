"""HTML: one self-contained page that a mail can carry."""

from privtraffic.report.page.write import write_page

__all__ = ["write_page"]
