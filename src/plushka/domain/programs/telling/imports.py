"""What is wrong with a row of an imported file, in words."""

from collections.abc import Sequence

from plushka.domain.members.imports.model import Column, Problem
from plushka.platform.i18n import Language, format_points, marked, translator

_SENTENCES = {
    "identity_missing": marked("No phone, card, e-mail or external id: nobody to find again."),
    "import_repeated": marked("{typed} is already in row {row}."),
    "identity_taken": marked("{typed} belongs to another member than the rest of the row."),
    "import_balance_unreadable": marked("“{typed}” is no number of points."),
    "import_balance_negative": marked("The balance is below zero: {typed}."),
    "import_balance_known": marked("A balance was brought in before, {points}; this one was not added."),
    "consent_suppressed": marked(
        "They asked to be deleted before: only they themselves can agree to offers, in the app or the bot."
    ),
    "phone_invalid": marked("“{typed}” is no phone number."),
    "email_invalid": marked("“{typed}” is no e-mail."),
    "identity_too_long": marked("“{typed}” is too long."),
    "identity_empty": marked("“{typed}” names nobody."),
    "import_date_unreadable": marked("“{typed}” is no date."),
    "import_date_unlikely": marked("The date {typed} cannot be right."),
    "import_tier_unknown": marked("The programme has no tier “{typed}”."),
    "import_discount_unreadable": marked("“{typed}” is no discount from 0 to 100%."),
    "import_consent_unreadable": marked("“{typed}” is neither yes nor no."),
    "import_name_too_long": marked("The name is too long."),
    "import_tags_too_long": marked("The tags are too long or too many."),
}
PROBLEM_CODES = frozenset(_SENTENCES)
_TAKEN_WHOLE = frozenset({"import_balance_known"})
"""What is told of a row in which nothing is wrong."""
TYPED_SHOWN = 60

COLUMN_NAMES: dict[Column, str] = {
    Column.NAME: marked("Member's name"),
    Column.LAST_NAME: marked("Surname"),
    Column.FIRST_NAME: marked("First name"),
    Column.MIDDLE_NAME: marked("Middle name"),
    Column.PHONE: marked("Phone"),
    Column.CARD: marked("Card"),
    Column.EMAIL: marked("E-mail"),
    Column.EXTERNAL: marked("External id"),
    Column.BIRTHDAY: marked("Birthday"),
    Column.BALANCE: marked("Balance"),
    Column.TIER: marked("Tier"),
    Column.DISCOUNT: marked("Personal discount"),
    Column.TAGS: marked("Tags"),
    Column.ENROLLED: marked("Enrolled on"),
    Column.PERSONAL_DATA: marked("Consent to personal data"),
    Column.MARKETING: marked("Consent to marketing"),
}


def row_sentences(problems: Sequence[Problem], language: Language, *, scale: int) -> str:
    """Return all that is wrong with a row and what becomes of it, nothing if nothing is wrong.

    It is read before an import as well as after one. ``scale`` is that of the programme's points.
    """
    words = translator(language)
    told = [
        words.gettext(
            _SENTENCES[problem.code],
            typed=problem.typed[:TYPED_SHOWN],
            row=problem.row,
            points=format_points(problem.points, scale, language),
        )
        for problem in problems
    ]
    if any(problem.is_fatal for problem in problems):
        told.append(words.gettext("This row is left out."))
    elif any(problem.code not in _TAKEN_WHOLE for problem in problems):
        told.append(words.gettext("The rest of the row counts."))
    return " ".join(told)
