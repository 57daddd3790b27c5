"""Gateways that send SMS."""
