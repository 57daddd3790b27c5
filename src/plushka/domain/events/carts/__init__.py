"""Carts on a shop's site: what lies in them, as it was told last, until they are bought, emptied or forgotten.

Each has one row, whatever is told of it how often. Owns carts.
"""
