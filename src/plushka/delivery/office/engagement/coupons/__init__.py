"""Coupons: made with what they give, listed with what came of them and of where they are given out, printed."""
