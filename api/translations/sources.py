"""Finds every sentence that code and templates say, and brings the catalogues up to date with them:

    python -m api.translations.sources

A new sentence then stands in the catalogue without a translation, and the test of the catalogue names it.
"""

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from api.translations import FOLDER, LANGUAGES, SOURCE, catalogue

METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy": None, "lazy_gettext": None}
HEADER = """msgid ""
msgstr ""
"Language: {lang}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
OPTIONS = {"templates/**.html": {"trimmed": "true"}}


def messages() -> Catalog:
    """Every sentence of the package `api`, with the file it stands in."""
    found = Catalog(locale=SOURCE, project="motcua", charset="utf-8")
    for name, _line, message, comments, context in extract_from_dir(
        FOLDER.parent, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        found.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return found


def update(lang: str) -> list[str]:
    """Bring one catalogue up to date; the sentences that still lack a translation."""
    template = messages()
    kept = catalogue(lang)
    kept.update(template, no_fuzzy_matching=True, update_header_comment=False)
    kept.obsolete.clear()
    with (FOLDER / lang / "LC_MESSAGES" / "messages.po").open("wb") as target:
        target.write(HEADER.format(lang=lang).encode())
        write_po(target, kept, width=110, sort_output=True, omit_header=True, include_lineno=False)
    return [str(message.id) for message in kept if message.id and not _translated(message.string)]


def _translated(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


if __name__ == "__main__":
    for each in LANGUAGES:
        if each != SOURCE:
            for missing in update(each):
                print(f"{each}: no translation of {missing!r}")  # noqa: T201 - a tool for the terminal
