"""Coupons: codes that unlock promotions and rules, who may use them, and how often (S8, S11).

What a coupon gives is in the programme: a promotion or a rule whose condition asks for it.
"""
