"""What a designer reads when an expression is not FEEL."""

from __future__ import annotations

import pytest

from engine.feel import FeelSyntaxError, compile_expression, compile_unary_tests

WRONG = [
    ("", 1, "a value, a name or `(`", "the end of the text"),
    ("1 +", 4, "a value, a name or `(`", "the end of the text"),
    ("1 2", 3, "an operator or the end of the expression", "`2`"),
    ('"abc', 1, 'a closing quote `"`', "the end of the text"),
    ("[1, 2", 6, "`]` or `,`", "the end of the text"),
    ("(1", 3, "`)`", "the end of the text"),
    ("if a then b", 12, "`else`", "the end of the text"),
    ("for in x return 1", 5, "the name of an iteration variable", "`in`"),
    ("{a 1}", 2, "a key followed by `:`", "`a`"),
    ("a.", 3, "a name after `.`", "the end of the text"),
    ("f(a: 1, 2)", 9, "every argument named, or none", "`2`"),
    ("@5", 2, "a string in double quotes", "`5`"),
    ("x instance of", 14, "the name of a type", "the end of the text"),
    ("/* x", 1, "a closing `*/`", "the end of the text"),
    ("1e9999", 1, "a number below 10 to the power of 6145", "`1e9999`"),
]


@pytest.mark.parametrize(("text", "column", "expected", "found"), WRONG)
def test_a_mistake_is_pointed_at_with_what_was_expected(text: str, column: int, expected: str, found: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(text)
    error = caught.value
    assert (error.line, error.column, error.expected, error.found) == (1, column, expected, found)
    assert str(error).startswith(f"Dòng 1, cột {column}: cần ")


def test_the_line_is_told_in_a_text_of_several_lines() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression("if a\nthen b\nelse ]")
    assert (caught.value.line, caught.value.column) == (3, 7)


@pytest.mark.parametrize(
    ("text", "hint"),
    [("a == 1", "`=`"), ("a && b", "`and`"), ("a || b", "`or`"), ("!a", "not("), ("a = 'x'", "double quotes")],
)
def test_habits_of_other_languages_get_a_hint(text: str, hint: str) -> None:
    with pytest.raises(FeelSyntaxError, match=r"Dòng") as caught:
        compile_expression(text)
    assert hint in caught.value.message


def test_a_wrong_cell_is_refused() -> None:
    with pytest.raises(FeelSyntaxError):
        compile_unary_tests("1,")
