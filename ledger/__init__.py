"""The grant ledger of the provincial service-sector development fund."""
