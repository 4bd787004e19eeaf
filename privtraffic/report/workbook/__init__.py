"""Excel: a cover that answers, one sheet a table, and what every word means."""

from privtraffic.report.workbook.book import write_alone, write_workbook

__all__ = ["write_alone", "write_workbook"]
