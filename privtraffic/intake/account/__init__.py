"""The account of what was read: rows, columns and money read = kept + dropped by reason."""
