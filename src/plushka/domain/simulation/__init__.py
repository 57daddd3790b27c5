"""The what-if: a business's own receipts replayed through rules that are not in force (decision 0102).

Owns ``simulations`` and ``simulation_members``. ``reading`` gathers what members did and where they stood before it,
``replaying`` lets it happen again under other rules through the engine and the book that serve tills.
"""
