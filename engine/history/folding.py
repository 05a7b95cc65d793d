"""How each type of entry changes the picture of a dossier: a fold over its history, and over nothing else."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.deadlines.clock_events import ClockEvent, ClockEventKind
from engine.events import CLOCK_PREFIX, EventType
from engine.history.picture import LONG_AGO, ActDone, CalendarThen, Line, OpenTask, PaperThen, Picture, Waiting

CHECKED_PAPERS = "@papers"  # the data key of `engine.papers`
TIMER, STEP, TERM = "timer", "step", "term"  # kinds of deadlines: of the diagram, a task's own, the dossier's


def fold(lines: Iterable[Line], at: datetime = LONG_AGO) -> Picture:
    """What the lines, in order from the first one, come to."""
    picture = Picture(at)
    for line in lines:
        take(picture, line)
    return picture


def take(picture: Picture, line: Line) -> None:
    """Let one entry change the picture."""
    picture.seq = line.seq
    if line.type.startswith(CLOCK_PREFIX):
        picture.clock.append(clock_event(line))
        return
    taker = _TAKERS.get(line.type)
    if taker:
        taker(picture, line)


def line_of(entry: Mapping[str, Any], hashed: str = "") -> Line:
    """A line from what an entry's text says."""
    who = entry["actor"]
    name = who.get("name", "")
    if absent := who.get("on_behalf_of"):
        name = f"{name} (thay {absent['name']})"
    moments = (datetime.fromisoformat(entry["occurred_at"]), datetime.fromisoformat(entry["recorded_at"]))
    return Line(entry["seq"], entry["type"], *moments, name, entry["payload"], hashed, who)


def clock_event(line: Line) -> ClockEvent:
    """The event of the clock's ledger that a line is."""
    said = line.payload
    return ClockEvent(
        ClockEventKind(said["kind"]),
        line.occurred_at,
        reason=said.get("reason", ""),
        ground=said.get("ground", ""),
        document=said.get("document"),
        days=said.get("days", 0),
        sequence=line.seq,
    )


def _filed(picture: Picture, line: Line) -> None:
    said = line.payload
    picture.code, picture.procedure = said.get("code", ""), said.get("procedure", "")
    picture.version, picture.checksum = said["version"], said.get("checksum", "")
    picture.channel, picture.case = said.get("channel", ""), said.get("case")
    picture.filed_at = line.occurred_at
    named = ((place, said.get(f"{place}_unit")) for place in ("receiving", "competent", "support"))
    picture.places = {place: unit for place, unit in named if unit}
    if calendar := said.get("calendar"):
        picture.calendars.append(CalendarThen(calendar["number"], calendar["fingerprint"]))
    picture.answers[said["form"]] = said["answers"]


def _handed_over(picture: Picture, _line: Line) -> None:
    picture.on_its_way = True


def _acknowledged(picture: Picture, _line: Line) -> None:
    picture.on_its_way = False


def _routed(picture: Picture, line: Line) -> None:
    picture.places["competent"], picture.on_its_way = line.payload["unit"], False


def _moved_place(picture: Picture, line: Line) -> None:
    picture.places[line.payload["place"].removesuffix("_unit")] = line.payload["unit"]


def _ended(picture: Picture, line: Line) -> None:
    """Whatever still waited beside the process ends with it."""
    picture.ended, picture.outcome, picture.ended_at = (
        line.payload["element"],
        line.payload["outcome"],
        line.occurred_at,
    )
    picture.deadlines.clear()


def _opened(picture: Picture, line: Line) -> None:
    said = line.payload
    due = datetime.fromisoformat(said["due_at"]) if said.get("due_at") else None
    task = OpenTask(
        said["task"], said["element"], said["role"], said["unit"], said.get("assignee") or "", line.occurred_at, due
    )
    picture.tasks[task.id] = task


def _claimed(picture: Picture, line: Line) -> None:
    _give(picture, line, line.who.get("id", line.who.get("username", "")), line.who.get("name", ""))


def _assigned(picture: Picture, line: Line) -> None:
    _give(picture, line, line.payload.get("assignee") or line.payload.get("to", ""), line.payload.get("to", ""))


def _released(picture: Picture, line: Line) -> None:
    _give(picture, line, "", "")


def _give(picture: Picture, line: Line, assignee: str, holder: str) -> None:
    if task := picture.tasks.get(line.payload["task"]):
        picture.tasks[task.id] = replace(task, assignee=assignee, holder=holder)


def _moved(picture: Picture, line: Line) -> None:
    said = line.payload
    if task := picture.tasks.get(said["task"]):
        kept = said.get("assignee") or ""
        holder = task.holder if kept == task.assignee else ""
        moved = replace(task, role=said["role"], unit=said["unit"], assignee=kept, holder=holder)
        picture.tasks[task.id] = moved


def _completed(picture: Picture, line: Line) -> None:
    said = line.payload
    _cancelled(picture, line)
    if said.get("key"):
        picture.answers[said["key"]] = said["answers"]
    if act := said.get("act"):
        done = ActDone(
            line.seq,
            line.occurred_at,
            said.get("element", ""),
            line.actor,
            act["name"],
            act.get("mandate") or "",
            act.get("kind", ""),
            act.get("instrument", {}),
            act.get("reason", ""),
        )
        picture.acts.append(done)


def _cancelled(picture: Picture, line: Line) -> None:
    """A step's own limit ends with its task."""
    task = line.payload["task"]
    picture.tasks.pop(task, None)
    picture.deadlines = {key: each for key, each in picture.deadlines.items() if each.task != task}


def _set(picture: Picture, line: Line) -> None:
    said = line.payload
    known = picture.deadlines.get(said["deadline"])
    kind = said.get("kind") or (known.kind if known else "")
    element = said.get("element") or (known.element if known else "")
    task = known.task if known else _task_of(picture, kind, element)
    due = datetime.fromisoformat(said["due_at"])
    if kind == TERM:
        picture.promised = due
    picture.deadlines[said["deadline"]] = Waiting(said["deadline"], kind, element, due, task)
    if task in picture.tasks:
        picture.tasks[task] = replace(picture.tasks[task], due_at=due)


def _moved_deadline(picture: Picture, line: Line) -> None:
    """A limit that ended with its task moves nobody any more, though the clock may have moved it in the same command.

    The term and the time to receive have no other beginning than their first move.
    """
    said = line.payload
    if said["deadline"] in picture.deadlines or said.get("kind") not in (TIMER, STEP):
        _set(picture, line)


def _task_of(picture: Picture, kind: str, element: str) -> str:
    """The task whose limit it is: the one at this element that was opened last."""
    if kind != STEP:
        return ""
    return next((task.id for task in reversed(picture.tasks.values()) if task.element == element), "")


def _lapsed(picture: Picture, line: Line) -> None:
    picture.deadlines.pop(line.payload["deadline"], None)


def _failed(picture: Picture, line: Line) -> None:
    picture.incidents[line.payload["incident"]] = line.payload["element"]


def _mended(picture: Picture, line: Line) -> None:
    picture.incidents.pop(line.payload["incident"], None)


def _passed(picture: Picture, line: Line) -> None:
    picture.passed[line.payload["element"]] += 1


def _result(picture: Picture, line: Line) -> None:
    picture.answers[line.payload["key"]] = line.payload["value"]


def _message(picture: Picture, line: Line) -> None:
    said = line.payload
    picture.answers[said["message"]] = {"reason": said["reason"], "by": line.who.get("name", "")}


def _attached(picture: Picture, line: Line) -> None:
    said = line.payload
    paper = PaperThen(said["document"], said["filename"], said["sha256"], said["size"], said.get("letter", ""))
    picture.papers[paper.id] = paper


def _checked(picture: Picture, line: Line) -> None:
    """What has been found of each paper that the procedure asks for stands in the data like a form's answers."""
    picture.answers[CHECKED_PAPERS] = line.payload["papers"]


def _applied(picture: Picture, line: Line) -> None:
    picture.calendars.append(CalendarThen(line.payload["number"], line.payload.get("fingerprint", "")))


_TAKERS: Mapping[str, Callable[[Picture, Line], None]] = {
    EventType.DOSSIER_FILED: _filed,
    EventType.DOSSIER_ROUTED: _routed,
    EventType.DOSSIER_HANDED_OVER: _handed_over,
    EventType.DOSSIER_ACKNOWLEDGED: _acknowledged,
    EventType.DOSSIER_MOVED: _moved_place,
    EventType.DOSSIER_ENDED: _ended,
    EventType.ELEMENT_PASSED: _passed,
    EventType.RESULT_SET: _result,
    EventType.MESSAGE_RECEIVED: _message,
    EventType.TASK_OPENED: _opened,
    EventType.TASK_CLAIMED: _claimed,
    EventType.TASK_RELEASED: _released,
    EventType.TASK_ASSIGNED: _assigned,
    EventType.TASK_MOVED: _moved,
    EventType.TASK_COMPLETED: _completed,
    EventType.TASK_CANCELLED: _cancelled,
    EventType.DEADLINE_SET: _set,
    EventType.DEADLINE_MOVED: _moved_deadline,
    EventType.DEADLINE_FIRED: _lapsed,
    EventType.DEADLINE_CANCELLED: _lapsed,
    EventType.CALENDAR_APPLIED: _applied,
    EventType.INCIDENT_OPENED: _failed,
    EventType.INCIDENT_RESOLVED: _mended,
    EventType.DOCUMENT_ATTACHED: _attached,
    EventType.DOCUMENT_CHECKED: _checked,
}
