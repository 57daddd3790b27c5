"""Templates: what is written to many, with variables, by language and where it differs by channel.

Table: ``templates``.
"""
