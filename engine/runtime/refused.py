"""BPMN that the standard has and this platform refuses, each with what to draw instead.

Some of it SpiffWorkflow would run as something else without a word (link, compensation, signal at the end, a
receive task without a message); the rest would hide from the reader of a diagram what the law has to show.
"""

from dataclasses import dataclass
from typing import Final

from engine.runtime.rules import Rule, rule


@dataclass(frozen=True)
class Construct:
    """A refused construct and the rule that says so."""

    tag: str
    rule: Rule


CONSTRUCTS: Final[dict[str, Construct]] = {}
"""By tag name, or by `@attribute=value`."""


def _refuse(code: str, tags: str, what: tuple[str, str], instead: tuple[str, str]) -> None:
    made = rule(
        code,
        (f"“{{name}}”: {what[0]} không được hỗ trợ.", f'"{{name}}": {what[1]} is not supported.'),
        instead,
    )
    for tag in tags.split():
        CONSTRUCTS[tag] = Construct(tag, made)


_SERVICE = ("Dùng serviceTask với motcua:service.", "Use a serviceTask with motcua:service.")
_FOR_EACH = (
    "Vẽ mỗi việc một nhánh song song, hoặc một userTask có biểu mẫu dạng danh sách.",
    "Draw one parallel branch for each, or one userTask whose form has a list of rows.",
)
_DATA = (
    "Dữ liệu của hồ sơ là câu trả lời của biểu mẫu và motcua:result.",
    "A dossier's data are the answers of forms and motcua:result.",
)

_refuse(
    "untyped-task",
    "task",
    ("task không rõ loại", "a task of no type"),
    (
        "Người làm: userTask. Máy làm: serviceTask hoặc scriptTask.",
        "For people: userTask. For the machine: serviceTask or scriptTask.",
    ),
)
_refuse(
    "manual-task",
    "manualTask",
    ("manualTask", "a manualTask"),
    ("Dùng userTask với một biểu mẫu xác nhận.", "Use a userTask with a form that confirms it was done."),
)
_refuse("send-task", "sendTask", ("sendTask", "a sendTask"), _SERVICE)
_refuse(
    "receive-task",
    "receiveTask",
    ("receiveTask", "a receiveTask"),
    ("Dùng intermediateCatchEvent với một message.", "Use an intermediateCatchEvent with a message."),
)
_refuse(
    "complex-gateway",
    "complexGateway",
    ("complexGateway", "a complexGateway"),
    ("Dùng exclusive, inclusive hoặc parallelGateway.", "Use an exclusive, inclusive or parallelGateway."),
)
_refuse(
    "transaction",
    "transaction cancelEventDefinition",
    ("transaction (và sự kiện cancel)", "a transaction (and its cancel event)"),
    ("Dùng subProcess với sự kiện biên error.", "Use a subProcess with an error boundary event."),
)
_refuse(
    "ad-hoc",
    "adHocSubProcess",
    ("ad-hoc subprocess", "an ad-hoc subprocess"),
    ("Vẽ thứ tự các bước trong subProcess thường.", "Draw the order of the steps in a plain subProcess."),
)
_refuse(
    "event-subprocess",
    "@triggeredByEvent=true",
    ("event subprocess", "an event subprocess"),
    ("Dùng sự kiện biên trên subProcess.", "Use a boundary event on the subProcess."),
)
_refuse(
    "multi-instance",
    "multiInstanceLoopCharacteristics",
    ("bước lặp nhiều bản (multi-instance)", "a multi-instance activity"),
    _FOR_EACH,
)
_refuse(
    "loop",
    "standardLoopCharacteristics",
    ("dấu lặp trên bước (loop)", "a loop marker"),
    ("Vẽ luồng quay lại từ một exclusiveGateway.", "Draw the way back from an exclusiveGateway."),
)
_refuse(
    "link-event",
    "linkEventDefinition",
    ("sự kiện link", "a link event"),
    ("Nối thẳng bằng một sequenceFlow.", "Connect the two places with a sequenceFlow."),
)
_refuse(
    "compensation",
    "compensateEventDefinition @isForCompensation=true",
    ("bồi hoàn (compensation)", "compensation"),
    ("Vẽ các bước hoàn tác thành luồng thường.", "Draw the steps that undo as ordinary flow."),
)
_refuse(
    "signal-event",
    "signalEventDefinition signal",
    ("sự kiện signal", "a signal"),
    ("Dùng message, hoặc một exclusiveGateway.", "Use a message, or an exclusiveGateway."),
)
_refuse(
    "escalation-event",
    "escalationEventDefinition escalation",
    ("sự kiện escalation", "an escalation"),
    (
        "Dùng error để dừng, hoặc sự kiện biên timer không ngắt.",
        "Use an error to stop, or a non-interrupting boundary timer.",
    ),
)
_refuse(
    "conditional-event",
    "conditionalEventDefinition",
    ("sự kiện conditional", "a conditional event"),
    (
        "Kiểm tra điều kiện ở exclusiveGateway sau bước ghi dữ liệu.",
        "Check the condition at an exclusiveGateway after the step that sets the data.",
    ),
)
_refuse(
    "timer-cycle",
    "timeCycle",
    ("timer lặp (timeCycle)", "a repeating timer (timeCycle)"),
    (
        "Dùng timeDuration; cần nhắc nhiều lần thì vẽ nhiều timer.",
        "Use timeDuration; draw one timer for each reminder.",
    ),
)
_refuse(
    "multiple-events",
    "@parallelMultiple=true",
    ("sự kiện nhiều định nghĩa", "an event with several definitions"),
    ("Tách thành nhiều sự kiện.", "Split it into several events."),
)
_refuse(
    "parallel-event-gateway",
    "@eventGatewayType=Parallel",
    ("eventBasedGateway kiểu Parallel", "a parallel eventBasedGateway"),
    ("Dùng parallelGateway rồi các sự kiện chờ.", "Use a parallelGateway followed by catch events."),
)
_refuse(
    "instantiating-gateway",
    "@instantiate=true",
    ("phần tử tự khởi tạo quy trình (instantiate)", "an element that starts the process (instantiate)"),
    ("Hồ sơ được nộp sẽ bắt đầu startEvent để trống.", "Filing a dossier starts the plain startEvent."),
)
_refuse("data-store", "dataStore dataStoreReference", ("data store", "a data store"), _DATA)
_refuse(
    "io-specification",
    "ioSpecification inputSet outputSet dataInput dataOutput",
    ("ioSpecification", "an ioSpecification"),
    _DATA,
)
_refuse(
    "performer",
    "performer humanPerformer potentialOwner resourceRole",
    ("khai báo người thực hiện trên bước", "a performer on a step"),
    (
        "Đặt motcua:role trên lane; chọn người bằng motcua:assignee.",
        "Put motcua:role on the lane; choose a person with motcua:assignee.",
    ),
)
_refuse(
    "message-flow",
    "messageFlow conversation conversationNode correlationKey correlationProperty correlationSubscription",
    ("message flow và correlation giữa các pool", "a message flow or correlation between pools"),
    ("Giữ một pool; người ngoài là một lane hoặc chú thích.", "Keep one pool; draw others as a lane or a note."),
)
_refuse(
    "import",
    "import",
    ("import tệp khác", "importing another file"),
    ("Dùng callActivity tới bpmn/shared.", "Use a callActivity to a process in bpmn/shared."),
)
_refuse(
    "choreography",
    "choreography choreographyTask subChoreography callChoreography globalTask globalUserTask globalScriptTask "
    "globalManualTask globalBusinessRuleTask globalConversation implicitThrowEvent",
    ("choreography và global task", "a choreography or global task"),
    ("Dùng process thường.", "Use an ordinary process."),
)
