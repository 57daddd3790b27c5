"""What members are told: which message, to whom, what became of it; and what they and staff write to each other.

Tables: ``letter_rules``, ``channel_rules``, ``templates``, ``outgoing``, ``outgoing_tries``, ``dead_addresses`` and
``chat_messages``; ``gateways`` has its own.
"""
