"""Every template compiles: an error must not wait for the one who opens the page."""

import pytest

from plushka.delivery.office.context import PAGES

TEMPLATES = PAGES.environment.list_templates(extensions=["html"])


def test_there_are_templates() -> None:
    assert "own/receipts/receipt.html" in TEMPLATES
    assert "web/base.html" in TEMPLATES


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles(name: str) -> None:
    PAGES.environment.get_template(name)
