"""A small procedure that asks three bodies at once, each through the same shared process."""

from small_bundles import TOML, bundle, chain, flow, node, process, work

from engine.runtime.bundle import Bundle

BODIES = ("land", "roads", "ward")
UNITS = {"land": "TD-TNMT", "roads": "TD-QLDT", "ward": "TD-P-HB"}
LAW = '<motcua:legalBasis document="Luật thử" article="Điều 3"/>'
LANE = """<bpmn:laneSet id="opinion_lanes"><bpmn:lane id="body" name="Cơ quan"><bpmn:extensionElements>
<motcua:role key="consulted_officer" unit="consulted"/></bpmn:extensionElements>
<bpmn:flowNodeRef>give</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"""
GIVE_LIMIT = '<motcua:limit amount="3" unit="working-days"/>'
SILENT = (
    '<bpmn:boundaryEvent id="silent" attachedToRef="give"><bpmn:extensionElements>'
    '<motcua:limit amount="5" unit="working-days"/><motcua:silence means="consent"/></bpmn:extensionElements>'
    "<bpmn:timerEventDefinition/></bpmn:boundaryEvent>"
)
SCRIPT = node(
    "scriptTask",
    "record",
    '<motcua:result name="opinion"/>',
    inside='<bpmn:script>{verdict: "silent"}</bpmn:script>',
    scriptFormat="feel",
)
NOTED = node(
    "scriptTask",
    "note",
    '<motcua:result name="noted"/>',
    inside='<bpmn:script>opinion.verdict + " of " + application.applicant_name</bpmn:script>',
    scriptFormat="feel",
)


def call(body: str, *extensions: str, scope: str = "", place: str = "consulted") -> str:
    """A call of the shared process for one body; `scope` is the body's name unless another is given."""
    said = [f'<motcua:scope name="{scope or body}"/>', f'<motcua:place name="{place}" unit="{body}"/>', LAW]
    return node("callActivity", f"ask_{body}", *said, *extensions, name=f"Phòng {body}", calledElement="opinion")


def opinion() -> bytes:
    """The shared process: asks; silence is recorded; a dissent is looked at once more."""
    body = (
        LANE
        + node("startEvent", "asked")
        + node("userTask", "give", '<motcua:form key="review" as="opinion"/>', GIVE_LIMIT, name="Góp ý")
        + SILENT
        + SCRIPT
        + node("exclusiveGateway", "heard", default="heard__note")
        + NOTED
        + node("endEvent", "answered")
        + node("endEvent", "dissented")
        + chain("asked", "give", "heard")
        + chain("silent", "record", "heard")
        + flow("heard", "dissented", 'opinion.verdict = "no"')
        + chain("heard", "note", "answered")
    )
    return process(body, "opinion")


def thrice(*extensions: str, calls: str = "") -> Bundle:
    """The procedure; `extensions` are added to the call of the ward."""
    middle = (
        node("parallelGateway", "fork")
        + (calls or "".join(call(body, *(extensions if body == "ward" else ())) for body in BODIES))
        + node("parallelGateway", "join")
        + "".join(chain("fork", f"ask_{body}", "join") for body in BODIES)
        + node(
            "scriptTask",
            "sum_up",
            '<motcua:result name="summary"/>',
            inside="<bpmn:script>[land_opinion.verdict, roads_opinion.verdict, ward_opinion.verdict]</bpmn:script>",
            scriptFormat="feel",
        )
    )
    unjoined = chain("receive", "MIDDLE", "settle")
    joined = chain("receive", "fork") + chain("join", "sum_up", "settle")
    units = "".join(f'{name} = "{code}"\n' for name, code in UNITS.items())
    return bundle(
        process(work(middle, ("MIDDLE",)).replace(unjoined, joined)),
        toml=TOML.replace("[[term]]", units + "[[term]]"),
        files={"shared/opinion.bpmn": opinion()},
    )
