"""The list of members: whom filters find, in an order, page by page. Reads any table, owns none."""
