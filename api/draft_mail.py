"""The link of an application that somebody has begun, by mail: sealed until it leaves.

Address and link wait in the outbox for some seconds, or for days when the mail server is away. Whoever reads the
database or a copy of it meanwhile finds neither: only a process that knows the installation's secret can open them.
"""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from hashlib import shake_256

from api.settings import Settings
from engine.errors import InvalidInputError
from engine.outbox import Mail

_SALT, _MARK = 16, 32  # bytes


def seal(settings: Settings, address: str, secret: str) -> str:
    """What waits in the outbox."""
    content, salt = json.dumps([address, secret]).encode(), secrets.token_bytes(_SALT)
    hidden = _padded(settings, salt, content)
    return urlsafe_b64encode(salt + _mark(settings, salt + hidden) + hidden).decode()


def opened(settings: Settings, mail: Mail) -> Mail:
    """The mail with its address and with the path within the site that it leads to.

    Raises:
        InvalidInputError: it was sealed under another secret of the installation.
    """
    sealed = urlsafe_b64decode(str(mail.payload.get("sealed", "")))
    salt, mark, hidden = sealed[:_SALT], sealed[_SALT : _SALT + _MARK], sealed[_SALT + _MARK :]
    if not hmac.compare_digest(mark, _mark(settings, salt + hidden)):
        raise InvalidInputError(
            "expected a mail sealed under this installation's MOTCUA_SECRET_KEY, found one sealed under another",
            "Thư được niêm bằng khóa khác của hệ thống.",
        )
    address, secret = json.loads(_padded(settings, salt, hidden))
    return replace(mail, address=address, payload={"path": f"/applications/{secret}", **mail.payload})


def _padded(settings: Settings, salt: bytes, content: bytes) -> bytes:
    """The content under a pad that is used once; doing it twice gives it back."""
    pad = shake_256(_key(settings, "pad") + salt).digest(len(content))
    return bytes(one ^ other for one, other in zip(content, pad, strict=True))


def _mark(settings: Settings, hidden: bytes) -> bytes:
    return hmac.digest(_key(settings, "mark"), hidden, "sha256")


def _key(settings: Settings, use: str) -> bytes:
    return hmac.digest(settings.secret_key.encode(), f"link of a draft by mail, {use}".encode(), "sha256")
