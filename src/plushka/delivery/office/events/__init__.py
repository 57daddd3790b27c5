"""Events of members: their kinds, their list, and those of one member."""
