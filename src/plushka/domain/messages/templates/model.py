"""A template, its words, and what can be wrong with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.messages.model import Channel, Purpose
from plushka.platform.errors import Conflict, Invalid, NotFound
from plushka.platform.i18n import Language

NAME_LENGTH_MAX = 100
SUBJECT_LENGTH_MAX = 120
TEXT_LENGTH_MAX = 3000
CAPTION_LENGTH_MAX = 1000
"""Of a text under a picture: what Telegram takes (1024) less what filling in adds."""
BUTTONS_MAX = 3
LABEL_LENGTH_MAX = 40
LINK_LENGTH_MAX = 500
TEMPLATES_MAX = 500


class Words(Struct, frozen=True, omit_defaults=True):
    """What is said in one language. ``subject`` is of mail and push; ``own`` are other texts for some channels."""

    text: str = ""
    subject: str = ""
    own: dict[Channel, str] = {}

    def text_for(self, channel: Channel) -> str:
        return self.own.get(channel) or self.text


class TemplateButton(Struct, frozen=True, omit_defaults=True):
    """A button by its label in each language: it opens ``link``, or the app if there is none."""

    labels: dict[Language, str]
    link: str = ""


class Body(Struct, frozen=True, omit_defaults=True):
    """All that is said, by language. ``asks_rating``: five buttons below rate the purchase that it is about."""

    words: dict[Language, Words] = {}
    buttons: tuple[TemplateButton, ...] = ()
    asks_rating: bool = False

    def language_for(self, language: Language, default: Language) -> Language | None:
        """Return the language to speak to whoever reads ``language``: theirs, the business's, any; None: no words."""
        spoken = [one for one in self.words if self.words[one].text]
        return next((one for one in (language, default, *spoken) if one in spoken), None)


class Draft(Struct, frozen=True):
    """A template as it is typed."""

    name: str
    purpose: Purpose
    body: Body


class Template(Struct, frozen=True):
    """A template of the business; ``picture_digest`` names its picture, empty: it has none."""

    id: UUID
    name: str
    purpose: Purpose
    body: Body
    picture_digest: str
    revision: int
    changed_at: datetime
    changed_by: str
    archived_at: datetime | None = None

    @property
    def draft(self) -> Draft:
        return Draft(self.name, self.purpose, self.body)


Trouble = Literal[
    "text_missing",
    "text_too_long",
    "caption_too_long",
    "subject_too_long",
    "brace_alone",
    "variable_unknown",
    "fallback_too_long",
    "value_missing",
    "label_missing",
    "link_impossible",
]
"""``value_missing``: nobody gives this variable a value."""


class Problem(Struct, frozen=True):
    """What is wrong in a template: where, ``what`` was written, at which ``position`` in the text (from 0)."""

    trouble: Trouble
    language: Language
    channel: Channel | None = None
    what: str = ""
    position: int = 0
    limit: int = 0


class UnknownTemplate(NotFound):
    code = "template_not_found"


class TemplateArchived(Conflict):
    code = "template_archived"


class TemplateChanged(Conflict):
    """Somebody else has saved it meanwhile."""

    code = "template_changed"


class TooManyTemplates(Conflict):
    code = "templates_too_many"


class TemplateFaulty(Invalid):
    """Something is wrong in its words; ``trouble`` of the first problem, and where."""

    code = "template_faulty"

    def __init__(self, problems: "tuple[Problem, ...]", *, field: str = "") -> None:
        self.problems = problems
        first = problems[0]
        super().__init__(
            field=field or f"text_{first.language}",
            trouble=first.trouble,
            what=first.what,
            position=first.position + 1,
        )


Values = Mapping[str, str]
