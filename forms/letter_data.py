"""What each printed letter says: one frozen value per letter, named by the letter's code word.

The fields follow TT 01/2018/TT-VPCP and what offices print. The layouts of TT 03/2025/TT-VPCP, which renumbers the
forms, have not been compared with its text: the letters are samples until the procedure-control office confirms them.

Letters are made elsewhere from a dossier; this module knows no dossier. Days are `date`; moments are aware and already
in the authority's zone, for they are printed as they stand. An empty text prints as a dotted line or not at all.
`link` is the applicant's secret: it belongs on the letters that go to the applicant and on no copy kept elsewhere.
`forms.letter_reading` turns these values into the JSON that templates read, and back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from forms.letter_parts import Channel, Letterhead, Officer, Paper, Party, Signer, Stage, Timeliness


class LetterKind(StrEnum):
    """The set of letters; the value is the key of the template, `<key>.typ`."""

    RECEIPT = "receipt"
    SUPPLEMENT = "supplement"
    REFUSAL = "refusal"
    APOLOGY = "apology"
    STOP = "stop"
    CONTROL = "control"
    REGISTER = "register"
    HANDOVER = "handover"
    FILING = "filing"


# ---- the letters ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Receipt:
    """RECEIPT: Giấy tiếp nhận hồ sơ và hẹn trả kết quả.

    `submitter` is named when somebody else than the `applicant` (owner) files. `request` is the matter asked for.
    `statutory_limit` is the limit in words with its unit. `result_place` is where the result will be taken. `link`
    is the applicant's own address for following the dossier, drawn as a QR code; `dossier_code` is drawn as bars.
    """

    head: Letterhead
    dossier_code: str
    applicant: Party
    request: str
    papers: tuple[Paper, ...]
    set_count: int
    statutory_limit: str
    received_at: datetime
    due_at: datetime
    result_place: str
    receiver: Officer
    submitter: Party | None = None
    book: str = ""
    book_entry: str = ""
    stages: tuple[Stage, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class Supplement:
    """SUPPLEMENT: Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ. Everything that is missing, in one request.

    `grounds` are the legal grounds; `answer_by` the last day for an answer where the sector's law sets one; `contact`
    answers questions; `guide` (người hướng dẫn) signs.
    """

    head: Letterhead
    dossier_code: str
    applicant: Party
    request: str
    papers: tuple[Paper, ...]
    reason: str
    contact: Officer
    guide: Officer
    grounds: tuple[str, ...] = ()
    answer_by: date | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """REFUSAL: Phiếu từ chối tiếp nhận, giải quyết hồ sơ. The reason and its ground; `refuser` signs."""

    head: Letterhead
    dossier_code: str
    applicant: Party
    request: str
    reason: str
    contact: Officer
    refuser: Officer
    grounds: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class Apology:
    """APOLOGY: Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết.

    `due_at` is what was promised, `new_due_at` the new appointment; `delaying_unit` caused the delay for `reason`;
    `recipients` get a copy (nơi nhận).
    """

    head: Letterhead
    addressee: Party
    dossier_code: str
    request: str
    received_on: date
    due_at: datetime
    new_due_at: datetime
    reason: str
    delaying_unit: str
    signer: Signer
    recipients: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """STOP: Thông báo dừng giải quyết hồ sơ. `asked_by` says whose request it rests on (đề nghị của ai)."""

    head: Letterhead
    addressee: Party
    dossier_code: str
    request: str
    received_on: date
    stopped_at: datetime
    grounds: tuple[str, ...]
    reason: str
    asked_by: str
    signer: Signer
    recipients: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One hand-over on the control sheet: who gave, who took, when, and how the giver lay to its due date."""

    giving_agency: str
    receiving_agency: str
    at: datetime
    giver: str = ""
    taker: str = ""
    timeliness: Timeliness | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """CONTROL: Phiếu kiểm soát quá trình giải quyết hồ sơ, which travels with the papers; the applicant by name."""

    head: Letterhead
    dossier_code: str
    applicant: str
    request: str
    received_at: datetime
    due_at: datetime
    competent_body: str
    transfers: tuple[Transfer, ...]
    coordinating_agencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One line of the register; `signed_by` took the result."""

    number: int
    dossier_code: str
    procedure: str
    set_count: int
    applicant: str
    contact: str
    lead_agency: str
    received_on: date
    due_on: date | None = None
    returned_on: date | None = None
    channel: Channel | None = None
    signed_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Register:
    """REGISTER: Sổ theo dõi hồ sơ, one book a year, numbered from 01 and closed at its end.

    `first_day` and `last_day` bound what is printed; `closed_on` is set on the closing page of the year.
    """

    head: Letterhead
    year: int
    book: str
    first_day: date
    last_day: date
    entries: tuple[RegisterEntry, ...]
    keeper: Officer
    signer: Signer
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class HandoverEntry:
    """One result on the hand-over slip; `fee` tells that a fee is due, `by_post` that it goes by post."""

    dossier_code: str
    content: str
    result: str
    applicant: str
    address: str
    fee: bool = False
    by_post: bool = False


@dataclass(frozen=True, slots=True)
class Handover:
    """HANDOVER: Phiếu bàn giao kết quả, from the unit that made the results to the desk that hands them out."""

    head: Letterhead
    giving_unit: str
    receiving_unit: str
    handed_over_at: datetime
    entries: tuple[HandoverEntry, ...]
    giver: Officer
    taker: Officer


@dataclass(frozen=True, slots=True)
class Filing:
    """FILING: Phiếu xác nhận đã nộp hồ sơ, for the applicant at the moment of filing; promises no day."""

    head: Letterhead
    dossier_code: str
    applicant: Party
    request: str
    papers: tuple[Paper, ...]
    submitted_at: datetime
    receiving_place: str
    link: str = ""


Letter = Receipt | Supplement | Refusal | Apology | Stop | Control | Register | Handover | Filing

#: The value each letter is made from.
CONTRACTS: Final[dict[LetterKind, type[Letter]]] = {
    LetterKind.RECEIPT: Receipt,
    LetterKind.SUPPLEMENT: Supplement,
    LetterKind.REFUSAL: Refusal,
    LetterKind.APOLOGY: Apology,
    LetterKind.STOP: Stop,
    LetterKind.CONTROL: Control,
    LetterKind.REGISTER: Register,
    LetterKind.HANDOVER: Handover,
    LetterKind.FILING: Filing,
}
