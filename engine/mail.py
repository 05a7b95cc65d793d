"""Builds mails out of notices: plain text and simple HTML, nothing that runs and nothing that is fetched."""

import hashlib
import re
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from uuid import UUID

from engine.errors import InvalidInputError
from engine.notice_texts import Words

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_GREETING = {"vi": "Kính gửi Ông/Bà,", "en": "Dear Sir or Madam,"}
_TO_OFFICER = {"vi": "Kính gửi anh/chị,", "en": "Dear colleague,"}
_LINK = {"vi": "Xem tại:", "en": "See it at:"}
_CONFIRM = {
    "vi": "Muốn nhận thông báo và văn bản của hồ sơ này qua thư, hãy xác nhận địa chỉ tại:",
    "en": "To get notices and letters of this dossier by mail, confirm your address at:",
}
_OTHERWISE = {
    "vi": "Nếu Ông/Bà không nộp hồ sơ này, xin bỏ qua; sẽ không có thư nào nữa.",
    "en": "If you did not file this dossier, ignore this; there will be no further mail.",
}
_NO_ANSWER = {
    "vi": "Thư này được gửi tự động; xin đừng trả lời.",
    "en": "This mail was sent automatically; please do not answer it.",
}
_SETTINGS = {"vi": "Chọn cách nhận thông báo:", "en": "Choose how you are told:"}


@dataclass(frozen=True)
class Envelope:
    """What surrounds the words: who writes to whom, under which id, and where to go on.

    `settings_link` is the page where an officer chooses how to be told; empty for applicants.
    """

    sender: str
    recipient: str
    message_id: str
    sent_at: datetime
    link: str
    settings_link: str = ""
    confirm_link: str = ""  # for an address whose owner has not agreed yet


def checked_address(text: str) -> str:
    """A single plain mail address.

    Raises:
        InvalidInputError: it is anything else: several, one with a line break, one with a display name.
    """
    if not _ADDRESS.fullmatch(text):
        raise InvalidInputError(
            "expected one mail address such as name@example.vn, found something else; correct it",
            "Địa chỉ thư điện tử không hợp lệ.",
        )
    return text


def message_id(notice_id: UUID, recipient: str, host: str) -> str:
    """The id of a mail: the same for every attempt, so that a repetition can be recognised, and telling nothing."""
    whom = hashlib.sha256(recipient.encode()).hexdigest()[:8]
    short = b32encode(notice_id.bytes).decode().rstrip("=").lower()  # so that the header needs no folding
    return f"<{short}.{whom}@{host}>"


def build(said: Sequence[tuple[str, Words]], envelope: Envelope) -> EmailMessage:
    """A mail that says the same in each (language, words) pair, one after the other.

    Raises:
        InvalidInputError: the recipient is no plain mail address.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = envelope.sender
    mail["To"] = checked_address(envelope.recipient)
    mail["Subject"] = said[0][1].subject
    mail["Date"] = envelope.sent_at
    mail["Message-ID"] = envelope.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = ", ".join(lang for lang, _words in said)
    if envelope.settings_link:
        mail["List-Unsubscribe"] = f"<{envelope.settings_link}>"
    parts = [_paragraphs(lang, words, envelope) for lang, words in said]
    # quoted-printable: it passes every server, also one that takes seven bits only
    mail.set_content("\n\n---\n\n".join("\n\n".join(part) for part in parts) + "\n", cte="quoted-printable")
    page = "<hr>".join(_html(lang, part, words) for (lang, words), part in zip(said, parts, strict=True))
    whole = f'<!DOCTYPE html>\n<html lang="{said[0][0]}"><body>\n{page}</body></html>\n'
    mail.add_alternative(whole, subtype="html", cte="quoted-printable")
    return mail


def _paragraphs(lang: str, words: Words, envelope: Envelope) -> list[str]:
    asking = [f"{_CONFIRM[lang]} {envelope.confirm_link}", _OTHERWISE[lang]] if envelope.confirm_link else []
    closing = [*asking, f"{_LINK[lang]} {envelope.link}", _NO_ANSWER[lang]]
    greeting = _GREETING
    if envelope.settings_link:
        greeting = _TO_OFFICER
        closing.append(f"{_SETTINGS[lang]} {envelope.settings_link}")
    return [greeting[lang], f"{words.subject}.", *words.sentences, *closing]


def _html(lang: str, paragraphs: Sequence[str], words: Words) -> str:
    lines = "".join(f"<p>{_linked(paragraph)}</p>\n" for paragraph in paragraphs[2:])
    return f'<div lang="{lang}"><p>{paragraphs[0]}</p>\n<h1>{escape(words.subject)}</h1>\n{lines}</div>\n'


def _linked(paragraph: str) -> str:
    """A paragraph of ours that ends with an address of the site leads there."""
    text, _space, last = paragraph.rpartition(" ")
    known = {*_LINK.values(), *_SETTINGS.values(), *_CONFIRM.values()}
    return f'{escape(text)} <a href="{escape(last)}">{escape(last)}</a>' if text in known else escape(paragraph)
