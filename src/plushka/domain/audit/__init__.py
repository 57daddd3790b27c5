"""Who changed what, when. Owns ``audit_entries``: written in the transaction of the change, never altered."""
