"""Plushka: a self-hosted loyalty platform. ARCHITECTURE.md shows the house."""
