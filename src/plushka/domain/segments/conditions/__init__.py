"""Each condition of an audience as SQL: what it joins to members ``m``, and what it asks of the joined rows.

Each thing joined has one row a member at most and is joined by equality, so that PostgreSQL hashes it, whatever it
believes of its size: a condition costs one pass over its table, and “or” and “not” cost nothing more.
"""
