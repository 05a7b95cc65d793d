"""How often somebody may try. Counted per process unless MOTCUA_RATE_LIMITS names a Redis."""

import hmac

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
# Links of drafts by mail: to one address, whoever asks, and of one draft.
_PER_RECIPIENT = parse("5/day")
_PER_DRAFT = parse("5/hour")


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


def count_link_by_mail(settings: Settings, recipient: str, secret: str) -> None:
    """Somebody asks for the link of a draft by mail; the counter holds neither the address nor the link.

    Raises:
        TooManyTriesError: with the seconds to wait in its details.
    """
    for item, kind, what in (
        (_PER_DRAFT, "links-of", secret),
        (_PER_RECIPIENT, "links-to", recipient.lower()),
    ):
        name = hmac.new(settings.secret_key.encode(), f"{kind} {what}".encode(), "sha256").hexdigest()
        if not limiter.limiter.hit(item, kind, name):
            raise TooManyTriesError(
                f"expected at most {item} such mails, found more; copy the link from the page instead",
                "Đã gửi quá nhiều thư đến địa chỉ này hoặc về bản nháp này; hãy chép lại đường dẫn trên trang.",
                retry_after=item.get_expiry(),
            )


def _counts(username: str) -> list[tuple[RateLimitItem, str, str]]:
    return [(_PER_ADDRESS, "sign-in-from", address()), (_PER_NAME, "sign-in-as", username.strip().lower()[:64])]
