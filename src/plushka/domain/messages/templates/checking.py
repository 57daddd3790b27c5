"""What is wrong in a template, each thing by its place: before it is saved, and before a campaign sends by it."""

from collections.abc import Collection, Iterator, Sequence

from plushka.domain.events.model import EventKind
from plushka.domain.messages.model import Channel
from plushka.domain.messages.templates.links import may_lead
from plushka.domain.messages.templates.model import (
    CAPTION_LENGTH_MAX,
    LABEL_LENGTH_MAX,
    SUBJECT_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    Body,
    Problem,
    Template,
    Words,
)
from plushka.domain.messages.templates.text import holes, take_apart
from plushka.domain.messages.templates.variables import (
    FIELD_PREFIX,
    LINKS,
    OWN,
    TOLD_BY,
    VARIABLES,
    field_of,
)
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
            if button.link and not may_lead(button.link):
                problems.append(Problem("link_impossible", language, what=button.link))
    return tuple(problems)


def find_missing(template: Template, given: Collection[str]) -> tuple[Problem, ...]:
    """Return the variables that nobody gives a value: a campaign of such a template must not begin.

    ``given`` are the campaign's own; those of members are looked up, and whoever has none is skipped then.
    """
    return tuple(
        Problem("value_missing", language, channel, hole.name, hole.position)
        for language, channel, text in _said(template.body)
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
            for _, _, text in _said(body)
            for hole in holes(text)
            if hole.fallback is None
            and hole.name in VARIABLES
            and VARIABLES[hole.name].may_be_missing
            and not (has_address and hole.name in LINKS)
        )
    )


def list_names(body: Body) -> frozenset[str]:
    """Return all variables that are named, in texts and in links."""
    texts = [*(text for _, _, text in _said(body)), *(button.link for button in body.buttons)]
    return frozenset(hole.name for text in texts for hole in holes(text))


def list_absent_fields(body: Body, kinds: Sequence[EventKind]) -> Sequence[str]:
    """Return the variables of events' fields that none of the kinds has: they never have a value."""
    known = {field.name for kind in kinds for field in kind.fields}
    return sorted(name for name in list_names(body) if (field := field_of(name)) and field not in known)


def list_uncertain_fields(body: Body, kind: EventKind) -> Sequence[str]:
    """Return the variables of fields that not every event of the kind has, and that have no word instead."""
    uncertain = {FIELD_PREFIX + field.name for field in kind.fields if not field.is_required}
    bare = {hole.name for _, _, text in _said(body) for hole in holes(text) if hole.fallback is None}
    return sorted(uncertain & bare)


def _said(body: Body) -> Iterator[tuple[Language, Channel | None, str]]:
    """Yield all texts in which a variable without a value keeps the letter from being sent."""
    for language, words in body.words.items():
        for channel, text in _texts(words):
            yield language, channel, text


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
