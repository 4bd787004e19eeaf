"""Bytes -> a table of text: encoding, delimiter, compression, sheet, lake."""
