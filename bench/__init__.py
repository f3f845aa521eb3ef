"""Benchmarks: ratios alone, both sides of each measured in slices of one run, on a server of their own."""
