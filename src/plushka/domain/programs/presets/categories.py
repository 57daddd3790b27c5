"""The categories that a preset's rules name, made known to the catalog."""

from plushka.domain.catalog.model import Category
from plushka.domain.catalog.operations import upsert_categories
from plushka.domain.catalog.queries import list_categories
from plushka.domain.programs.presets.model import Preset
from plushka.platform.database import Tx
from plushka.platform.i18n import Language, translator


async def add_categories(tx: Tx, preset: Preset, language: Language) -> None:
    """Add the preset's categories that the catalog does not have; those it has keep their names and places."""
    known = {category.code for category in await list_categories(tx)}
    words = translator(language)
    missing = [
        Category(code=code, name=words.gettext(name))
        for code, name in sorted(preset.categories.items())
        if code not in known
    ]
    if missing:
        await upsert_categories(tx, missing)
