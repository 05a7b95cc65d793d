"""Whoever writes a template or an answer gets a letter out of it and nothing else of the machine."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.letter_data import LetterKind
from forms.letters import LetterPress, LettersError, Pdf, common_template

HEAD = '#set document(title: "Thử")\n#set text(lang: "vi")\n'
LAYOUT = HEAD + '#import "/layout.typ": *\n'
SECRET = "root:"  # as in /etc/passwd
HOSTILE = (
    '#read("/etc/passwd")',
    '#eval("1 + 1") #import "/layout.typ": *',
    "$ x^2 $ *đậm* _nghiêng_ = Đề mục ~ -- --- https://example.vn/a?b=c#d @nhan <nhan>",
    "]; #panic() [",
    '"}{"a": 1} \\u{41} \\ \\\\ // chú thích /* chú thích */',
    "`mã` ```typst #panic()```",
    "- mục\n+ mục\n/ từ: nghĩa",
)

VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
SIGNS = "#[]{}$\\*_`<>@~\"'/=-+.,:;&%()0123456789 \n"

common_settings = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def make(press: LetterPress, at: datetime) -> Callable[..., Pdf]:
    """Prints a template given as text."""
    return lambda template, data=None, **more: press.render(template.encode(), data or {}, at=at, **more)


@pytest.fixture
def refusal_of(make: Callable[..., Pdf]) -> Callable[..., LettersError]:
    """Why a template is not printed."""

    def catch(template: str, data: dict[str, Any] | None = None) -> LettersError:
        with pytest.raises(LettersError) as caught:
            make(template, data)
        return caught.value

    return catch


# ---- text of people stays text --------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_person_writes_is_printed_as_it_was_written(
    text: str, printed: Callable[..., Pdf], words: Callable[[Pdf], str]
) -> None:
    assert "".join(text.split()) in words(printed(LetterKind.REFUSAL, reason=text))


@common_settings
@given(st.text(alphabet=VIETNAMESE + VIETNAMESE.upper() + SIGNS, min_size=1))
def test_no_vietnamese_word_and_no_sign_is_lost(
    printed: Callable[..., Pdf], words: Callable[[Pdf], str], text: str
) -> None:
    assert "".join(text.split()) in words(printed(LetterKind.REFUSAL, reason=text))


@common_settings
@given(st.text())
def test_no_text_whatever_keeps_a_letter_from_being_printed(printed: Callable[..., Pdf], text: str) -> None:
    assert printed(LetterKind.REFUSAL, reason=text).content.startswith(b"%PDF")


def test_letters_that_no_font_has_are_replaced_and_told(
    printed: Callable[..., Pdf], words: Callable[[Pdf], str]
) -> None:
    pdf = printed(LetterKind.REFUSAL, reason="Ông 陳 đề nghị 😀 xem lại")
    assert pdf.replaced == "陳😀"
    assert "Ông\N{REPLACEMENT CHARACTER}đềnghị\N{REPLACEMENT CHARACTER}xemlại" in words(pdf)


def test_letters_typed_in_pieces_are_put_together(printed: Callable[..., Pdf], words: Callable[[Pdf], str]) -> None:
    assert "Việt" in words(
        printed(LetterKind.REFUSAL, reason="Vie\N{COMBINING DOT BELOW}\N{COMBINING CIRCUMFLEX ACCENT}t")
    )


def test_signs_that_turn_or_hide_letters_are_taken_out(
    printed: Callable[..., Pdf], words: Callable[[Pdf], str]
) -> None:
    turned = "trả \N{RIGHT-TO-LEFT OVERRIDE}5000\N{POP DIRECTIONAL FORMATTING} đ\N{ZERO WIDTH SPACE}ồng"
    assert "trả5000đồng" in words(printed(LetterKind.REFUSAL, reason=turned))


# ---- a template reads its layout and its data -----------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "etc/passwd",
        "../../../../../../etc/passwd",
        "../letters.py",
        "/../letters.py",
        "file:///etc/passwd",
        "/proc/self/environ",
        "https://example.vn/",
    ],
)
@pytest.mark.parametrize("function", ["read", "image", "json", "csv", "xml", "yaml", "toml", "cbor"])
def test_no_function_reads_a_file_outside(function: str, path: str, refusal_of: Callable[..., LettersError]) -> None:
    problem = refusal_of(f'{HEAD}#{function}("{path}")')
    assert SECRET not in str(problem)
    assert problem.line == 3


@pytest.mark.parametrize(
    "code",
    [
        '#import "@preview/cetz:0.3.1"',
        '#import ("@pre" + "view/cetz:0.3.1")',
        '#import /* */ "/layout.typ": *',
        '#include "/receipt.typ"',
        '#import "/receipt.typ": *',
        '#eval("import \\"@preview/cetz:0.3.1\\"")',
        "#let e = eval",
        '#dictionary(std).at("ev" + "al")("1")',
        '#plugin("/x.wasm")',
        "$ eval(1) $",
    ],
)
def test_packages_other_templates_and_code_from_text_are_refused_before_anything_runs(
    code: str, refusal_of: Callable[..., LettersError]
) -> None:
    assert refusal_of(HEAD + code).line == 3


def test_no_module_in_reach_hides_eval(make: Callable[..., Pdf], words: Callable[[Pdf], str]) -> None:
    """`eval` and `std` are refused by their names; nothing else may hold them."""
    text = words(make(f"{LAYOUT}#for one in (sys, calc, sym, pdf) {{ repr(dictionary(one).keys()) }}"))
    assert "inputs" in text
    assert '"eval"' not in text
    assert '"std"' not in text


def test_the_environment_is_empty(press: LetterPress, printed: Callable[..., Pdf]) -> None:
    printed(LetterKind.REFUSAL)
    running = press._process._running
    assert running is not None
    with open(f"/proc/{running.process.pid}/environ", encoding="utf-8") as environment:  # noqa: PTH123
        names = {entry.partition("=")[0] for entry in environment.read().split("\0") if entry}
    assert names <= {"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "LC_CTYPE"}


# ---- bounds ---------------------------------------------------------------------------------------------


@pytest.fixture
def hurried() -> Iterator[LetterPress]:
    """A press that waits half a second."""
    press = LetterPress(seconds=0.5)
    yield press
    press.close()


def test_a_template_that_does_not_end_is_stopped_and_the_next_letter_printed(
    hurried: LetterPress, at: datetime
) -> None:
    hurried.render((HEAD + "Ngắn").encode(), {}, at=at)  # the first letter may take longer: the process starts
    endless = HEAD + "#for a in range(9999) { for b in range(9999) { let c = a * b } }"
    begun = time.monotonic()
    with pytest.raises(LettersError, match=r"more than 0\.5 seconds"):
        hurried.render(endless.encode(), {}, at=at)
    assert time.monotonic() - begun < 5
    assert hurried.render((HEAD + "Ngắn").encode(), {}, at=at).content


def test_a_template_that_eats_memory_is_stopped_and_the_next_letter_printed(
    make: Callable[..., Pdf], refusal_of: Callable[..., LettersError]
) -> None:
    greedy = HEAD + '#let many = ("a",) * 2000000000\n#many.len()'
    assert "memory" in str(refusal_of(greedy))
    assert make(HEAD + "Ngắn").content


def test_a_template_too_large_is_refused(refusal_of: Callable[..., LettersError]) -> None:
    assert "256 KB" in str(refusal_of(HEAD + " " * 300_000))


def test_data_too_large_is_refused(refusal_of: Callable[..., LettersError]) -> None:
    assert "2 MB" in str(refusal_of(HEAD, {"text": "a" * 3_000_000}))


def test_a_template_in_another_encoding_is_refused(press: LetterPress, at: datetime) -> None:
    with pytest.raises(LettersError, match="UTF-8") as caught:
        press.render(HEAD.encode() + "Việt".encode("cp1258", "replace") + b"\xff", {}, at=at)
    assert caught.value.line == 3


def test_data_that_is_no_json_is_refused(refusal_of: Callable[..., LettersError]) -> None:
    assert "cannot be printed" in str(refusal_of(HEAD, {"thing": object()}))


def test_a_moment_without_offset_is_refused(press: LetterPress, at: datetime) -> None:
    with pytest.raises(ValueError, match="offset"):
        press.render(HEAD.encode(), {}, at=at.replace(tzinfo=None))


# ---- what is wrong is said ------------------------------------------------------------------------------


def test_missing_data_is_named_with_the_line_of_the_template(refusal_of: Callable[..., LettersError]) -> None:
    problem = refusal_of(f"{LAYOUT}\n#data.applicant.name", {"applicant": {}})
    assert (problem.missing, problem.line) == ("name", 5)
    assert problem.text.vi == "Dữ liệu của văn bản thiếu mục “name” (mẫu văn bản, dòng 5)"
    assert problem.text.en == "The data of the letter lacks “name” (template, line 5)"


def test_what_the_layout_misses_is_named_with_the_line_that_called_it(refusal_of: Callable[..., LettersError]) -> None:
    problem = refusal_of(f"{LAYOUT}\n\n#party(data.applicant, [Hồ sơ của])", {"applicant": {"name": "A"}})
    assert (problem.missing, problem.line) == ("identity_number", 6)


def test_a_slip_of_the_pen_is_told_with_its_line(refusal_of: Callable[..., LettersError]) -> None:
    problem = refusal_of(f"{HEAD}\n#let x = (")
    assert problem.line == 4
    assert "unclosed" in problem.text.vi


def test_the_server_s_folders_are_not_told(refusal_of: Callable[..., LettersError]) -> None:
    assert os.sep + "forms" not in str(refusal_of(f'{HEAD}#read("/nothing.txt")'))


def test_a_template_that_is_not_there_is_told(press: LetterPress, at: datetime) -> None:
    gone = common_template(LetterKind.STOP).with_name("gone.typ")
    with pytest.raises(LettersError, match="cannot be read"):
        press.render(gone, {}, at=at)


# ---- a procedure's own template -------------------------------------------------------------------------


def test_a_procedure_s_own_template_uses_the_shared_layout(
    make: Callable[..., Pdf], words: Callable[[Pdf], str], example: Callable[[LetterKind], dict[str, Any]]
) -> None:
    own = '#import "/layout.typ": *\n#show: letter.with(title: ("Phiếu riêng", "Own slip"), paper: "a4")\n#data.request'
    text = words(make(own, example(LetterKind.REFUSAL)))
    assert "PHIẾURIÊNG" in text
    assert "Chứngthựcbảnsaotừbảnchính" in text


def test_the_example_in_the_guide_for_designers_is_printed(
    make: Callable[..., Pdf], words: Callable[[Pdf], str], example: Callable[[LetterKind], dict[str, Any]]
) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "for-designers" / "letters.md").read_text(encoding="utf-8")
    template = guide.partition("```typst\n")[2].partition("```")[0]
    assert "NGƯỜITIẾPNHẬN" in words(make(template, example(LetterKind.RECEIPT)))


def test_a_press_sets_in_the_fonts_an_authority_brings(example: Callable[[LetterKind], dict[str, Any]]) -> None:
    """The names come from the settings; an unknown one falls back to the font inside, and Typst remarks it."""
    press = LetterPress(families=("Times New Roman", "Libertinus Serif"))
    template = common_template(LetterKind.STOP)
    pdf = press.render(template, example(LetterKind.STOP), at=datetime(2026, 3, 5, tzinfo=UTC))
    press.close()
    assert any("times new roman" in warning for warning in pdf.warnings)


# ---- processes ------------------------------------------------------------------------------------------


def test_a_forked_process_prints_with_a_process_of_its_own(press: LetterPress, at: datetime) -> None:
    template = (HEAD + "Ngắn").encode()
    first = press.render(template, {}, at=at)
    child = os.fork()
    if child == 0:
        same = press.render(template, {}, at=at) == first
        press.close()
        os._exit(0 if same else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert press.render(template, {}, at=at) == first


def test_a_press_that_was_closed_opens_again(hurried: LetterPress, at: datetime) -> None:
    template = (HEAD + "Ngắn").encode()
    first = hurried.render(template, {}, at=at)
    hurried.close()
    assert hurried.render(template, {}, at=at) == first
