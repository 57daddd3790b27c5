"""Refusals that go from one process to another."""

import pickle

from plushka.domain.ledger.model import InsufficientPoints
from plushka.engine.evaluate import ReceiptPointsOverMaximum


def test_a_refusal_is_the_same_in_another_process() -> None:
    for refusal in (
        ReceiptPointsOverMaximum(field="lines", points_max=7),
        InsufficientPoints(available=1, points=2),
    ):
        there = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - of our own making
        assert type(there) is type(refusal)
        assert (there.field, there.facts, str(there)) == (refusal.field, refusal.facts, str(refusal))
