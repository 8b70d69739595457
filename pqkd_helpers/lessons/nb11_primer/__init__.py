"""Exercise, pictures and explorer of notebook 11, the primer."""
