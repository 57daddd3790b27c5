"""Sales in detail: days, hours, branches, cashiers, goods."""
