"""A business's own bots: which it has, what a person may say to one, and what comes of it.

Tables: ``bots``, ``bot_accounts``, ``bot_updates``, ``bot_talks``, ``staff_chats``, ``staff_chat_codes``,
``spend_questions`` and ``confirming_branches``.
"""
