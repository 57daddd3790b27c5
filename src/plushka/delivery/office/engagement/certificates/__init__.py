"""Gift certificates in the office: the list, one with its journal, kinds, batches, what is owed, and printing."""
