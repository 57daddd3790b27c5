"""By what SMS, mail and push leave a business: who carries them, with which secrets, and how it was found last.

Tables: ``gateways``, ``gateway_posts``, ``gateway_hearings`` and ``return_mailboxes``.
"""
