"""Members: the list, one member, what may be done to them."""
