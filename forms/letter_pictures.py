"""Pictures on letters, as SVG: the QR code of a link, the bars of a dossier code (Code 128)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

import segno

MOST_QR: Final = 1_000  # characters; beyond, the squares get too small for a telephone
MOST_BARS: Final = 48  # characters; beyond, the bars do not fit across an A5 page
_QUIET: Final = 10  # modules of white on either side, by the standard

# Code 128: bar and space widths of the values 0 to 105, then the stop sign, each a group of digits.
_WIDTHS: Final = (  # noqa: SIM905 - a table to be compared by eye
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
).split()
_START_B, _START_C, _TO_C, _TO_B, _STOP = 104, 105, 99, 100, 106


def qr_svg(link: str) -> str:
    """The QR code of `link` with its quiet zone, a quarter of it restorable.

    Raises:
        ValueError: the link is longer than a telephone reads from paper.
    """
    if len(link) > MOST_QR:
        raise ValueError(f"expected a link of at most {MOST_QR} characters, found {len(link)}; shorten it")
    drawn = io.BytesIO()
    segno.make_qr(link, error="q").save(drawn, kind="svg", xmldecl=False, border=4, light=None)
    return drawn.getvalue().decode()


def bars_svg(code: str) -> str:
    """`code` in Code 128, one unit a module, with quiet zones.

    Raises:
        ValueError: the code is too long, or has letters that Code 128 B does not have.
    """
    if len(code) > MOST_BARS or not all(" " <= letter <= "~" for letter in code):
        raise ValueError(f"expected at most {MOST_BARS} plain ASCII letters, found {code!r}; print it without bars")
    across, path = _QUIET, []
    for widths in (_WIDTHS[value] for value in code_128(code)):
        for place, width in enumerate(map(int, widths)):
            if place % 2 == 0:
                path.append(f"M{across} 0h{width}v30h-{width}z")
            across += width
    width = across + _QUIET
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 30"><path d="{"".join(path)}"/></svg>'


def code_128(text: str) -> list[int]:
    """The values that stand for `text`: start, letters (runs of digits in pairs), check value, stop."""
    values = list(_values(text))
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    return [*values, check, _STOP]


def _values(text: str) -> Iterator[int]:
    place = 0
    paired = _digits(text, 0) >= 4
    yield _START_C if paired else _START_B
    while place < len(text):
        run = _digits(text, place)
        if paired and run >= 2:
            yield int(text[place : place + 2])
            place += 2
        elif paired:
            paired = False
            yield _TO_B
        elif run >= 6 and run % 2 == 0:
            paired = True
            yield _TO_C
        else:
            yield ord(text[place]) - 32
            place += 1


def _digits(text: str, start: int) -> int:
    """How many digits stand at `start`."""
    return next((n for n, letter in enumerate(text[start:]) if not letter.isdigit()), len(text) - start)
