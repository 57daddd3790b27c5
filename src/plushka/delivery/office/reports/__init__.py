"""Dashboards and reports: blocks that each are one table, drawn, counted and written to a file alike."""
