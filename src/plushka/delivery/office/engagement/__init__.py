"""Programmes, tiers, and what else makes people come back."""
