"""Reports of one's own: a question read from the address, its form, its answer, what is saved and sent by the clock."""
