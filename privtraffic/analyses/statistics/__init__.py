"""Intervals, tests, survival, effects, quantiles, samples, and one calendar: what several analyses need."""
