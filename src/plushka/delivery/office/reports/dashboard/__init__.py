"""The blocks of the dashboard."""
