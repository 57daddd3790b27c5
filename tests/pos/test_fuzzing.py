"""Schemathesis throws at each endpoint what its description allows, and what it does not."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from tests.pos.conftest import Cast

from plushka.delivery.pos.openapi import describe
from plushka.delivery.pos.purchases import commit_purchases
from plushka.delivery.pos.routes import ENDPOINTS

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
schema = schemathesis.openapi.from_dict(describe(ENDPOINTS))


@schema.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(case: Any, running: str, cast: Cast) -> None:
    # A batch is answered 200 whatever its receipts are: each is refused on its own.
    is_batch = case.operation.path == commit_purchases.path
    case.call_and_validate(
        base_url=running,
        headers={"Authorization": f"Bearer {cast.anna.secret}"},
        checks=CHECKS if is_batch else [*CHECKS, negative_data_rejection],
    )
