"""What is said and given to many members: broadcasts and journeys, whom they were for, and what came of it.

Tables: ``campaigns``, ``campaign_recipients``, ``campaign_figures`` and ``letter_purchases``.
"""
