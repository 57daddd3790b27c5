"""Bots in messengers: one shell a messenger around the one talk of ``domain/bots``, and what sends and listens."""
