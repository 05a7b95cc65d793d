"""Sends mails by SMTP. Off until MOTCUA_SMTP_URL names a server; notices stand in the pages either way."""

import logging
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import quote, urlsplit
from uuid import UUID

from sqlalchemy import Engine

from api import draft_mail
from api.settings import Mail as Server
from api.settings import Settings
from engine import mail, outbox
from engine.document_store import DocumentStore, StoreAwayError
from engine.errors import InvalidInputError
from engine.notice_texts import for_applicant, for_draft, for_officer
from engine.outbox import Mail
from engine.persistence import documents
from engine.persistence.transaction import reading
from engine.platform import Platform

log = logging.getLogger(__name__)

PATIENCE = 20  # seconds for each answer of the server
LARGEST_LETTER = 8 * 1024 * 1024  # bytes
SETTINGS_PATH = "/account/notices"
_BOTH = ("vi", "en")  # an applicant's language is unknown


@dataclass(frozen=True)
class Sent:
    """What one round did: mails that the server took, and others."""

    sent: int = 0
    failed: int = 0


def jobs(db: Engine, platform: Platform, settings: Settings) -> Sequence[Callable[[], None]]:
    """What the ticker does about mail: nothing where no server is named."""
    if not settings.mail.host:
        return ()

    def send() -> None:
        done = send_pending(db, platform, settings)
        if done.sent or done.failed:
            log.info("mailed: %d sent, %d failed", done.sent, done.failed)

    return (send,)


def send_pending(db: Engine, platform: Platform, settings: Settings, limit: int = 100) -> Sent:
    """Send up to `limit` mails that are due. Any number of processes may do so at once: each claims its own.

    A server that cannot be reached costs no mail an attempt; the next round tries again.
    """
    outbox.fill(db, platform)
    if not outbox.anything_due(db, platform.now()):
        return Sent()
    done = Sent()
    try:
        with _connected(settings.mail) as server:
            while done.sent + done.failed < limit and (claimed := outbox.claim(db, platform)) is not None:
                taken = _deliver(db, platform, settings, server, claimed)
                done = Sent(done.sent + taken, done.failed + (not taken))
    except (OSError, smtplib.SMTPException) as problem:
        log.warning("expected the mail server to answer, found %s; the next round tries again", _told(problem, ""))
    return done


def _deliver(db: Engine, platform: Platform, settings: Settings, server: smtplib.SMTP, claimed: Mail) -> bool:
    """Send one mail; whether the server took it.

    Raises:
        OSError, SMTPException: the connection is lost (the mail is tried again later).
    """
    try:
        if claimed.of_draft:
            claimed = draft_mail.opened(settings, claimed)
        message = compose(claimed, platform, settings)
        _enclose(message, db, settings, claimed)
        server.send_message(message, settings.mail.sender, [claimed.address])
    except InvalidInputError as problem:
        outbox.failed(db, platform, claimed, problem.message, for_good=True)
        return False
    except StoreAwayError as problem:
        outbox.failed(db, platform, claimed, problem.message)
        return False
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as refusal:
        outbox.failed(db, platform, claimed, _told(refusal, claimed.address), for_good=_for_good(refusal))
        return False
    except (OSError, smtplib.SMTPException) as problem:
        outbox.failed(db, platform, claimed, _told(problem, claimed.address))
        raise
    outbox.sent(db, platform, claimed)
    return True


def compose(claimed: Mail, platform: Platform, settings: Settings) -> EmailMessage:
    """The mail as it leaves: an officer's in their language, a citizen's in both.

    Raises:
        InvalidInputError: the recipient has no usable address.
    """
    to_citizen = claimed.to_applicant or claimed.of_draft
    say = for_applicant if claimed.to_applicant else for_draft if claimed.of_draft else for_officer
    langs = _BOTH if to_citizen else (claimed.lang if claimed.lang in _BOTH else "vi",)
    said = [(lang, say(claimed.kind, claimed.payload, claimed.subject, lang, platform.zone)) for lang in langs]
    # an applicant's own link is a secret that the site keeps only a digest of; the public look-up it knows
    path = f"/follow?code={quote(claimed.subject.code)}" if claimed.to_applicant else said[0][1].path
    envelope = mail.Envelope(
        sender=settings.mail.sender,
        recipient=claimed.address,
        message_id=mail.message_id(claimed.notice_id, claimed.recipient, _host(settings)),
        sent_at=platform.now(),
        link=settings.public_url + path,
        settings_link="" if to_citizen else settings.public_url + SETTINGS_PATH,
        confirm_link=f"{settings.public_url}/mail/{claimed.token}" if claimed.token else "",
    )
    return mail.build(said, envelope)


def _enclose(message: EmailMessage, db: Engine, settings: Settings, claimed: Mail) -> None:
    """Put the letter that a notice tells of into the mail, unless it is so large that servers would refuse it.

    Raises:
        StoreAwayError: the store does not answer.
    """
    named = claimed.payload.get("document")
    if not claimed.to_applicant or not isinstance(named, str):
        return
    with reading(db) as session:
        row = documents.get(session, UUID(named))
    if row is None or row.size > LARGEST_LETTER:
        return
    content = b"".join(DocumentStore(settings.papers.place(settings.store)).read(row.sha256))
    maintype, _slash, subtype = row.media_type.partition("/")
    message.add_attachment(content, maintype=maintype, subtype=subtype, filename=row.filename)


@contextmanager
def _connected(server: Server) -> Iterator[smtplib.SMTP]:
    """A session with the server, ended politely where it still listens."""
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=PATIENCE, context=ssl.create_default_context()
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
    with connection:
        if server.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
        if server.username:
            connection.login(server.username, server.password)
        yield connection


def _for_good(refusal: smtplib.SMTPException) -> bool:
    """Whether the server will never take this mail: a 5xx about the recipient or the content, not about us."""
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in refusal.recipients.values())
    return isinstance(refusal, smtplib.SMTPDataError) and refusal.smtp_code >= 500


def _told(problem: Exception, address: str) -> str:
    """What went wrong, for operators, without whose mail it was."""
    text = f"{type(problem).__name__}: {problem}"
    return (text.replace(address, "…") if address else text)[:500]


def _host(settings: Settings) -> str:
    return urlsplit(settings.public_url).hostname or "localhost"
