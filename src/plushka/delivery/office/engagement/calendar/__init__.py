"""The calendar of promotions: what runs when in all programmes, coupons beside it, and where each stands today."""
