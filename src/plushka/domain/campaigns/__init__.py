"""What is said and given to many members: broadcasts and journeys, whom they were for, and what came of it.

Tables: ``campaigns`` and ``campaign_recipients``.
"""
