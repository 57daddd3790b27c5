"""Mail by a server of SMTP."""
