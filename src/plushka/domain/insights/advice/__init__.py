"""What to do next (F123): rules over figures of the business, each with the numbers behind it.

Owns ``advice_runs``, the figures as they were last counted, and ``advice_put_away``. Figures are counted by a job
(``counting``), the rules (``rules``) are pure and are asked when a page is opened.
"""
