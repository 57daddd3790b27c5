"""Founding a business whole: with its owner, first branch, till and programme, in one transaction.

Owns ``setups``: what is typed step by step before there is a business to keep it.
"""
