"""The cashier's page: its shell is served here, all else goes through ``/v1`` with the till's key."""
