"""Whose a thing is now that a member who was merged has left: what was theirs is found as whose they became."""

OWNED = "select coalesce(m.merged_into, m.id) as member_id"
"""Stands before what else is selected."""
OWNER = "join members m on m.tenant_id = $1 and m.id ="
"""Stands before the column that names the member."""
