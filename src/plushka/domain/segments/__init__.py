"""Which members are meant: conditions over members, lists, and groups by how they buy."""
