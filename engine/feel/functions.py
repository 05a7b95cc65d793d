"""Calling functions, those of the standard and those defined in FEEL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.feel import ast
from engine.feel.builtins_registry import BUILTINS
from engine.feel.frame import Code, Frame
from engine.feel.limits import Run
from engine.feel.names import nearest_name
from engine.feel.types import coerce
from engine.feel.values import Builtin, Function, Parameter, Signature, Value, kind

if TYPE_CHECKING:
    from engine.feel.compiler import Compiler


def lambda_function(
    name: str,
    parameters: tuple[tuple[str, ast.TypeRef | None], ...],
    body: Code,
    frame: Frame,
    *,
    cost: int = 1,
) -> Function:
    """A function whose `body` is evaluated inside `frame` with its parameters bound."""
    names = [parameter for parameter, _ in parameters]

    def apply(run: Run, arguments: list[Value]) -> Value:
        run.enter()
        run.charge(cost)
        result = body(Frame(dict(zip(names, arguments, strict=True)), frame, run))
        run.leave()
        return result

    return Function(name, parameters, apply)


def call_code(compiler: Compiler, node: ast.Call) -> Code:
    """The closure of a call."""
    arguments = tuple(compiler.code(argument) for argument in node.arguments)
    function = node.function
    if isinstance(function, ast.Name) and not compiler.hides(function.name):
        builtin = compiler.builtin(function.name)
        if builtin is not None:
            return _builtin_code(builtin, arguments, node.names, node.column)
    target = compiler.code(function)
    names, column = node.names, node.column
    missing = _missing(function)

    def call(frame: Frame) -> Value:
        callee = target(frame)
        values = [argument(frame) for argument in arguments]
        if callee is None and missing:
            frame.run.null(missing, column)
            return None
        return invoke(callee, values, names, frame.run, column)

    return call


def _missing(function: ast.Node) -> str:
    if not isinstance(function, ast.Name):
        return ""
    near = nearest_name(function.name, BUILTINS)
    hint = f" Có phải / Did you mean `{near}`?" if near else ""
    return f"Không có hàm `{function.name}`. / There is no function `{function.name}`.{hint}"


def _builtin_code(builtin: Builtin, arguments: tuple[Code, ...], names: tuple[str, ...] | None, column: int) -> Code:
    def call(frame: Frame) -> Value:
        return call_builtin(builtin, [argument(frame) for argument in arguments], names, frame.run, column)

    return call


def invoke(callee: Value, values: list[Value], names: tuple[str, ...] | None, run: Run, column: int = 0) -> Value:
    """Call a function value; null with a problem when it is no function or the arguments do not fit."""
    if isinstance(callee, Builtin):
        return call_builtin(callee, values, names, run, column)
    if not isinstance(callee, Function):
        run.null(
            f"Không gọi được giá trị kiểu {kind(callee)}. / A value of type {kind(callee)} cannot be called.", column
        )
        return None
    ordered = _ordered(callee, values, names)
    if ordered is None:
        wanted = ", ".join(name for name, _ in callee.parameters)
        run.null(f"Hàm {callee.name} cần ({wanted}). / The function {callee.name} takes ({wanted}).", column)
        return None
    typed = [
        value if ref is None else coerce(value, ref, run)
        for value, (_, ref) in zip(ordered, callee.parameters, strict=True)
    ]
    if any(new is None and old is not None for new, old in zip(typed, ordered, strict=True)):
        run.null(
            f"Đối số của {callee.name} sai kiểu đã khai. / An argument of {callee.name} is not of its declared type.",
            column,
        )
        return None
    return callee.apply(run, typed)


def _ordered(callee: Function, values: list[Value], names: tuple[str, ...] | None) -> list[Value] | None:
    if names is None:
        return values if len(values) == len(callee.parameters) else None
    given = dict(zip(names, values, strict=True))
    wanted = [name for name, _ in callee.parameters]
    if len(given) != len(values) or set(given) - set(wanted):
        return None
    return [given.get(name) for name in wanted]


def call_builtin(builtin: Builtin, values: list[Value], names: tuple[str, ...] | None, run: Run, column: int) -> Value:
    """Call a function of the standard with the first signature that the arguments fit."""
    run.charge(1)
    complaint = ""
    for signature in builtin.signatures:
        bound = _bind(signature, values, names)
        if bound is None:
            continue
        fitted, mistake = _fit(signature, bound, run)
        if fitted is None:
            complaint = complaint or mistake
            continue
        result = signature.implementation(run, *fitted)
        if result is None:
            run.null(
                f"{builtin.name}(…) không có kết quả với các đối số này. / "
                f"{builtin.name}(…) has no answer for these arguments.",
                column,
            )
        elif type(result) is list:
            run.charge_list(len(result))
        return result
    run.null(f"{builtin.name}: {complaint or _usage(builtin)}", column)
    return None


def _usage(builtin: Builtin) -> str:
    forms = [", ".join(p.name for p in signature.parameters) for signature in builtin.signatures]
    return "cần / expected " + " | ".join(f"({form})" for form in forms)


_ABSENT = object()


def _bind(signature: Signature, values: Sequence[Value], names: tuple[str, ...] | None) -> list[Value] | None:
    """The arguments by parameter, `_ABSENT` where an optional one is left out; None if they do not fit."""
    parameters = signature.parameters
    if names is not None:
        given = dict(zip(names, values, strict=True))
        if len(given) != len(values) or set(given) - {p.name for p in parameters}:
            return None
        bound = [given.get(p.name, _ABSENT) for p in parameters]
    elif signature.variadic:
        fixed = len(parameters) - 1
        if len(values) <= fixed:
            return None
        bound = [*values[:fixed], list(values[fixed:])]
    else:
        if len(values) > len(parameters):
            return None
        bound = [*values, *[_ABSENT] * (len(parameters) - len(values))]
    if any(v is _ABSENT and not p.optional for v, p in zip(bound, parameters, strict=True)):
        return None
    return bound


def _fit(signature: Signature, bound: list[Value], run: Run) -> tuple[list[Value] | None, str]:
    """The arguments converted to the kinds the parameters take, or None and what is wrong."""
    fitted: list[Value] = []
    for position, (value, parameter) in enumerate(zip(bound, signature.parameters, strict=True)):
        if value is _ABSENT:
            fitted.append(None)
        elif signature.variadic and position == len(signature.parameters) - 1:
            items = [_suit(item, parameter) for item in value]
            if _MISFIT in items:
                return None, _mistake(parameter, next(v for v in value if _suit(v, parameter) is _MISFIT))
            fitted.append(items)
        else:
            suited = _suit(value, parameter)
            if suited is _MISFIT:
                return None, _mistake(parameter, value)
            fitted.append(suited)
    return fitted, ""


_MISFIT = object()


def _suit(value: Value, parameter: Parameter) -> Value:
    """`value` as the parameter takes it: a list of one opened, a single value made a list, or `_MISFIT`."""
    kinds = parameter.kinds
    if value is None:
        return None if parameter.nullable or "any" in kinds else _MISFIT
    if "any" in kinds or kind(value) in kinds:
        return value
    if isinstance(value, list) and len(value) == 1 and kind(value[0]) in kinds:
        return value[0]
    if "list" in kinds:
        return [value]
    return _MISFIT


def _mistake(parameter: Parameter, value: Value) -> str:
    return f"`{parameter.name}` phải là / must be {' | '.join(parameter.kinds)}, không phải / not {kind(value)}"
