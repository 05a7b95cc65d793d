"""Errors as RFC 9457 problem details for programs, and as a page for people; in Vietnamese or English.

{"type": "urn:motcua:problem:stale-version", "title": "…", "status": 412, "detail": "…", "code": "stale-version",
 "errors": [{"pointer": "#/answers/area", "detail": "…"}], "request_id": "…", …facts of the error}
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import orjson
import structlog
from flask import Flask, Response, g, redirect, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from api.auth.errors import NotSignedInError
from api.auth.guard import is_api
from api.language import current_language
from api.schema_faults import in_vietnamese
from engine.errors import EngineError
from forms.answers import InvalidAnswers

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:motcua:problem:"
SIGN_IN_PATH = "/sign-in"

_TITLES_VI = {
    400: "Yêu cầu không đọc được.",
    404: "Không tìm thấy.",
    405: "Địa chỉ này không nhận loại yêu cầu đó.",
    406: "Không có định dạng được yêu cầu.",
    413: "Nội dung gửi lên quá lớn.",
    415: "Không nhận định dạng nội dung này.",
    422: "Dữ liệu gửi lên chưa hợp lệ.",
    429: "Quá nhiều yêu cầu; hãy chờ một lát.",
    500: "Hệ thống gặp lỗi.",
    503: "Hệ thống đang bận; hãy thử lại sau giây lát.",
}
_TITLES_EN = {422: "What was sent does not fit."}
_REMEDIES_VI = {
    404: "Kiểm tra lại địa chỉ.",
    422: "Xem danh sách lỗi kèm theo, sửa rồi gửi lại.",
    500: "Lỗi đã được ghi lại. Hãy thử lại; nếu vẫn lỗi, báo cho người vận hành mã yêu cầu dưới đây.",
}
_REMEDIES_EN = {
    422: "See the list of `errors`, mend what they say and send it again.",
    500: "The fault has been recorded. Try again; if it stays, tell the operator the request id below.",
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Problem:
    """What went wrong, in the reader's language. `members` are facts beside the standard ones."""

    status: int
    code: str
    title: str
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The problem details object."""
        standard = {
            "type": TYPE_PREFIX + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": g.get("request_id", ""),
        }
        return {**self.members, **standard}


def install(app: Flask) -> None:
    """Answer every error of the application so."""
    app.register_error_handler(EngineError, lambda error: answer(of_engine(error), error))
    app.register_error_handler(InvalidAnswers, lambda error: answer(of_answers(error), error))
    app.register_error_handler(HTTPException, lambda error: answer(of_http(error), error))
    app.register_error_handler(OperationalError, _unavailable)


def answer(problem: Problem, error: Exception) -> AnyResponse:
    """The response that tells the problem: to a program as JSON, to a person as a page."""
    if is_api(request.path):
        body = orjson.dumps(problem.body(), default=str)
        response: AnyResponse = Response(body, problem.status, mimetype=MEDIA_TYPE)
    elif isinstance(error, NotSignedInError) and request.method == "GET":
        response = redirect(f"{SIGN_IN_PATH}?{urlencode({'next': request.full_path.rstrip('?')})}")
    else:
        page = render_template(["pages/problem.html", "problem.html"], problem=problem, request_id=g.get("request_id"))
        response = Response(page, problem.status)
    response.headers.extend(problem.headers)
    response.headers["Content-Language"] = current_language()
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def of_engine(error: EngineError) -> Problem:
    """What the engine refused."""
    vi = current_language() == "vi"
    headers = {}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="motcua"'
    if "retry_after" in error.details:
        headers["Retry-After"] = str(error.details["retry_after"])
    return Problem(
        status=error.status,
        code=error.code,
        title=error.title_vi if vi else (type(error).__doc__ or "").splitlines()[0],
        detail=error.message_vi if vi else error.message,
        members=error.details,
        headers=headers,
    )


def of_answers(error: InvalidAnswers) -> Problem:
    """Answers that break the rules of their form: one error for each field, pointing into the request's `answers`."""
    lang = current_language()
    errors = [
        {
            "pointer": "#/answers" + _pointer(item.path),
            "field": item.path,
            "code": item.code,
            "detail": item.message(lang),
        }
        for item in error.problems
    ]
    title = "Câu trả lời chưa đúng quy tắc của biểu mẫu." if lang == "vi" else "The answers break the form's rules."
    detail = _REMEDIES_VI[422] if lang == "vi" else _REMEDIES_EN[422]
    return Problem(422, error.code, title, detail, {"errors": errors})


def of_http(error: HTTPException) -> Problem:
    """What Flask, werkzeug or webargs refused."""
    status = error.code or 500
    vi = current_language() == "vi"
    data: Mapping[str, Any] = getattr(error, "data", None) or {}
    messages = data.get("messages")
    remedies = _REMEDIES_VI if vi else _REMEDIES_EN
    return Problem(
        status=status,
        code="invalid-input" if messages else error.name.lower().replace(" ", "-"),
        title=_TITLES_VI.get(status, error.name) if vi else _TITLES_EN.get(status, error.name),
        detail=remedies.get(status) or error.description or error.name,
        members={"errors": list(_field_errors(messages))} if messages else {},
        # `Allow` of a 405 and `Retry-After` of a 429 stand here
        headers={name: value for name, value in error.get_headers() if name != "Content-Type"},
    )


def _unavailable(error: OperationalError) -> AnyResponse:
    """The database is busy or away. The officer need not read its words; the log has them."""
    log.error("database.unavailable", error=str(error.orig))
    vi = current_language() == "vi"
    title = _TITLES_VI[503] if vi else "The system is busy."
    detail = "Chưa có gì được ghi. Hãy thử lại." if vi else "Nothing has been written. Try again in a moment."
    return answer(Problem(503, "busy", title, detail, headers={"Retry-After": "5"}), error)


def _field_errors(messages: object) -> Iterator[dict[str, str]]:
    """webargs' nested messages as a flat list: where in the body or which parameter, and what is wrong."""
    if not isinstance(messages, Mapping):
        yield {"detail": _told(str(messages))}
        return
    for location, found in messages.items():
        for path, text in _leaves(found, ()):
            pointer = "".join(f"/{step}" for step in path)
            place = {"pointer": "#" + pointer} if location == "json" else {"parameter": ".".join(path)}
            yield {**place, "detail": _told(text)}


def _told(text: str) -> str:
    return in_vietnamese(text) if current_language() == "vi" else text


def _leaves(found: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(found, Mapping):
        for key, inner in found.items():
            yield from _leaves(inner, path if key == "_schema" else (*path, str(key)))
    elif isinstance(found, list | tuple):
        for inner in found:
            yield from _leaves(inner, path)
    else:
        yield path, str(found)


def _pointer(path: str) -> str:
    """`group.list[0].field` as the tail of a JSON pointer."""
    steps = path.replace("[", ".").replace("]", "").split(".")
    return "".join(f"/{step}" for step in steps if step)
