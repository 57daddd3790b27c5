"""The demo's office opens without a password only where nobody but this machine can ask."""

from pathlib import Path

import pytest

from plushka.app import _demo_email
from plushka.demo import access
from plushka.demo.access import Access
from plushka.platform.settings import Settings


@pytest.mark.parametrize(
    ("environ", "is_open"),
    [
        ({}, True),
        ({"PLUSHKA_HOST": "localhost"}, True),
        ({"PLUSHKA_HOST": "::1"}, True),
        ({"PLUSHKA_HOST": "10.0.0.5"}, False),
        ({"PLUSHKA_HOST": "shop.example"}, False),
        ({"PLUSHKA_ENV": "production"}, False),
    ],
)
def test_on_loopback_and_not_in_production(tmp_path: Path, environ: dict[str, str], *, is_open: bool) -> None:
    settings = Settings.from_environment({"PLUSHKA_DATA": str(tmp_path), **environ})
    access.keep(settings, Access(email="demo@plushka.example", password="x", tills={}))
    assert (_demo_email(settings) is not None) == is_open
