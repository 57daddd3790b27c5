"""What purchases are worth on stamp cards, and the gifts that full ones give (F47 to F50).

Tables: ``stamps``, ``rewards`` and ``reward_acts``. Where a member stands on a card is no row: it is worked out from
what is left of their stamps (docs/decisions/0081-stamp-cards.md). The lock of their wallet guards it.
"""
