"""Example files: a programme, purchases, and what must come of them, in a shop owner's units.

The files under ``tests/engine/specs`` say what Plushka promises, and a business may write its own:
``plushka rules test FOLDER`` runs both through the same engine as its tills.
"""
