"""Keep the catalogues of messages in step with the code: ``python -m plushka.platform.catalogs``.

Babel reads the messages out of the code and the templates; a translation is never guessed from a
similar one, so a changed message comes back untranslated, and a test says so.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parent.parent
TRANSLATED = ("ru",)

_HEADER = r"""msgid ""
msgstr ""
"Language: {language}\n"
"Plural-Forms: {plurals}\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.svg", "jinja2")]
_OPTIONS = {"**/templates/**": {"silent": "false"}}
_KEYWORDS = {**DEFAULT_KEYWORDS, "marked": None}


def catalog_path(language: str) -> Path:
    """Return where the catalogue of ``language`` lies."""
    return PACKAGE / "locales" / language / "LC_MESSAGES" / "plushka.po"


def extracted() -> Catalog:
    """Return the messages of the source as it is now.

    :raises jinja2.TemplateSyntaxError: a template does not compile.
    """
    catalog = Catalog(project="Plushka", charset="utf-8")
    found = extract_from_dir(str(PACKAGE), _METHODS, _OPTIONS, _KEYWORDS, strip_comment_tags=True)
    for path, _line, message, comments, context in found:
        catalog.add(message, locations=[(path, 0)], auto_comments=comments, context=context)
    return catalog


def read(language: str) -> Catalog:
    """Return the catalogue of ``language`` as it stands on disk, empty when there is none."""
    path = catalog_path(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def untranslated(catalog: Catalog) -> Iterator[Message]:
    """Yield the messages of ``catalog`` without a finished translation in every plural form."""
    for message in catalog:
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and (message.fuzzy or not all(forms)):
            yield message


def update(language: str) -> Catalog:
    """Bring the catalogue of ``language`` into step with the source and write it; messages gone are dropped."""
    catalog = read(language)
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    write(catalog)
    return catalog


def write(catalog: Catalog) -> None:
    """Write the catalogue without dates and line numbers, so that the file changes only when a message does."""
    path = catalog_path(str(catalog.locale))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(_HEADER.format(language=catalog.locale, plurals=catalog.plural_forms).encode())
        write_po(file, catalog, width=110, sort_by_file=True, include_lineno=False, omit_header=True)


def main() -> None:
    for language in TRANSLATED:
        catalog = update(language)
        missing = [message.id for message in untranslated(catalog)]
        report = [f"{language}: {len(catalog)} messages, {len(missing)} to translate", *map(str, missing)]
        sys.stdout.write("\n".join(report) + "\n")


if __name__ == "__main__":
    main()
