"""The words that pages use for what the engine names by identifiers: states, roles, channels, events."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_babel.speaklater import LazyString

from api.language import current_language
from engine.deadlines.terms import Unit
from engine.events import EventType
from engine.model import DeadlineKind
from engine.virus_scan import Scan

Words = Mapping[str, LazyString]

STATES: Words = {
    "filed": lazy("Chờ tiếp nhận"),
    "processing": lazy("Đang xử lý"),
    "awaiting_applicant": lazy("Chờ bổ sung"),
    "decided": lazy("Đã có kết quả"),
    "closed": lazy("Đã kết thúc"),
}

OUTCOMES: Words = {
    "granted": lazy("Đã trả kết quả"),
    "refused": lazy("Từ chối giải quyết"),
    "not_received": lazy("Không được tiếp nhận"),
    "withdrawn": lazy("Đã rút hồ sơ"),
    "stopped": lazy("Dừng giải quyết"),
}

CHANNELS: Words = {
    "online": lazy("Trực tuyến"),
    "desk": lazy("Tại quầy"),
    "post": lazy("Bưu chính công ích"),
    "kiosk": lazy("Ki-ốt thông minh"),
}

ROLES: Words = {
    "applicant": lazy("Người nộp hồ sơ"),
    "reception_officer": lazy("Cán bộ tiếp nhận"),
    "case_officer": lazy("Chuyên viên thụ lý"),
    "division_head": lazy("Lãnh đạo phòng"),
    "agency_leader": lazy("Lãnh đạo cơ quan"),
    "records_clerk": lazy("Văn thư"),
    "consulted_officer": lazy("Cơ quan được lấy ý kiến"),
    "procedure_control": lazy("Kiểm soát thủ tục hành chính"),
    "process_designer": lazy("Người thiết kế quy trình"),
    "operator": lazy("Người vận hành"),
}

TASK_STATES: Words = {
    "open": lazy("Đang mở"),
    "completed": lazy("Đã hoàn thành"),
    "cancelled": lazy("Đã hủy"),
}

UNITS: Words = {
    "working-days": lazy("ngày làm việc"),
    "calendar-days": lazy("ngày"),
    "working-hours": lazy("giờ làm việc"),
    "months": lazy("tháng"),
}

COPY_KINDS: Words = {
    "original": lazy("Bản chính"),
    "certified": lazy("Bản chứng thực"),
    "plain": lazy("Bản chụp"),
}

PAPER_STATES: Words = {
    "present": lazy("Có"),
    "missing": lazy("Thiếu"),
    "waived": lazy("Không cần"),
}

DIGITISATION: Words = {
    "0": lazy("Chưa số hóa"),
    "1": lazy("Đã số hóa"),
    "2": lazy("Dùng lại giấy tờ của hồ sơ khác"),
    "3": lazy("Dùng lại kết quả đã cấp"),
}

PLACES_OF_RESULT: Words = {
    "desk": lazy("Tại Bộ phận Một cửa"),
    "post": lazy("Qua bưu chính công ích"),
    "online": lazy("Bản điện tử"),
}

EVENTS: Words = {
    EventType.PROCEDURE_DEPLOYED: lazy("Triển khai thủ tục"),
    EventType.PROCEDURE_RETIRED: lazy("Ngừng áp dụng thủ tục"),
    EventType.DOSSIER_FILED: lazy("Đã nộp hồ sơ"),
    EventType.DOSSIER_CODED: lazy("Cấp mã hồ sơ"),
    EventType.DOSSIER_ROUTED: lazy("Chuyển đến cơ quan có thẩm quyền"),
    EventType.DOSSIER_HANDED_OVER: lazy("Đã bàn giao hồ sơ"),
    EventType.DOSSIER_ACKNOWLEDGED: lazy("Cơ quan có thẩm quyền nhận hồ sơ"),
    EventType.DOSSIER_MOVED: lazy("Đơn vị kế thừa tiếp nhận hồ sơ"),
    EventType.DOSSIER_ENDED: lazy("Kết thúc hồ sơ"),
    EventType.ELEMENT_PASSED: lazy("Qua bước"),
    EventType.RESULT_SET: lazy("Ghi nhận kết quả tính toán"),
    EventType.MESSAGE_RECEIVED: lazy("Nhận yêu cầu"),
    EventType.TASK_OPENED: lazy("Giao việc"),
    EventType.TASK_CLAIMED: lazy("Nhận việc"),
    EventType.TASK_RELEASED: lazy("Trả việc về hàng chờ"),
    EventType.TASK_ASSIGNED: lazy("Phân công"),
    EventType.TASK_MOVED: lazy("Chuyển việc sang hàng chờ khác"),
    EventType.TASK_COMPLETED: lazy("Đã hoàn thành việc"),
    EventType.TASK_CANCELLED: lazy("Hủy việc"),
    EventType.DEADLINE_SET: lazy("Đặt thời hạn"),
    EventType.DEADLINE_MOVED: lazy("Dời thời hạn"),
    EventType.DEADLINE_FIRED: lazy("Đến hạn"),
    EventType.DEADLINE_CANCELLED: lazy("Bỏ thời hạn"),
    EventType.CLOCK_RECEIVED: lazy("Tiếp nhận hồ sơ"),
    EventType.CLOCK_ACCEPTED: lazy("Bắt đầu tính thời hạn giải quyết"),
    EventType.CLOCK_SUSPENDED: lazy("Tạm dừng tính thời hạn"),
    EventType.CLOCK_RESUMED: lazy("Tính tiếp thời hạn"),
    EventType.CLOCK_RESTARTED: lazy("Tính lại thời hạn từ đầu"),
    EventType.CLOCK_EXTENDED: lazy("Gia hạn"),
    EventType.CLOCK_DECIDED: lazy("Có quyết định, ngừng tính thời hạn"),
    EventType.CLOCK_STOPPED: lazy("Ngừng tính thời hạn"),
    EventType.INCIDENT_OPENED: lazy("Sự cố kỹ thuật"),
    EventType.INCIDENT_RESOLVED: lazy("Sự cố đã xử lý"),
    EventType.DOCUMENT_ATTACHED: lazy("Đính kèm giấy tờ"),
    EventType.DOCUMENT_CHECKED: lazy("Kiểm tra thành phần hồ sơ"),
    EventType.LETTER_REQUESTED: lazy("Yêu cầu in văn bản"),
    EventType.REGISTER_OPENED: lazy("Mở sổ"),
    EventType.MANDATE_RECORDED: lazy("Ghi nhận văn bản giao quyền"),
    EventType.MANDATE_REVOKED: lazy("Thu hồi văn bản giao quyền"),
    EventType.STAND_IN_NAMED: lazy("Cử người thay"),
    EventType.STAND_IN_ENDED: lazy("Kết thúc việc thay"),
    EventType.UNIT_CLOSED: lazy("Đóng đơn vị"),
    EventType.UNITS_IMPORTED: lazy("Nhập đơn vị"),
    EventType.PEOPLE_IMPORTED: lazy("Nhập người"),
    EventType.PERSON_LEFT: lazy("Thôi việc"),
    EventType.ROLE_GRANTED: lazy("Giao vai trò"),
    EventType.ACT_REFUSED: lazy("Bị từ chối vì thẩm quyền"),
    EventType.COMMENT_ADDED: lazy("Thêm ghi chú nội bộ"),
    EventType.COMMENT_EDITED: lazy("Sửa ghi chú nội bộ"),
}

# What has come about when a moment of this kind is reached (engine.model.DeadlineKind).
MOMENTS: Words = {
    DeadlineKind.TERM: lazy("Hết thời hạn giải quyết"),
    DeadlineKind.STEP: lazy("Hết hạn của bước"),
    DeadlineKind.WARNING: lazy("Nhắc: sắp hết thời hạn giải quyết"),
    DeadlineKind.APOLOGY: lazy("Đến lúc chuẩn bị văn bản xin lỗi và hẹn lại"),
    DeadlineKind.HAND_OVER: lazy("Hết hạn bàn giao hồ sơ"),
    DeadlineKind.RECEPTION: lazy("Hết hạn tiếp nhận"),
}

UNIT_KINDS: Words = {
    "authority": lazy("Cơ quan có thẩm quyền"),
    "centre": lazy("Trung tâm"),
    "branch": lazy("Chi nhánh"),
    "reception_point": lazy("Điểm tiếp nhận"),
    "division": lazy("Phòng"),
    "consulted_body": lazy("Cơ quan được lấy ý kiến"),
    "ward": lazy("Phường, xã"),
}

LETTERS: Words = {
    "receipt": lazy("Giấy tiếp nhận và hẹn trả kết quả"),
    "supplement": lazy("Phiếu yêu cầu bổ sung"),
    "refusal": lazy("Phiếu từ chối"),
    "apology": lazy("Văn bản xin lỗi và hẹn lại"),
    "stop": lazy("Thông báo dừng giải quyết"),
    "handover": lazy("Phiếu bàn giao kết quả"),
}

MESSAGES: Words = {
    "withdrawal": lazy("Người nộp xin rút hồ sơ"),
    "stop": lazy("Cơ quan dừng giải quyết"),
}


def word(words: Words, key: str) -> str:
    """The word for a key; the key itself when nobody has given it one."""
    return str(words[key]) if key in words else key


def dossier_state(dossier: Any) -> str:
    """How a dossier stands, in a person's words: its outcome when it has ended, its state until then."""
    if dossier.state == "closed" and dossier.outcome:
        return word(OUTCOMES, dossier.outcome)
    return word(STATES, dossier.state)


def limit(amount: int, unit: str) -> str:
    """A time limit, such as "15 ngày làm việc"."""
    return Unit(unit).of(amount, current_language())


def channel(name: str) -> str:
    """How a dossier came in."""
    return word(CHANNELS, name)


def role(name: str) -> str:
    """What a person is in a unit."""
    return word(ROLES, name)


def unit_kind(name: str) -> str:
    """What a unit is."""
    return word(UNIT_KINDS, name)


SCANS: Words = {
    Scan.UNSCANNED: lazy("Chưa quét mã độc"),
    Scan.UNKNOWN: lazy("Chưa quét được mã độc"),
}


def scan(name: str) -> str:
    """What is known of viruses in a paper; "" where it is clean."""
    return word(SCANS, name) if name in SCANS else ""


def nobody() -> str:
    """What stands where nobody has taken a task."""
    return _("Chưa ai nhận")
