"""What FEEL says when it cannot answer: errors that stop, and problems that explain a null."""

from __future__ import annotations

from dataclasses import dataclass


class FeelError(Exception):
    """Root of everything engine.feel raises."""


class FeelSyntaxError(FeelError):
    """The text is not FEEL; says where, what was expected and what stands there.

    `line` and `column` count from 1. `expected` and `found` are short phrases in English.
    """

    def __init__(self, message: str, text: str, line: int, column: int, expected: str, found: str) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.line = line
        self.column = column
        self.expected = expected
        self.found = found


class FeelLimitError(FeelError):
    """The expression or its evaluation is larger than the budget allows."""


class FeelTypeError(FeelError):
    """A host value that has no FEEL meaning was handed in."""


@dataclass(frozen=True, slots=True)
class EvaluationProblem:
    """Why an operation gave null. `column` counts from 1; 0 when the place is not known."""

    message: str
    column: int


_VIETNAMESE = {
    "a value, a name or `(`": "một giá trị, tên hoặc `(`",
    "a value or a name": "một giá trị hoặc tên",
    "a name": "một tên",
    "a name after `.`": "một tên sau `.`",
    "a key followed by `:`": "khóa và dấu `:`",
    "a string in double quotes": "chuỗi trong dấu nháy kép",
    "an operator or the end of the expression": "phép toán hoặc hết biểu thức",
    "every argument named, or none": "mọi đối số có tên, hoặc không đối số nào",
    "a number below 10 to the power of 6145": "số nhỏ hơn 10 mũ 6145",
    "the name of an iteration variable": "tên biến lặp",
    "the name of a parameter or `)`": "tên tham số hoặc `)`",
    "the name of a type": "tên một kiểu",
    "a Unicode character": "ký tự Unicode",
    "half of a surrogate pair": "nửa cặp thay thế",
    'a closing quote `"`': 'dấu nháy đóng `"`',
    "a closing `*/`": "dấu đóng `*/`",
    "the end of the text": "hết văn bản",
}


def _vi(phrase: str) -> str:
    return _VIETNAMESE.get(phrase, phrase.replace(" or ", " hoặc "))


def syntax_error(text: str, offset: int, expected: str, found: str, hint: str = "") -> FeelSyntaxError:
    """Build a FeelSyntaxError for the 0-based `offset` in `text`."""
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    message = (
        f"Dòng {line}, cột {column}: cần {_vi(expected)}, gặp {_vi(found)}. / "
        f"Line {line}, column {column}: expected {expected}, found {found}."
    )
    if hint:
        message = f"{message} {hint}"
    return FeelSyntaxError(message, text, line, column, expected, found)
