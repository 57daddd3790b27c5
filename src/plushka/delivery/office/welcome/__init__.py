"""Founding a business step by step: the first one by who has the operator's key, another one by an owner."""
