"""How often somebody may try. Counted per process unless MOTCUA_RATE_LIMITS names a Redis."""

from flask import Flask, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse

from api.auth.errors import TooManyTriesError
from api.settings import Settings


def address() -> str:
    """Where the request comes from."""
    return request.remote_addr or "unknown"


limiter = Limiter(address, headers_enabled=True)

# Failed sign-ins: of one address for whatever names, and of one name from wherever.
_PER_ADDRESS = parse("20/minute")
_PER_NAME = parse("10/5minute")


def install(app: Flask, settings: Settings) -> None:
    """Count in the storage that the settings name."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.rate_limits
    app.config["RATELIMIT_STRATEGY"] = "moving-window"
    limiter.init_app(app)


def refuse_after_failures(username: str) -> None:
    """Refuse a sign-in after too many failed ones.

    Raises:
        TooManyTriesError: with the seconds to wait in its details.
    """
    for item, *key in _counts(username):
        if not limiter.limiter.test(item, *key):
            seconds = item.get_expiry()
            raise TooManyTriesError(
                f"expected at most {item} failed sign-ins, found more; try again in {seconds} seconds",
                f"Đăng nhập sai quá nhiều lần; hãy thử lại sau {seconds} giây.",
                retry_after=seconds,
            )


def count_failure(username: str) -> None:
    """A sign-in has failed."""
    for item, *key in _counts(username):
        limiter.limiter.hit(item, *key)


def _counts(username: str) -> list[tuple[RateLimitItem, str, str]]:
    return [(_PER_ADDRESS, "sign-in-from", address()), (_PER_NAME, "sign-in-as", username.strip().lower()[:64])]
