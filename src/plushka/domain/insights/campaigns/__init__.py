"""What campaigns and promotions have caused: their groups compared (decision 0094).

Tables: ``experiments`` and ``experiment_sums``.
"""
