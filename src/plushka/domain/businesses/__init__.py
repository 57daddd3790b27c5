"""The businesses (tenants) and their branches. Owns ``businesses`` and ``branches``."""
