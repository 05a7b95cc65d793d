"""User tasks that the platform opens beside every procedure, with forms of its own.

They are no elements of a diagram, so the process neither waits for them nor moves when they are done.
"""

from collections.abc import Mapping
from pathlib import Path

from engine.model import Element, ElementKind, FormRef, LegalBasis, Role
from forms.definition import FormDefinition

APOLOGY = "platform.apology"

# Which agency signs, and that the date may be moved once, is Decree 61/2018 Article 19(9); Decree 118/2025 keeps the
# letter. The text of the latter could not be checked, hence `sample`.
_APOLOGY_BASIS = LegalBasis("Nghị định 61/2018/NĐ-CP", "Điều 19 khoản 9", checked="2026-11-23", sample=True)

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
    )
}

_FORMS = Path(__file__).with_name("side_forms")


def forms() -> dict[str, FormDefinition]:
    """The forms of the side tasks, by key."""
    return {key: FormDefinition.parse((_FORMS / f"{key}.form.json").read_bytes(), key) for key in SIDE_TASKS}
