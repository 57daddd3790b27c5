"""Groups of members by how they buy: now, month by month, by scores, and their bounds."""
