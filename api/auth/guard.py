"""Stands before every view: is it declared, who is asking, may they, and is it a page of ours that asks?"""

import ipaddress

import structlog
from flask import Flask, current_app, request
from flask_wtf import CSRFProtect
from werkzeug.exceptions import BadRequest

from api.auth.access import Access, access_of
from api.auth.errors import ForgedRequestError, NotSignedInError
from api.auth.identity import identity
from api.settings import Settings
from engine.errors import NotAllowedError

_UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")

csrf = CSRFProtect()
log = structlog.get_logger(__name__)


def install(app: Flask, settings: Settings) -> None:
    """Guard the application, and make its cookie as strict as browsers allow."""
    app.config.update(
        # The prefix makes browsers insist on Secure, on Path=/ and on this very host.
        SESSION_COOKIE_NAME="__Host-motcua" if settings.https else "motcua",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        WTF_CSRF_CHECK_DEFAULT=False,  # `_check` below decides when
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form may stay open all day
    )
    csrf.init_app(app)
    app.before_request(_check)


def is_api(path: str) -> bool:
    """Whether programs, not people, read what this path answers."""
    return path.startswith("/api/v1/") or path in {"/healthz", "/readyz", "/metrics"}


def _check() -> None:
    if request.endpoint is None:
        return  # no such page: Flask says so
    access = access_of(current_app, request.endpoint)
    if access is None:
        log.error("route.undeclared", endpoint=request.endpoint)
        raise NotAllowedError(
            f"nobody has declared who may use {request.endpoint}; so nobody may", "Chức năng này chưa được mở."
        )
    if not _admits(access):
        _refuse(access)
    if request.method in _UNSAFE:
        _refuse_forgery()


def _admits(access: Access) -> bool:
    if access.kind == "public":
        return True
    if access.kind == "operator-or-this-machine" and _from_this_machine():
        return True
    return access.admits(identity().actor)


def _refuse(access: Access) -> None:
    if identity().actor is None:
        raise NotSignedInError(
            f"expected somebody of: {access}; found nobody; send an access token or sign in",
            "Cần đăng nhập để dùng chức năng này.",
        )
    raise NotAllowedError(
        f"expected somebody of: {access}; you are not",
        "Tài khoản này không có quyền dùng chức năng này.",
        allowed=str(access),
    )


def _refuse_forgery() -> None:
    """A cookie travels with requests that other sites cause, so they have to show a token from one of our pages.

    A header with a token or link does not travel by itself, and an API request of nobody has nothing to abuse.
    """
    if is_api(request.path) and not identity().by_cookie:
        return
    try:
        csrf.protect()
    except BadRequest as problem:
        raise ForgedRequestError(
            f"expected the page's token in the field csrf_token or the header X-CSRFToken; {problem.description} "
            "Reload the page and try again.",
            "Trang đã mở quá lâu hoặc yêu cầu không hợp lệ. Hãy tải lại trang và thử lại.",
        ) from None


def _from_this_machine() -> bool:
    """A request from this very machine that no proxy has passed on (a proxy on it would make all look local)."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
