"""What is wrong with a row of an imported file, in words."""

from plushka.domain.members.imports.model import Column, Problem
from plushka.platform.i18n import Language, format_points, marked, translator

_SENTENCES = {
    "identity_missing": marked(
        "No phone, card, e-mail or external id: nobody to find again. The row was left out."
    ),
    "import_repeated": marked("{typed} is already in row {row}. This row was left out."),
    "identity_taken": marked(
        "{typed} belongs to another member than the rest of the row. The row was left out."
    ),
    "import_balance_unreadable": marked("“{typed}” is no number of points. The row was left out."),
    "import_balance_negative": marked("The balance is below zero: {typed}. The row was left out."),
    "import_balance_known": marked("A balance was brought in before, {points}; this one was not added."),
    "phone_invalid": marked("“{typed}” is no phone number. The rest of the row was taken."),
    "email_invalid": marked("“{typed}” is no e-mail. The rest of the row was taken."),
    "identity_too_long": marked("“{typed}” is too long. The rest of the row was taken."),
    "identity_empty": marked("“{typed}” names nobody. The rest of the row was taken."),
    "import_date_unreadable": marked("“{typed}” is no date. The rest of the row was taken."),
    "import_date_unlikely": marked("The date {typed} cannot be right. The rest of the row was taken."),
    "import_tier_unknown": marked("The programme has no tier “{typed}”. The rest of the row was taken."),
    "import_discount_unreadable": marked(
        "“{typed}” is no discount from 0 to 100%. The rest of the row was taken."
    ),
    "import_consent_unreadable": marked("“{typed}” is neither yes nor no. The rest of the row was taken."),
    "import_name_too_long": marked("The name is too long. The rest of the row was taken."),
    "import_tags_too_long": marked("The tags are too long or too many. The rest of the row was taken."),
}
PROBLEM_CODES = frozenset(_SENTENCES)
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


def problem_sentence(problem: Problem, language: Language, *, scale: int) -> str:
    """Return what is wrong and what became of it; ``scale`` is that of the programme's points."""
    return translator(language).gettext(
        _SENTENCES[problem.code],
        typed=problem.typed[:TYPED_SHOWN],
        row=problem.row,
        points=format_points(problem.points, scale, language),
    )
