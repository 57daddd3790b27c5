"""Every message has its Russian, every template compiles, and no catalogue lags behind the code."""

from string import Formatter

import pytest
from babel.messages.catalog import Message

from plushka.platform import catalogs


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def ids(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (str(message.id),)


@pytest.mark.parametrize("language", catalogs.TRANSLATED)
def test_every_message_is_translated(language: str) -> None:
    missing = [message.id for message in catalogs.untranslated(catalogs.read(language))]

    assert missing == []


@pytest.mark.parametrize("language", catalogs.TRANSLATED)
def test_the_catalogue_holds_what_the_code_and_the_templates_say(language: str) -> None:
    in_source = {(message.context, message.id) for message in catalogs.extracted() if message.id}
    in_catalogue = {(message.context, message.id) for message in catalogs.read(language) if message.id}

    assert in_catalogue == in_source, "run: python -m plushka.platform.catalogs"


@pytest.mark.parametrize("language", catalogs.TRANSLATED)
def test_a_translation_asks_for_no_value_that_the_message_lacks(language: str) -> None:
    for message in catalogs.read(language):
        known = set().union(*map(fields, ids(message)))
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(fields(str(form)) == known for form in forms), message.id
