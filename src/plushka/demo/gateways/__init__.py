"""Gateways for SMS, mail and push that are none: they speak the real protocols on this machine alone.

Tests drive them, and in the demo what they are handed is shown on the pretended phone. Nothing is sent anywhere.
"""
