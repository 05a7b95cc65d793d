"""Each letter of the common set says all that its data says, and is a document for the archive and for everybody."""

import re
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from forms.letter_data import CONTRACTS, LetterKind
from forms.letter_reading import as_data, read_letter
from forms.letters import LetterPress, Pdf, common_template

WITH_LINK = [kind for kind in LetterKind if "link" in {field.name for field in fields(CONTRACTS[kind])}]
LONG_NAME = ("Công ty Trách nhiệm hữu hạn Một thành viên Đầu tư Phát triển Hạ tầng Kỹ thuật Nguyễn Hoàng " * 3)[:200]
A5, A4_WIDE = (420, 595), (842, 595)
TITLES = {
    LetterKind.RECEIPT: "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
    LetterKind.SUPPLEMENT: "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ",
    LetterKind.REFUSAL: "PHIẾU TỪ CHỐI TIẾP NHẬN, GIẢI QUYẾT HỒ SƠ",
    LetterKind.APOLOGY: "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN THỜI GIAN GIẢI QUYẾT HỒ SƠ",
    LetterKind.STOP: "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ",
    LetterKind.CONTROL: "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ",
    LetterKind.REGISTER: "SỔ THEO DÕI HỒ SƠ",
    LetterKind.HANDOVER: "PHIẾU BÀN GIAO KẾT QUẢ",
    LetterKind.FILING: "PHIẾU XÁC NHẬN ĐÃ NỘP HỒ SƠ",
}
SHOWN = {
    "early": "Trước hạn",
    "on-time": "Đúng hạn",
    "overdue": "Quá hạn",
    "online": "Trực tuyến",
    "desk": "Trực tiếp",
    "post": "Bưu chính",
    "kiosk": "Ki-ốt",
}
#: Parts of shared values that a letter does not print: a picture, an officer's office beside a signature, and the
#: identity number on letters that name it for nothing.
NOT_WORDS = re.compile(
    r"^link$|^(guide|refuser|receiver|keeper|giver|taker)\.(title|phone)$|addressee\.identity_number$"
)

every_letter = pytest.mark.parametrize("kind", LetterKind)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value with where it stands; numbers of rows left out."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, path)
    elif value not in (None, "", 0) and not isinstance(value, bool):
        yield path, value


def as_printed(value: Any) -> list[str]:
    """What may stand on paper for a value; one of these must."""
    if moment := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):00\+07:00)?", str(value)):
        y, m, d, hour, minute = moment.groups()
        day = f"{d}/{m}/{y}"
        if hour:
            return [f"{hour} giờ {minute} phút, ngày {day}", f"{hour}:{minute} {day}"]
        return [day, f"ngày {d} tháng {m if int(m) < 3 else int(m)} năm {y}"]
    return [SHOWN.get(str(value), str(value))]


def together(text: str) -> str:
    return "".join(text.split()).casefold()


# ---- what stands on the paper ---------------------------------------------------------------------------


@every_letter
def test_everything_in_the_data_can_be_read_on_the_letter(
    kind: LetterKind,
    printed: Callable[..., Pdf],
    words: Callable[[Pdf], str],
    example: Callable[[LetterKind], dict[str, Any]],
) -> None:
    text = words(printed(kind)).casefold()
    given = [(path, value) for path, value in leaves(example(kind)) if not NOT_WORDS.search(path)]
    assert len(given) > 10
    missing = [(path, value) for path, value in given if not any(together(one) in text for one in as_printed(value))]
    assert missing == []


@every_letter
def test_the_letterhead_and_the_title_are_those_of_a_vietnamese_office(
    kind: LetterKind, printed: Callable[..., Pdf], words: Callable[[Pdf], str]
) -> None:
    text = words(printed(kind))
    assert "CỘNGHÒAXÃHỘICHỦNGHĨAVIỆTNAM" in text
    assert "Độclập-Tựdo-Hạnhphúc" in text
    assert "".join(TITLES[kind].split()) in text


def test_the_desk_stands_on_what_the_desk_hands_out_and_in_its_book(
    printed: Callable[..., Pdf], words: Callable[[Pdf], str]
) -> None:
    for kind in (LetterKind.RECEIPT, LetterKind.REGISTER):
        assert "BộphậnMộtcửa" in words(printed(kind))


@every_letter
def test_a_letter_in_english_calls_itself_a_reading_copy(
    kind: LetterKind, printed: Callable[..., Pdf], words: Callable[[Pdf], str]
) -> None:
    text = words(printed(kind, lang="en"))
    assert "SOCIALISTREPUBLICOFVIETNAM" in text
    assert "ReadingcopyinEnglish" in text
    assert "CỘNGHÒA" not in text


def test_only_the_months_one_and_two_carry_a_zero(printed: Callable[..., Pdf], words: Callable[[Pdf], str]) -> None:
    """NĐ 30/2020, Phụ lục I."""
    assert "ngày09tháng02năm2026" in words(printed(LetterKind.STOP))
    assert "ngày05tháng3năm2026" in words(printed(LetterKind.REFUSAL))


def test_a_letter_without_a_number_leaves_room_for_the_clerk(
    printed: Callable[..., Pdf], words: Callable[[Pdf], str], example: Callable[[LetterKind], dict[str, Any]]
) -> None:
    head = example(LetterKind.REFUSAL)["head"] | {"number": ""}
    assert "Số:……/……" in words(printed(LetterKind.REFUSAL, head=head))


def test_what_the_applicant_has_not_given_is_a_dotted_line(
    printed: Callable[..., Pdf], words: Callable[[Pdf], str], example: Callable[[LetterKind], dict[str, Any]]
) -> None:
    applicant = example(LetterKind.REFUSAL)["applicant"] | {"email": ""}
    assert re.search(r"Thưđiệntử:\.{10,}", words(printed(LetterKind.REFUSAL, applicant=applicant)))


# ---- the paper ------------------------------------------------------------------------------------------


@every_letter
def test_slips_are_a5_and_lists_are_a4_across(
    kind: LetterKind, printed: Callable[..., Pdf], opened: Callable[[Pdf], PdfReader]
) -> None:
    wanted = A4_WIDE if kind in (LetterKind.REGISTER, LetterKind.HANDOVER) else A5
    for page in opened(printed(kind)).pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == wanted


def test_a_table_repeats_its_head_on_every_page_and_pages_are_counted(
    printed: Callable[..., Pdf], opened: Callable[[Pdf], PdfReader], example: Callable[[LetterKind], dict[str, Any]]
) -> None:
    entries = example(LetterKind.REGISTER)["entries"] * 4
    pages = opened(printed(LetterKind.REGISTER, entries=entries)).pages
    texts = ["".join(page.extract_text().split()) for page in pages]
    assert len(texts) > 3
    assert all("Tênthủtụchànhchính" in text for text in texts)
    assert all(f"Trang{number}/{len(texts)}" in text for number, text in enumerate(texts, start=1))


def test_the_signatures_never_stand_alone_on_a_page(
    printed: Callable[..., Pdf], opened: Callable[[Pdf], PdfReader], example: Callable[[LetterKind], dict[str, Any]]
) -> None:
    papers = example(LetterKind.RECEIPT)["papers"]
    for count in range(1, 9):
        last = opened(printed(LetterKind.RECEIPT, papers=(papers * 2)[:count])).pages[-1].extract_text()
        assert "Đăng ký nhận kết quả tại" in last
        assert "NGƯỜI TIẾP NHẬN HỒ SƠ" in last


@every_letter
@pytest.mark.parametrize("name", [LONG_NAME, "Nghiêng" * 28], ids=["many words", "one word"])
def test_a_name_of_two_hundred_letters_stays_within_the_margins(
    kind: LetterKind,
    name: str,
    printed: Callable[..., Pdf],
    words: Callable[[Pdf], str],
    pictured: Callable[[LetterKind, dict[str, Any]], list[bytes]],
    inked: Callable[[bytes], tuple[float, float]],
    example: Callable[[LetterKind], dict[str, Any]],
) -> None:
    changes = {key: renamed(value, name) for key, value in example(kind).items()}
    assert together(name) in words(printed(kind, **changes)).casefold()
    for page in pictured(kind, changes):
        left, right = inked(page)
        assert 0.055 < left < right < 0.945  # the margins: 13 of 148 mm, 18 of 297 mm


def renamed(value: Any, name: str) -> Any:
    """The same data with long names of people, papers and agencies."""
    if isinstance(value, dict):
        named = {"name", "agency", "applicant", "procedure", "lead_agency", "content", "result"}
        return {k: name if k in named and isinstance(v, str) else renamed(v, name) for k, v in value.items()}
    return [renamed(inner, name) for inner in value] if isinstance(value, list) else value


# ---- the file -------------------------------------------------------------------------------------------


@every_letter
def test_the_file_says_that_it_is_pdf_a_2a_and_pdf_ua_1(
    kind: LetterKind, printed: Callable[..., Pdf], opened: Callable[[Pdf], PdfReader]
) -> None:
    root: Any = opened(printed(kind)).trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    said = dict(re.findall(r"<(pdf\w+:\w+)>([^<]*)<", xmp))
    assert said["pdfaid:part"] == "2"
    assert said["pdfaid:conformance"] == "A"
    assert said["pdfuaid:part"] == "1"
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("vi")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


@every_letter
def test_a_screen_reader_meets_one_heading_first_and_heads_of_tables(
    kind: LetterKind, printed: Callable[..., Pdf], tags: Callable[[Pdf], list[tuple[str, str]]]
) -> None:
    kinds = [tag for tag, _ in tags(printed(kind))]
    assert kinds.count("/H1") == 1
    assert ("/Table" in kinds) == ("/TH" in kinds)


@pytest.mark.parametrize("kind", WITH_LINK)
def test_the_codes_are_pictures_with_words_for_those_who_cannot_see_them(
    kind: LetterKind,
    printed: Callable[..., Pdf],
    tags: Callable[[Pdf], list[tuple[str, str]]],
    example: Callable[[LetterKind], dict[str, Any]],
) -> None:
    alternatives = " ".join(alt for tag, alt in tags(printed(kind)) if tag == "/Figure")
    assert example(kind)["dossier_code"] in alternatives
    assert example(kind)["link"] in alternatives


def test_a_letter_without_a_link_has_no_qr_code(
    printed: Callable[..., Pdf], tags: Callable[[Pdf], list[tuple[str, str]]]
) -> None:
    alternatives = [alt for tag, alt in tags(printed(LetterKind.RECEIPT, link="")) if tag == "/Figure"]
    assert len(alternatives) == 1


@every_letter
def test_the_same_data_and_moment_give_the_same_bytes_in_another_process(
    kind: LetterKind, printed: Callable[..., Pdf], example: Callable[[LetterKind], dict[str, Any]], at: datetime
) -> None:
    other = LetterPress()
    again = other.render(common_template(kind), example(kind), at=at)
    other.close()
    assert again.checksum == printed(kind).checksum
    assert again.warnings == ()


# ---- the data -------------------------------------------------------------------------------------------


@every_letter
def test_the_example_keeps_the_contract_and_uses_every_field(
    kind: LetterKind, example: Callable[[LetterKind], dict[str, Any]]
) -> None:
    data = example(kind)
    assert as_data(read_letter(kind, data)) == data
    assert [name for name, value in data.items() if value in (None, "", [])] == []


@every_letter
def test_only_the_required_fields_are_enough(
    kind: LetterKind, printed: Callable[..., Pdf], example: Callable[[LetterKind], dict[str, Any]]
) -> None:
    required = {field.name for field in fields(CONTRACTS[kind]) if field.default is MISSING}
    least = {key: value for key, value in example(kind).items() if key in required}
    letter = as_data(read_letter(kind, least))
    absent = {key: value for key, value in letter.items() if key not in least}
    assert printed(kind, **absent).content.startswith(b"%PDF-1.7")


def test_every_letter_has_its_template_and_its_example() -> None:
    keys = {kind.value for kind in LetterKind}
    assert {path.stem for path in common_template(LetterKind.STOP).parent.glob("*.typ")} == keys | {"layout"}
    assert {path.stem for path in (Path(__file__).parent / "data").glob("*.json")} == keys
