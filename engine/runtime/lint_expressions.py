"""FEEL that does not parse, reads what nobody has set, or can never give what is needed of it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from engine.feel import (
    BUILTIN_NAMES,
    Budget,
    FeelError,
    FeelSyntaxError,
    Value,
    YearsMonths,
    compile_expression,
    nearest_name,
    text_of,
)
from engine.feel.expression import Expression
from engine.model import Finding
from engine.runtime.expressions import Names, Purpose, Use, uses
from engine.runtime.rules import rule
from engine.runtime.subject import Subject

SYNTAX = rule(
    "feel-syntax",
    ("Biểu thức “{text}” không phải FEEL. {found_vi}", 'The expression "{text}" is not FEEL. {found}'),
    ("Sửa biểu thức.", "Correct the expression."),
)
FUNCTION = rule(
    "feel-unknown-function",
    ("FEEL không có hàm “{found}”.", 'FEEL has no function "{found}".'),
    ("Sửa tên hàm{near}.", "Correct the name{near}."),
)
UNKNOWN = rule(
    "unknown-name",
    (
        "“{text}” đọc “{found}”; không biểu mẫu hay kết quả nào đặt tên này.",
        '"{text}" reads "{found}"; no form and no result sets that name.',
    ),
    (
        "Dùng một tên có thật{near}; kết quả của serviceTask khai bằng motcua:result.",
        "Use a name that exists{near}; declare what a serviceTask gives with motcua:result.",
    ),
)
NOT_YET = rule(
    "name-not-yet-set",
    (
        "“{text}” đọc “{found}”, nhưng chưa bước nào trước đó đặt giá trị này.",
        '"{text}" reads "{found}", but no step before it can have set that.',
    ),
    ("Chuyển biểu thức ra sau bước đặt giá trị.", "Move the expression behind the step that sets it."),
)
MEMBER = rule(
    "unknown-field",
    ("“{text}” đọc {found}; biểu mẫu không có mục này.", '"{text}" reads {found}; the form has no such field.'),
    ("Sửa tên mục{near}.", "Correct the field{near}."),
)
WRONG_TYPE = rule(
    "feel-wrong-type",
    ("“{text}” cho {found}; cần {wanted_vi}.", '"{text}" gives {found}; {wanted} is needed.'),
    (
        "Sửa giá trị; thời gian viết P10D (ngày) hoặc PT2H (giờ).",
        "Correct the value; write time as P10D (days) or PT2H (hours).",
    ),
)

_WANTED: Final[Mapping[Purpose, tuple[str, str]]] = {
    Purpose.CONDITION: ("đúng hoặc sai", "true or false"),
    Purpose.ASSIGNEE: ("một tên đăng nhập", "a username"),
    Purpose.DURATION: ("một khoảng thời gian dương", "a duration above zero"),
    Purpose.MOMENT: ("một ngày hoặc thời điểm", "a day or a moment"),
    Purpose.APPLICANT: ("chữ", "a text"),
    Purpose.LETTER: ("chữ", "a text"),
}
_LITTLE: Final = Budget(steps=10_000)
_PROBE: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)  # any moment: only the kind of the value is looked at


def findings(subject: Subject, names: Names) -> Iterator[Finding]:
    """What is wrong with the FEEL of the diagrams and of procedure.toml."""
    for use in uses(subject, names):
        yield from _use(use, names)


def _use(use: Use, names: Names) -> Iterator[Finding]:
    try:
        expression = compile_expression(use.text)
    except FeelError as problem:
        yield _syntax(use, problem)
        return
    for name in sorted(expression.functions - BUILTIN_NAMES - expression.names):
        yield FUNCTION.at(*use.place, found=name, near=_near(name, BUILTIN_NAMES))
    for name in sorted(expression.names) if names.subject.facts else ():  # else the first form is not known
        yield from _name(use, name, names)
    for path in sorted(expression.paths):
        members = names.members.get(use.key(path[0]))
        if len(path) > 1 and members is not None and path[1] not in members:
            near = _near(path[1], members)
            yield MEMBER.at(*use.place, text=use.text, found=".".join(path[:2]), near=near)
    if not expression.names and use.purpose in _WANTED:
        yield from _constant(use, expression)


def _syntax(use: Use, problem: FeelError) -> Finding:
    path, line, element_id = use.place
    vi, _, en = str(problem).partition(" / ")
    extra = problem.line - 1 if isinstance(problem, FeelSyntaxError) else 0
    return SYNTAX.at(path, line + extra, element_id, text=use.text, found_vi=vi, found=en or vi)


def _name(use: Use, name: str, names: Names) -> Iterator[Finding]:
    if name == "dossier" or use.key(name) in use.known:
        return
    if use.key(name) in names.all:
        yield NOT_YET.at(*use.place, text=use.text, found=name)
    else:
        near = _near(name, names.all | {"dossier"})
        yield UNKNOWN.at(*use.place, text=use.text, found=name, near=near)


def _constant(use: Use, expression: Expression) -> Iterator[Finding]:
    """An expression that reads nothing has one value, and that can be looked at now, unless it takes too long."""
    try:
        value = expression.evaluate({}, now=_PROBE, budget=_LITTLE)
    except FeelError:
        return
    if not _fits(use, value):
        vi, en = _WANTED[use.purpose]
        yield WRONG_TYPE.at(*use.place, text=use.text, found=text_of(value), wanted_vi=vi, wanted=en)


def _fits(use: Use, value: Value) -> bool:
    if use.purpose is Purpose.CONDITION:
        return isinstance(value, bool)
    if use.purpose is Purpose.DURATION:
        return (isinstance(value, timedelta) and value > timedelta(0)) or (
            isinstance(value, YearsMonths) and value.months > 0
        )
    return isinstance(value, date if use.purpose is Purpose.MOMENT else str)


def _near(name: str, known: frozenset[str]) -> str:
    near = nearest_name(name, known)
    return f" ({near}?)" if near else ""
