"""Passwords: kept as argon2id hashes, checked in the same time whether the person exists or not."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.errors import InvalidInputError

SHORTEST = 10
LONGEST = 256  # characters; more would only feed the hash function's appetite

_HASHER = PasswordHasher()  # argon2id with the parameters of RFC 9106, low memory


def hash_password(password: str) -> str:
    """The hash to keep of a password.

    Raises:
        InvalidInputError: the password is shorter or longer than allowed.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInputError(
            f"Expected a password of {SHORTEST} to {LONGEST} characters, found {len(password)}. Choose another one.",
            f"Mật khẩu phải có từ {SHORTEST} đến {LONGEST} ký tự (hiện có {len(password)}). Hãy chọn mật khẩu khác.",
        )
    return _HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether the password is the one that was hashed; an empty hash (no password) matches nothing.

    It takes as long for an empty hash as for a real one, so that the answer's time does not tell who exists.
    """
    try:
        right = _HASHER.verify(password_hash or _nobodys_hash(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return right and bool(password_hash)


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("nobody has this password")
