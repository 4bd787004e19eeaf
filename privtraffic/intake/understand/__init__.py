"""Headers and values -> the role of a file, its profile, and which column is which field."""
