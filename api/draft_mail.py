"""The link of an application that somebody has begun, by mail: sealed until it leaves.

Address and link wait in the outbox for some seconds, or for days when the mail server is away. Whoever reads the
database or a copy of it meanwhile finds neither: only a process that knows the installation's secret can open them.
"""

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken

from api.settings import Settings
from engine.errors import InvalidInputError
from engine.outbox import Mail

_USE = b"link of a draft by mail: "  # the installation's secret has other uses, too


def seal(settings: Settings, address: str, secret: str) -> str:
    """What waits in the outbox."""
    return _seal_of(settings).encrypt(json.dumps([address, secret]).encode()).decode()


def opened(settings: Settings, mail: Mail) -> Mail:
    """The mail with its address and with the path within the site that it leads to.

    Raises:
        InvalidInputError: it was sealed under another secret of the installation.
    """
    try:
        address, secret = json.loads(_seal_of(settings).decrypt(str(mail.payload.get("sealed", ""))))
    except InvalidToken:
        raise InvalidInputError(
            "expected a mail sealed under this installation's MOTCUA_SECRET_KEY, found one sealed under another",
            "Thư được niêm bằng khóa khác của hệ thống.",
        ) from None
    return replace(mail, address=address, payload={"path": f"/applications/{secret}", **mail.payload})


def _seal_of(settings: Settings) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(_USE + settings.secret_key.encode()).digest()))
