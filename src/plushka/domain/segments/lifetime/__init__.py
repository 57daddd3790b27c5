"""What members are expected to bring, and who has probably left: worked out by night, member by member.

Tables: ``lifetime_runs``, ``member_lifetimes``, ``lifetime_terms``. ``bgnbd``, ``gamma_gamma`` and ``foreseeing``
import numpy and scipy: only the worker imports them.
"""
