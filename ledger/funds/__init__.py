"""Funds: fund lines, awards, allocations, disbursements and what follows them."""
