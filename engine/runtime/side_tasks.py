"""User tasks that the platform opens beside every procedure, with forms of its own.

They are no elements of a diagram, so the process neither waits for them nor moves when they are done.
"""

from collections.abc import Mapping
from pathlib import Path

from engine.model import Element, ElementKind, FormRef, LegalBasis, Role
from forms.definition import FormDefinition

APOLOGY = "platform.apology"
ACKNOWLEDGE = "platform.acknowledge"
ROUTE = "platform.route"

# Which agency signs, and that the date may be moved once, is Decree 61/2018 Article 19(9); Decree 118/2025 keeps the
# letter. The text of the latter could not be checked, hence `sample`.
_APOLOGY_BASIS = LegalBasis("Nghị định 61/2018/NĐ-CP", "Điều 19 khoản 9", checked="2026-11-23", sample=True)

_HAND_OVER_BASIS = LegalBasis("Nghị định 309/2026/NĐ-CP", "Điều 8 khoản 3, Điều 9", checked="2026-11-23")

SIDE_TASKS: Mapping[str, Element] = {
    APOLOGY: Element(
        id=APOLOGY,
        kind=ElementKind.USER_TASK,
        name="Duyệt văn bản xin lỗi và hẹn lại ngày trả kết quả",
        process_id="",
        line=0,
        name_en="Approve the apology and the new date",
        documentation=(
            "Hồ sơ sắp hết hạn mà chưa có kết quả. Nêu lý do, đơn vị gây chậm và ngày hẹn lại; chỉ được hẹn lại một "
            "lần. Nếu kết quả sẽ có đúng hạn, chọn không gửi."
        ),
        role=Role.AGENCY_LEADER,
        unit="competent",
        form=FormRef(key=APOLOGY, data_key="apology"),
        legal_bases=(_APOLOGY_BASIS,),
    ),
    ACKNOWLEDGE: Element(
        id=ACKNOWLEDGE,
        kind=ElementKind.USER_TASK,
        name="Xác nhận nhận hồ sơ bàn giao",
        process_id="",
        line=0,
        name_en="Confirm the receipt of the dossier",
        documentation=(
            "Hồ sơ được tiếp nhận ở nơi khác và bàn giao đến. Xác nhận đã nhận trong ngày; nhận sau 15 giờ thì đầu "
            "ngày làm việc sau. Với hồ sơ phi địa giới, thời hạn giải quyết tính từ lúc này."
        ),
        role=Role.RECORDS_CLERK,
        unit="competent",
        form=FormRef(key=ACKNOWLEDGE, data_key="acknowledgement"),
        legal_bases=(_HAND_OVER_BASIS,),
    ),
    ROUTE: Element(
        id=ROUTE,
        kind=ElementKind.USER_TASK,
        name="Xác định cơ quan có thẩm quyền",
        process_id="",
        line=0,
        name_en="Find the competent body",
        documentation="Bảng định tuyến không xác định được cơ quan giải quyết, hoặc cơ quan được giao trả lại hồ sơ.",
        role=Role.RECEPTION_OFFICER,
        unit="competent",
        form=FormRef(key=ROUTE, data_key="route"),
        legal_bases=(_HAND_OVER_BASIS,),
    ),
}

_FORMS = Path(__file__).with_name("side_forms")


def forms() -> dict[str, FormDefinition]:
    """The forms of the side tasks, by key."""
    return {key: FormDefinition.parse((_FORMS / f"{key}.form.json").read_bytes(), key) for key in SIDE_TASKS}
