"""Letters of a bundle: templates that may be printed and are, and receipts that can name a day."""

from collections.abc import Iterator
from typing import Final

from engine.feel import nearest_name
from engine.model import Finding
from engine.runtime.coming import CLOSED, RUNNING, Coming
from engine.runtime.rules import rule
from engine.runtime.subject import Subject
from forms.letter_data import LetterKind
from forms.letter_source import RefusedTemplate, read_template

TEMPLATE = rule(
    "letter-template",
    ("Mẫu văn bản không in được: {found_vi}.", "The template cannot be printed: {found}."),
    ("Sửa theo docs/for-designers/letters.md.", "Correct it after docs/for-designers/letters.md."),
)
UNUSED = rule(
    "letter-unused",
    ("Không văn bản nào dùng mẫu “{found}”.", 'No letter is printed with the template "{found}".'),
    ("Đặt tên mẫu là một trong: {names}{near}.", "Call it one of: {names}{near}."),
    error=False,
)
NO_DUE_DATE = rule(
    "letter-before-acceptance",
    (
        "Giấy tiếp nhận ở đây chưa có ngày hẹn trả: hồ sơ chưa được tiếp nhận.",
        "The receipt has no due date here: the dossier cannot have been accepted.",
    ),
    (
        'Đặt lên phần tử có motcua:clock effect="accept", hoặc sau đó.',
        'Put it on the element with motcua:clock effect="accept", or behind it.',
    ),
)
_NAMES: Final = ", ".join(LetterKind)


def findings(subject: Subject, coming: Coming) -> Iterator[Finding]:
    """What is wrong with the letters."""
    for key, source in subject.bundle.letters.items():
        path = f"forms/letters/{key}.typ"
        try:
            read_template(source)
        except RefusedTemplate as refusal:
            yield TEMPLATE.at(path, refusal.line or 0, found_vi=refusal.text.vi, found=refusal.text.get("en"))
        if key not in set(LetterKind):
            near = nearest_name(key, set(LetterKind))
            yield UNUSED.at(path, found=key, names=_NAMES, near=f" ({near}?)" if near else "")
    if subject.sound:
        yield from _receipts(subject, coming)


def _receipts(subject: Subject, coming: Coming) -> Iterator[Finding]:
    for element in subject.elements.values():
        receipt = any(letter.key == LetterKind.RECEIPT for letter in element.letters)
        known = coming.after(element.id)
        if receipt and known and not known & {RUNNING, CLOSED}:
            yield NO_DUE_DATE.at(*subject.place(element))
