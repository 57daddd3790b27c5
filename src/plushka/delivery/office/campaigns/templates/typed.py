"""A template as its form types it, and back; what is wrong in its words, told beside the fields."""

from collections.abc import Mapping

from plushka.delivery.web.forms import Form
from plushka.domain.messages.model import CHANNELS, PURPOSE_NAMES, Channel
from plushka.domain.messages.templates.model import (
    BUTTONS_MAX,
    LABEL_LENGTH_MAX,
    LINK_LENGTH_MAX,
    NAME_LENGTH_MAX,
    SUBJECT_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    Body,
    Draft,
    Problem,
    TemplateButton,
    TemplateFaulty,
    Trouble,
    Words,
)
from plushka.platform.i18n import LANGUAGES, Language, Translator, format_number, marked

OWN_CHANNELS: tuple[Channel, ...] = tuple(channel for channel in CHANNELS if channel != "inbox")
TROUBLES: Mapping[Trouble, str] = {
    "text_missing": marked("Write something in this language, or leave all of it empty."),
    "text_too_long": marked("The text is too long: the most is {limit} characters."),
    "caption_too_long": marked("Under a picture the most is {limit} characters."),
    "subject_too_long": marked("The subject is too long: the most is {limit} characters."),
    "brace_alone": marked(
        "Character {position}: the brace “{what}” stands alone. To show a brace, type it twice."
    ),
    "variable_unknown": marked(
        "Character {position}: there is no variable “{what}”. Those that there are stand below."
    ),
    "fallback_too_long": marked("Character {position}: the word instead is too long in “{what}”."),
    "value_missing": marked("Character {position}: nobody gives a value to “{what}”."),
    "label_missing": marked("Each button needs a text in this language, {limit} characters at most."),
    "link_impossible": marked("A link begins with https://, and “{what}” does not lead anywhere."),
}


def read_draft(form: Form) -> Draft:
    """Return what was typed; what cannot be a template is noted in the form."""
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    purpose = form.choice("purpose", tuple(PURPOSE_NAMES)) or "marketing"
    return Draft(name, purpose, read_body(form))


def read_body(form: Form) -> Body:
    """Return the words that were typed, whatever they are."""
    words = {
        language: Words(
            text=_text(form, f"text_{language}"),
            subject=form.text(f"subject_{language}", required=False, length_max=SUBJECT_LENGTH_MAX),
            own={
                channel: text
                for channel in OWN_CHANNELS
                if (text := _text(form, f"text_{language}_{channel}"))
            },
        )
        for language in LANGUAGES
    }
    buttons = []
    for number in range(BUTTONS_MAX):
        labels: dict[Language, str] = {
            language: text
            for language in LANGUAGES
            if (text := form.text(f"label_{number}_{language}", required=False, length_max=LABEL_LENGTH_MAX))
        }
        link = form.text(f"link_{number}", required=False, length_max=LINK_LENGTH_MAX)
        if labels or link:
            buttons.append(TemplateButton(labels, link))
    return Body(
        {language: said for language, said in words.items() if said != Words()},
        tuple(buttons),
        asks_rating=form.flag("asks_rating"),
    )


def _text(form: Form, field: str) -> str:
    return form.text(field, required=False, length_max=TEXT_LENGTH_MAX).replace("\r\n", "\n")


def written(draft: Draft) -> dict[str, list[str]]:
    """Return a template as its form would have been typed."""
    typed: dict[str, list[str]] = {"name": [draft.name], "purpose": [draft.purpose]}
    for language in LANGUAGES:
        words = draft.body.words.get(language, Words())
        typed |= {f"text_{language}": [words.text], f"subject_{language}": [words.subject]}
        typed |= {f"text_{language}_{channel}": [words.own.get(channel, "")] for channel in OWN_CHANNELS}
    for number in range(BUTTONS_MAX):
        button = draft.body.buttons[number] if number < len(draft.body.buttons) else TemplateButton({})
        typed |= {f"label_{number}_{language}": [button.labels.get(language, "")] for language in LANGUAGES}
        typed[f"link_{number}"] = [button.link]
    typed["asks_rating"] = ["on"] if draft.body.asks_rating else []
    return typed


def note_problems(form: Form, faulty: TemplateFaulty, words: Translator) -> None:
    """Tell each problem at its own field."""
    for problem in faulty.problems:
        form.fail(_field(problem), told(problem, words))


def told(problem: Problem, words: Translator) -> str:
    """Return what is wrong, with its place."""
    return words.gettext(
        TROUBLES[problem.trouble],
        what=problem.what,
        position=format_number(problem.position + 1, words.language),
        limit=format_number(problem.limit, words.language),
    )


def _field(problem: Problem) -> str:
    if problem.trouble in ("label_missing", "link_impossible"):
        return "buttons"
    if problem.trouble == "subject_too_long":
        return f"subject_{problem.language}"
    return f"text_{problem.language}" + (f"_{problem.channel}" if problem.channel else "")
