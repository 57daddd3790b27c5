"""Notifications in browsers."""
