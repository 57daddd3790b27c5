"""Where letters of campaigns are listed."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

PATH = "/campaigns/letters"


def letters_url(**filters: str | UUID | date | None) -> str:
    """Return where letters are listed; a filter that is empty is none, ``from_`` is ``from``."""
    pairs = {name.rstrip("_"): str(value) for name, value in filters.items() if value}
    return f"{PATH}?{urlencode(pairs)}"
