"""What can go wrong, as one tree.

The docstring of a class is its English title, `title_vi` the Vietnamese one and `code` the problem type an API
client reads; the message of an instance says what was expected, what was found and what to do.
"""

from collections.abc import Mapping
from typing import ClassVar, Self


class EngineError(Exception):
    """The request could not be carried out."""

    code: ClassVar[str] = "engine-error"
    status: ClassVar[int] = 400  # the HTTP status a web front would answer with
    title_vi: ClassVar[str] = "Không thực hiện được yêu cầu."

    def __init__(self, message: str, message_vi: str = "", **details: object) -> None:
        """Keep the English message, the Vietnamese one and facts a program may read."""
        super().__init__(message)
        self.message = message
        self.message_vi = message_vi or f"{self.title_vi} ({message})"
        self.details: Mapping[str, object] = details


class NotFoundError(EngineError):
    """There is no such thing, or you may not see it."""

    code = "not-found"
    status = 404
    title_vi = "Không tìm thấy."


class ProcedureLapsedError(NotFoundError):
    """The procedure can no longer be filed: its last version has lapsed, or it was retired."""

    code = "procedure-lapsed"
    title_vi = "Thủ tục không còn được áp dụng."


class NotAllowedError(EngineError):
    """You may not do this."""

    code = "not-allowed"
    status = 403
    title_vi = "Tài khoản này không có quyền thực hiện việc này."


class ActRefusedError(NotAllowedError):
    """An act of authority was refused.

    `by` and `about` (what was tried, as JSON) are kept in the organisation's journal by whoever commits: what is
    refused is rolled back, and the refusal must not be rolled back with it.
    """

    code = "act-refused"
    title_vi = "Thẩm quyền không cho phép việc này."

    by: object = None
    about: Mapping[str, object] = {}

    def tried(self, by: object, **about: object) -> Self:
        """The same error, knowing who tried what."""
        self.by, self.about = by, about
        return self


class NotCompetentError(ActRefusedError):
    """You have no authority for this act."""

    code = "not-competent"
    title_vi = "Tài khoản này không có thẩm quyền thực hiện việc này."


class CeilingExceededError(ActRefusedError):
    """The dossier exceeds what your mandate covers."""

    code = "ceiling-exceeded"
    title_vi = "Hồ sơ vượt giới hạn được ủy quyền, phân cấp."


class SubdelegationRefusedError(ActRefusedError):
    """The mandate may not be delegated further."""

    code = "subdelegation-refused"
    title_vi = "Thẩm quyền này không được ủy quyền lại."


class ConflictError(EngineError):
    """Somebody or something was faster."""

    code = "conflict"
    status = 409
    title_vi = "Việc này đã được xử lý."


class StaleVersionError(ConflictError):
    """The thing has changed since you read it."""

    code = "stale-version"
    status = 412
    title_vi = "Dữ liệu đã thay đổi kể từ khi trang được mở."


class TaskNotOpenError(ConflictError):
    """The task is no longer open."""

    code = "task-not-open"
    title_vi = "Công việc này đã kết thúc."


class TaskTakenError(ConflictError):
    """The task belongs to somebody else."""

    code = "task-taken"
    title_vi = "Công việc này đã có người nhận."


class DossierClosedError(ConflictError):
    """The dossier has ended."""

    code = "dossier-closed"
    title_vi = "Hồ sơ đã kết thúc."


class InvalidInputError(EngineError):
    """What was sent does not fit."""

    code = "invalid-input"
    status = 422
    title_vi = "Dữ liệu gửi lên chưa hợp lệ."


class BundleRejectedError(EngineError):
    """The procedure's files have faults that must be mended before they can be deployed."""

    code = "bundle-rejected"
    status = 422
    title_vi = "Bộ tệp thủ tục có lỗi cần sửa trước khi triển khai."


class NotWaitingError(ConflictError):
    """The process is not at a place where this can happen."""

    code = "not-waiting"
    title_vi = "Quy trình không ở bước có thể làm việc này."
