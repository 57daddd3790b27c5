"""What members are told: which message, to whom, what became of it; and what they and staff write to each other.

Tables: ``outgoing``, ``chat_messages`` and ``dead_addresses``; ``gateways`` has its own.
"""
