"""The rules of a programme, pure: the standard library and msgspec's value types; no clock, no float, no IO.

``evaluate(version, member, basket, at)`` decides a purchase and explains the decision. Everything a
decision depends on is an argument, so that a till, the office's "try it", a return and a replay of
last year's receipts all ask the same code (S20). Only ``experiments``, which decides no purchase, reckons with floats.
"""
