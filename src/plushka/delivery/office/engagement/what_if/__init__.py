"""The what-if (docs/decisions/0102-what-if.md): a draft asked of the business's own receipts, and what came of it."""
