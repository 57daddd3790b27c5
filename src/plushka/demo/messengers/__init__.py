"""Messengers that are none: they speak the real HTTP protocols on this machine alone, and show the phone's side.

Tests drive them, and in the demo a person plays the member by hand. Nothing is sent anywhere.
"""
