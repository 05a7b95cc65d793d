"""The pictures on letters say what they should: read back from what is drawn."""

import re
import xml.etree.ElementTree as ET

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from forms.letter_pictures import _WIDTHS, bars_svg, code_128, qr_svg

LINK = "https://motcua.example.vn/theo-doi/9fK2-xQ7m-Tz4L-w8Rb"
SVG = "{http://www.w3.org/2000/svg}"


def drawn_squares(svg: str) -> set[tuple[int, int]]:
    """The dark squares of segno's drawing: strokes one unit high, moved by `m` and drawn by `h`."""
    path = ET.fromstring(svg).find(f"{SVG}path")
    assert path is not None
    x, y, dark = 0.0, 0.0, set()
    for command, numbers in re.findall(r"([MmhH])([-\d. ]+)", path.get("d", "")):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if command == "M":
            x, y = values
        elif command == "m":
            x, y = x + values[0], y + values[1]
        else:
            dark |= {(int(x) + step, int(y)) for step in range(int(values[0]))}
            x += values[0]
    return dark


def read_bars(svg: str) -> str:
    """What a scanner reads: widths of bars and spaces, looked up in groups of six."""
    path = ET.fromstring(svg).find(f"{SVG}path")
    assert path is not None
    bars = [(int(x), int(width)) for x, width in re.findall(r"M(\d+) 0h(\d+)v30", path.get("d", ""))]
    widths = []
    for (x, width), (following, _) in zip(bars, [*bars[1:], (0, 0)], strict=True):
        widths += [width, following - x - width]
    groups = ["".join(map(str, widths[start : start + 6])) for start in range(0, len(widths) - 8, 6)]
    values = [_WIDTHS.index(group) for group in groups]
    assert "".join(map(str, widths[-8:-1])) == "2331112"
    assert (values[0] + sum(place * value for place, value in enumerate(values[:-1]))) % 103 == values[-1]
    return spelled(values[:-1])


def spelled(values: list[int]) -> str:
    pairs, text = values[0] == 105, ""
    for value in values[1:]:
        if value in (99, 100) and (value == 100) == pairs:
            pairs = not pairs
        else:
            text += f"{value:02d}" if pairs else chr(value + 32)
    return text


def test_the_drawn_qr_code_is_the_link_s() -> None:
    matrix = segno.make_qr(LINK, error="q").matrix
    wanted = {(x + 4, y + 4) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}
    assert drawn_squares(qr_svg(LINK)) == wanted


def test_the_qr_code_can_lose_a_quarter() -> None:
    assert segno.make_qr(LINK, error="q").error in ("Q", "H")


def test_a_link_too_long_for_a_telephone_is_refused() -> None:
    with pytest.raises(ValueError, match="shorten"):
        qr_svg("https://example.vn/" + "a" * 1000)


def test_the_check_value_is_the_standard_s() -> None:
    """PJJ123C, worked by hand: 104 + 48 + 2·42 + 3·42 + 4·17 + 5·18 + 6·19 + 7·35 = 879 = 8·103 + 55."""
    assert code_128("PJJ123C") == [104, 48, 42, 42, 17, 18, 19, 35, 55, 106]


def test_every_sign_of_the_table_is_eleven_wide_and_stands_once() -> None:
    assert {sum(map(int, widths)) for widths in _WIDTHS[:-1]} == {11}
    assert len(set(_WIDTHS)) == len(_WIDTHS) == 107


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=48))
def test_a_scanner_reads_what_was_drawn(code: str) -> None:
    assert read_bars(bars_svg(code)) == code


@given(st.text(alphabet="0123456789AH.-", min_size=1, max_size=48))
def test_a_scanner_reads_codes_with_many_digits(code: str) -> None:
    assert read_bars(bars_svg(code)) == code


def test_a_usual_dossier_code_is_narrow_enough_for_a5() -> None:
    box = ET.fromstring(bars_svg("000.00.60.H29-260305-0042")).get("viewBox", "").split()
    assert int(box[2]) * 0.25 < 90  # millimetres, at a quarter of a millimetre a module


@pytest.mark.parametrize("code", ["a" * 49, "HỒ SƠ 1", "a\nb"])
def test_a_code_that_bars_cannot_say_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="without bars"):
        bars_svg(code)
