"""How what is left in ``outgoing`` gets out: one sender a channel of a business, whoever carries it.

Bots and other channels share it, as pages share ``delivery.web``.
"""
