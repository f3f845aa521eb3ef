"""Change reports: what a local DRC files, what the province makes of it, and the baselines that follow."""
