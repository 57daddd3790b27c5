"""Control groups and what they prove: who is held out, how small an effect can be seen, and what there was.

Pure, as the engine is: members' groups can be recomputed, figures come from whole sums. Statistics are ``float``, for a
square root and a quantile have no exact value; every sum they are worked out from is an integer, and nothing that is
worked out here is booked (``docs/algorithms/experiments.md``).
"""
