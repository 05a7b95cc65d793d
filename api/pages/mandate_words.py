"""The words and colours of the register of mandates: states, kinds, and what comes of asking."""

from flask_babel import lazy_gettext as lazy

from engine.organisation.mandate_list import State
from engine.organisation.mandates import MandateKind, Outcome

STATES = {
    State.COMING: (lazy("Sắp có hiệu lực"), "yellow"),
    State.IN_FORCE: (lazy("Đang có hiệu lực"), "green"),
    State.ENDED: (lazy("Hết hiệu lực"), "grey"),
    State.REVOKED: (lazy("Đã thu hồi"), "red"),
}
KINDS = {
    MandateKind.STATUTE: lazy("Theo luật"),
    MandateKind.DECENTRALISATION: lazy("Phân cấp"),
    MandateKind.DELEGATION: lazy("Ủy quyền"),
}
OUTCOMES = {
    Outcome.AUTHORISED: (lazy("Có thẩm quyền"), lazy("Người này được quyết định."), "green"),
    Outcome.CEILING_EXCEEDED: (
        lazy("Vượt giới hạn"),
        lazy("Có văn bản giao quyền, nhưng việc này lớn hơn giới hạn của văn bản. Trình người giao quyền."),
        "yellow",
    ),
    Outcome.SUBDELEGATION_REFUSED: (
        lazy("Không được ủy quyền lại"),
        lazy("Văn bản dựa trên một văn bản khác không cho ủy quyền lại, hoặc đã hết hiệu lực."),
        "red",
    ),
    Outcome.NOT_COMPETENT: (
        lazy("Không có thẩm quyền"),
        lazy("Không văn bản nào đang có hiệu lực giao việc này cho người này."),
        "red",
    ),
}
ACTS = {"approve": lazy("phê duyệt")}


def act(name: str) -> str:
    """An act of authority in words, with the name by which diagrams know it."""
    return f"{ACTS[name]} ({name})" if name in ACTS else name
