"""Text -> typed rows, joined, refunded, without duplicates; one member across systems."""
