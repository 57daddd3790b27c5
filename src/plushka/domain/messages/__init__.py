"""What members are told: which message, to whom, what became of it.

Table: ``outgoing``.
"""
