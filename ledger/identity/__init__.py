"""Identity: tenants, offices, people, roles, sign-in and tokens."""
