"""Excel: a cover that answers, one sheet per table, and what every word means."""

from privtraffic.report.workbook.book import write_alone, write_workbook

__all__ = ["write_alone", "write_workbook"]
