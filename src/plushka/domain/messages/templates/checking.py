"""What is wrong in a template, each thing by its place: before it is saved, and before a campaign sends by it."""

from collections.abc import Collection, Iterator, Sequence
from urllib.parse import urlsplit

from plushka.domain.messages.model import Channel
from plushka.domain.messages.templates.model import (
    CAPTION_LENGTH_MAX,
    LABEL_LENGTH_MAX,
    LINK_LENGTH_MAX,
    SUBJECT_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    Body,
    Problem,
    Template,
    Words,
)
from plushka.domain.messages.templates.text import holes, take_apart
from plushka.domain.messages.templates.variables import LINKS, OWN, TOLD_BY, VARIABLES
from plushka.platform.i18n import Language


def find_problems(body: Body, *, has_picture: bool = False) -> tuple[Problem, ...]:
    """Return what keeps words from being saved."""
    spoken = {language: words for language, words in body.words.items() if words != Words()}
    if not spoken:
        return (Problem("text_missing", next(iter(body.words), "ru")),)
    problems: list[Problem] = []
    for language, words in spoken.items():
        problems += _of_words(words, language, has_picture=has_picture)
        for button in body.buttons:
            if not 0 < len(button.labels.get(language, "")) <= LABEL_LENGTH_MAX:
                problems.append(Problem("label_missing", language, limit=LABEL_LENGTH_MAX))
            if button.link and not _is_link(button.link):
                problems.append(Problem("link_impossible", language, what=button.link))
    return tuple(problems)


def find_missing(template: Template, given: Collection[str]) -> tuple[Problem, ...]:
    """Return the variables that nobody gives a value: a campaign of such a template must not begin.

    ``given`` are the campaign's own; those of members are looked up, and whoever has none is skipped then.
    """
    return tuple(
        Problem("value_missing", language, channel, hole.name, hole.position)
        for language, words in template.body.words.items()
        for channel, text in _texts(words)
        for hole in holes(text)
        if hole.fallback is None and hole.name not in OWN and TOLD_BY.get(hole.name, hole.name) not in given
    )


def list_risks(body: Body, *, has_address: bool) -> Sequence[str]:
    """Return the variables that not every member has a value of, and that have no word instead.

    ``has_address``: of the app can be told, so that nobody lacks a link.
    """
    return list(
        dict.fromkeys(
            hole.name
            for words in body.words.values()
            for _, text in _texts(words)
            for hole in holes(text)
            if hole.fallback is None
            and VARIABLES[hole.name].may_be_missing
            and not (has_address and hole.name in LINKS)
        )
    )


def _texts(words: Words) -> Iterator[tuple[Channel | None, str]]:
    yield None, words.subject
    yield None, words.text
    yield from words.own.items()


def _of_words(words: Words, language: Language, *, has_picture: bool) -> Iterator[Problem]:
    if not words.text:
        yield Problem("text_missing", language)
    if len(words.subject) > SUBJECT_LENGTH_MAX:
        yield Problem("subject_too_long", language, limit=SUBJECT_LENGTH_MAX)
    for channel, text in _texts(words):
        if len(text) > TEXT_LENGTH_MAX:
            yield Problem("text_too_long", language, channel, limit=TEXT_LENGTH_MAX)
        elif has_picture and len(text) > CAPTION_LENGTH_MAX and channel in (None, "telegram"):
            yield Problem("caption_too_long", language, channel, limit=CAPTION_LENGTH_MAX)
        for spot in take_apart(text)[1]:
            yield Problem(spot.fault, language, channel, spot.what, spot.position)


def _is_link(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return (
        len(link) <= LINK_LENGTH_MAX
        and parts.scheme == "https"
        and bool(parts.hostname)
        and not parts.username
    )
