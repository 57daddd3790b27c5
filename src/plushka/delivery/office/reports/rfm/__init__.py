"""Who the buyers are by recency and frequency: scores, groups, and how members move between the groups."""
