"""The forms, decision tables, services and units that a diagram names, and what is wrong inside them."""

from collections.abc import Iterator, Mapping

from engine import decisions
from engine.decisions import DecisionModel, DecisionModelError
from engine.decisions.analysis import findings as decision_findings
from engine.feel import FeelError, compile_expression, nearest_name
from engine.model import Element, ElementKind, Finding, Role
from engine.runtime import cases
from engine.runtime.bundle import FORM_SUFFIX
from engine.runtime.expressions import Names
from engine.runtime.facts import ALWAYS_KNOWN_UNITS, PATH, CaseRule
from engine.runtime.rules import Rule, rule
from engine.runtime.subject import Place, Subject
from forms.definition import findings as form_findings

NO_FORM = rule(
    "user-task-without-form",
    ("userTask không có biểu mẫu.", "The userTask has no form."),
    ("Thêm motcua:form.", "Add a motcua:form."),
)
FORM_MISSING = rule(
    "form-missing",
    ("Không có biểu mẫu “{found}”.", 'There is no form "{found}".'),
    ("Tạo forms/<thủ tục>/{found}.form.json{near}.", "Make forms/<procedure>/{found}.form.json{near}."),
)
FORM_UNUSED = rule(
    "form-unused",
    ("Không bước nào dùng biểu mẫu này.", "No step uses this form."),
    ("Xóa tệp, hoặc gọi nó bằng motcua:form.", "Delete the file, or name it in a motcua:form."),
    error=False,
)
FORM_FAULT = rule("form-fault", ("{what_vi}", "{what}"), ("{remedy_vi}", "{remedy}"))
FORM_WARNING = rule("form-warning", ("{what_vi}", "{what}"), ("{remedy_vi}", "{remedy}"), error=False)
DECISION_MISSING = rule(
    "decision-missing",
    ("Không có tệp quyết định “{found}”.", 'There is no decision file "{found}".'),
    ("Đặt tệp cạnh process.bpmn{near}.", "Put the file beside process.bpmn{near}."),
)
DECISION_FAULT = rule(
    "decision-fault",
    ("Tệp quyết định có lỗi: {found}", "The decision file is faulty: {found}"),
    ("Sửa trong trình soạn bảng quyết định.", "Correct it in the decision table editor."),
)
DECISION_WARNING = rule(
    "decision-warning",
    ("Bảng quyết định: {found}", "The decision table: {found}"),
    ("Xem lại các dòng của bảng.", "Look at the rows of the table."),
    error=False,
)
DECISION_UNKNOWN = rule(
    "decision-unknown",
    ("Trong “{file}” không có quyết định “{found}”.", '"{file}" holds no decision "{found}".'),
    ("Có: {there}.", "There are: {there}."),
)
DECISION_INPUT = rule(
    "decision-input-unknown",
    (
        "Quyết định cần dữ liệu “{found}”; trước bước này chưa có tên đó.",
        'The decision needs the input "{found}"; nothing before this step can have set that name.',
    ),
    ("Đổi tên input theo biểu mẫu hoặc kết quả{near}.", "Name the input after a form or a result{near}."),
)
DECISION_UNUSED = rule(
    "decision-unused",
    ("Không bước nào dùng tệp quyết định này.", "No step uses this decision file."),
    ("Xóa tệp, hoặc gọi nó bằng motcua:decision.", "Delete the file, or name it in a motcua:decision."),
    error=False,
)
SERVICE_UNKNOWN = rule(
    "service-unknown",
    ("Không có dịch vụ nào đăng ký tên “{found}”.", 'No service is registered as "{found}".'),
    ("Sửa tên{near}.", "Correct the name{near}."),
)
UNIT_UNKNOWN = rule(
    "unit-unknown",
    ("Lane thuộc “{found}”; [units] không có tên này.", 'The lane sits in "{found}"; [units] has no such name.'),
    ("Thêm vào [units] của procedure.toml{near}.", "Add it to [units] of procedure.toml{near}."),
)
KEY_RESERVED = rule(
    "data-key-reserved",
    (
        "Tên dữ liệu “{found}” không dùng được trong FEEL hoặc đã dành cho hệ thống.",
        'The data key "{found}" is no FEEL name, or is the platform\'s own.',
    ),
    ("Đặt tên khác (as hoặc name).", "Choose another name (as or name)."),
)


def findings(subject: Subject, names: Names) -> Iterator[Finding]:
    """What the diagrams name and the bundle lacks; what is wrong in forms and decision tables."""
    yield from _start_form(subject)
    for element in subject.elements.values():
        yield from _named(subject, element)
    yield from _forms(subject, names)
    yield from _decisions(subject, names)


def _start_form(subject: Subject) -> Iterator[Finding]:
    if subject.facts and subject.facts.start_form not in subject.bundle.forms:
        yield _missing(FORM_MISSING, (PATH, 0, ""), subject.facts.start_form, frozenset(subject.bundle.forms))


def _missing(which: Rule, place: tuple[str, int, str], found: str, there: frozenset[str]) -> Finding:
    near = nearest_name(found, there)
    return which.at(*place, found=found, near=f" ({near}?)" if near else "")


def _named(subject: Subject, element: Element) -> Iterator[Finding]:
    """The form, service and unit that one element names, and the data keys it sets."""
    place = subject.place(element)
    forms = frozenset(subject.bundle.forms)
    if element.kind is ElementKind.USER_TASK and element.form is None:
        yield NO_FORM.at(*place)
    if element.form and element.form.key not in forms:
        yield _missing(FORM_MISSING, place, element.form.key, forms)
    if subject.services is not None and element.service and element.service not in subject.services:
        yield _missing(SERVICE_UNKNOWN, place, element.service, subject.services)
    for key in filter(None, (element.result, element.form.data_key if element.form else "")):
        if key in {"dossier", "people"} or not _is_name(key):
            yield KEY_RESERVED.at(*place, found=key)
    known = ALWAYS_KNOWN_UNITS | (frozenset(subject.facts.units) if subject.facts else frozenset())
    if element.unit and element.role is not Role.APPLICANT and subject.facts and element.unit not in known:
        yield _missing(UNIT_UNKNOWN, place, element.unit, known)


def _is_name(key: str) -> bool:
    try:
        return compile_expression(key).names == {key}
    except FeelError:
        return False


def _forms(subject: Subject, names: Names) -> Iterator[Finding]:
    used = {element.form.key for element in subject.elements.values() if element.form}
    if subject.facts:
        used.add(subject.facts.start_form)
    for key, source in subject.bundle.forms.items():
        path = f"forms/{key}{FORM_SUFFIX}"
        if key not in used and subject.sound and subject.facts:
            yield FORM_UNUSED.at(path)
        for fault in form_findings(source, _readable(subject, names, key)):
            which = FORM_FAULT if fault.severity == "error" else FORM_WARNING
            place = f"{fault.pointer or '/'}: "
            yield which.at(
                path,
                0,
                fault.component,
                what_vi=place + fault.message.vi,
                what=place + fault.message.get("en"),
                remedy_vi=fault.remedy.vi,
                remedy=fault.remedy.get("en"),
            )


def _readable(subject: Subject, names: Names, form_key: str) -> frozenset[str]:
    """What the FEEL of a form may read besides its own fields: what can be set wherever it is shown."""
    shown = [element for element in subject.elements.values() if element.form and element.form.key == form_key]
    before = [names.readable(element) for element in shown]
    return frozenset({"dossier", "people"}).union(*before)


def _decisions(subject: Subject, names: Names) -> Iterator[Finding]:
    models: dict[str, DecisionModel] = {}
    for path, source in subject.bundle.decisions.items():
        try:
            models[path] = decisions.load(source)
        except DecisionModelError as problem:
            yield DECISION_FAULT.at(path, problem.line, problem.element_id, found=problem.message)
        else:
            for fault in decision_findings(models[path]):
                which = DECISION_FAULT if fault.severity == "error" else DECISION_WARNING
                yield which.at(path, fault.place.line, fault.decision, found=fault.message)
    used = [element for element in subject.of_kind(ElementKind.DECISION_TASK) if element.decision[0]]
    for element in used:
        file = element.decision[0]
        if file not in subject.bundle.decisions:
            there = frozenset(subject.bundle.decisions)
            yield _missing(DECISION_MISSING, subject.place(element), file, there)
        elif file in models:
            yield from _decision(subject, element, models[file], names)
    named = {element.decision[0] for element in used}
    facts = subject.facts
    for said in filter(None, (facts.case, facts.routing) if facts else ()):
        known = {facts.start_form} if facts and said is facts.case else {facts.start_form if facts else "", "dossier"}
        yield from _filing_rule(subject, said, models, frozenset(known))
        named.add(said.file)
    if facts:
        yield from cases.findings(facts, models, subject.bundle.files.get(PATH, b""))
    for path in subject.bundle.decisions:
        if path not in named and subject.sound:
            yield DECISION_UNUSED.at(path)


def _filing_rule(
    subject: Subject, said: CaseRule, models: Mapping[str, DecisionModel], known: frozenset[str]
) -> Iterator[Finding]:
    place = (PATH, 0, "")
    if said.file not in subject.bundle.decisions:
        yield _missing(DECISION_MISSING, place, said.file, frozenset(subject.bundle.decisions))
    elif said.file in models:
        yield from _asked(place, (said.file, said.decision), models[said.file], known)


def _decision(subject: Subject, element: Element, model: DecisionModel, names: Names) -> Iterator[Finding]:
    known = names.readable(element) | {"dossier"}
    yield from _asked(subject.place(element), element.decision, model, known)


def _asked(place: Place, decision: tuple[str, str], model: DecisionModel, known: frozenset[str]) -> Iterator[Finding]:
    file, name = decision
    try:
        model.find(name)
    except DecisionModelError:
        there = ", ".join(decision.variable.name for decision in model.decisions)
        yield DECISION_UNKNOWN.at(*place, file=file, found=name, there=there)
        return
    for given in model.inputs:
        if given.variable.name not in known:
            yield _missing(DECISION_INPUT, place, given.variable.name, known)
