"""Presets: whole programmes by trade to begin from, with what a typical receipt gives and costs. Owns no table.

A preset is an example file in roubles (``files``), so ``plushka rules test`` runs it as any other; its first
cases are the trade's typical receipts. ``writing`` makes of it a programme in a business's currency and language.
"""
