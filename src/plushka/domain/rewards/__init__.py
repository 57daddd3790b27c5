"""What purchases are worth on stamp cards (F47 to F50), what members get for points, and the gifts of both.

Tables: ``stamps``, ``reward_offers``, ``reward_supplies``, ``rewards``, ``reward_codes`` and ``reward_acts``. Where a
member stands on a card is no row: it is worked out from what is left of their stamps
(docs/decisions/0081-stamp-cards.md). What is bought in the catalogue is a gift as those of cards are
(docs/decisions/0085-rewards.md). The lock of the wallet guards both.
"""
