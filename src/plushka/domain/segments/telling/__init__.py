"""Audiences in words."""
