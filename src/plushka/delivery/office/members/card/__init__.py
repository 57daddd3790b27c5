"""The card of one member: what they have, who they are, what happened, and what can be done about it."""
