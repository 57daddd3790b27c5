"""Whose a thing is now that a member who was merged has left: what was theirs is found as whose they became.

Only those who were merged are joined, ``m``: they are few, and to join all members costs as much as what is asked.
"""


def owner(column: str) -> str:
    """Return who has now what ``column`` names a member of; beside it stands ``merged``."""
    return f"coalesce(m.merged_into, {column})"


def merged(column: str) -> str:
    return f"left join members m on m.tenant_id = $1 and m.merged_into is not null and m.id = {column}"
