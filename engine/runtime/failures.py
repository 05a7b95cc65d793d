"""Why an automatic step could not be carried out. Each becomes an incident; none is swallowed."""

from engine.errors import EngineError


class StepFailure(EngineError):
    """An automatic step of the process failed."""

    code = "step-failed"
    status = 500
    title_vi = "Một bước tự động của quy trình gặp lỗi."


class UncaughtErrorEvent(StepFailure):
    """A BPMN error was raised that nothing in the diagram catches."""

    code = "uncaught-error-event"
    title_vi = "Quy trình phát sinh lỗi nghiệp vụ mà sơ đồ không xử lý."

    def __init__(self, error_code: str) -> None:
        """Name the error code of the diagram."""
        super().__init__(
            f"expected a boundary event that catches the error '{error_code}', found none; "
            "the dossier stands still here until the cause is mended and the step retried",
            f"Không có sự kiện biên nào bắt lỗi '{error_code}'; hồ sơ dừng tại đây cho đến khi được thử lại.",
        )


class ConditionNotBoolean(StepFailure):
    """A condition gave neither true nor false."""

    code = "condition-not-boolean"
    title_vi = "Điều kiện rẽ nhánh không cho kết quả đúng hoặc sai."


class ExpressionFailure(StepFailure):
    """An expression could not be evaluated."""

    code = "expression-failed"
    title_vi = "Không tính được biểu thức."


class DecisionFailure(StepFailure):
    """A decision table gave no answer."""

    code = "decision-failed"
    title_vi = "Bảng quyết định không cho kết quả."


class ServiceFailure(StepFailure):
    """A service that the process calls failed."""

    code = "service-failed"
    title_vi = "Dịch vụ mà quy trình gọi tới gặp lỗi."


class StuckJoin(StepFailure):
    """A gateway waits for a branch that cannot come any more."""

    code = "stuck-join"
    title_vi = "Cổng gộp chờ một nhánh không thể tới nữa."


class EndlessStep(StepFailure):
    """The process went on without ever waiting for a person or for time."""

    code = "endless-step"
    title_vi = "Quy trình chạy mãi mà không dừng chờ người hoặc thời gian."
