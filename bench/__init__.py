"""What Plushka does in a second, measured on this machine: ``make bench``.

Everything that is compared is measured in one run, in turns, on one database with fsync on, so that a noisy
machine disturbs all sides alike.
"""
