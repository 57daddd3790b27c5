"""Machines: database, settings, clock, ids, jobs, web plumbing, i18n. Knows nothing of loyalty."""
