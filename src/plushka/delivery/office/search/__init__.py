"""One field for everything: members, receipts and the pages of the office."""
