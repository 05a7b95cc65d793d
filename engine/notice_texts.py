"""The words of notices, in Vietnamese and English, for pages and mails alike. Pure: facts in, sentences out.

They name a dossier by its code and procedure, never who filed it: a mail may be read over somebody's shoulder.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from string import Formatter
from typing import Any

from engine.deadlines.calendar import END_OF_DAY
from engine.notice_words import DRAFTS, ORGANISATION, Text
from engine.persistence.notices import Subject

LONGEST_REASON = 600  # characters; the whole of it stands in the dossier


@dataclass(frozen=True)
class Words:
    """A notice as somebody reads it; `path` is where to go on, within the site (empty: one is there already)."""

    subject: str
    sentences: tuple[str, ...]
    path: str = ""


_OF_PROCEDURE = ("Thủ tục: {procedure}.", "Procedure: {procedure}.")

OFFICER: Mapping[str, Text] = {
    "mentioned": Text(
        ("Anh/chị được nhắc tên trong ghi chú của hồ sơ {code}", _OF_PROCEDURE[0], "Ghi chú chỉ đọc được trong hồ sơ."),
        ("A comment on dossier {code} names you", _OF_PROCEDURE[1], "It can be read in the dossier only."),
    ),
    "task-assigned": Text(
        ("Việc mới: {step}, hồ sơ {code}", _OF_PROCEDURE[0], "Việc này được giao cho anh/chị."),
        ("New task: {step}, dossier {code}", _OF_PROCEDURE[1], "This task has been given to you."),
    ),
    "term-nears": Text(
        (
            "Sắp hết hạn: hồ sơ {code}",
            _OF_PROCEDURE[0],
            "Bước đang mở: {step}.",
            "Còn {days} ngày làm việc.",
            "Hạn giải quyết: {due}.",
        ),
        (
            "Due soon: dossier {code}",
            _OF_PROCEDURE[1],
            "Open step: {step}.",
            "{days} working days are left.",
            "The dossier is due: {due}.",
        ),
    ),
    "step-overdue": Text(
        ("Bước quá hạn: {step}, hồ sơ {code}", _OF_PROCEDURE[0], "Bước này phải xong trước: {due}."),
        ("Step overdue: {step}, dossier {code}", _OF_PROCEDURE[1], "The step was due: {due}."),
    ),
    "dossier-overdue": Text(
        ("Hồ sơ quá hạn: {code}", _OF_PROCEDURE[0], "Hạn giải quyết là: {due}."),
        ("Dossier overdue: {code}", _OF_PROCEDURE[1], "It was due: {due}."),
    ),
    "reception-late": Text(
        (
            "Chậm tiếp nhận: hồ sơ trực tuyến {code}",
            _OF_PROCEDURE[0],
            "Hồ sơ phải được tiếp nhận hoặc trả lời trước: {due}.",
        ),
        (
            "Reception late: online dossier {code}",
            _OF_PROCEDURE[1],
            "It had to be received or answered by: {due}.",
        ),
    ),
    "hand-over-late": Text(
        (
            "Chậm bàn giao: hồ sơ {code}",
            _OF_PROCEDURE[0],
            "Hồ sơ phải đến cơ quan giải quyết trước: {due}.",
        ),
        (
            "Hand-over late: dossier {code}",
            _OF_PROCEDURE[1],
            "It had to reach the competent body by: {due}.",
        ),
    ),
}

APPLICANT: Mapping[str, Text] = {
    "filed": Text(
        (
            "Đã nhận hồ sơ {code}",
            _OF_PROCEDURE[0],
            "Hồ sơ của Ông/Bà đã đến bộ phận Một cửa. Ngày hẹn trả được báo khi hồ sơ đầy đủ, hợp lệ.",
        ),
        (
            "Dossier {code} has come in",
            _OF_PROCEDURE[1],
            "Your dossier is at the one-stop desk. You will be told the due date once it is found complete.",
        ),
    ),
    "accepted": Text(
        (
            "Hồ sơ {code} đã được tiếp nhận",
            _OF_PROCEDURE[0],
            "Hồ sơ đầy đủ, hợp lệ; thời hạn giải quyết bắt đầu tính.",
            "Hẹn trả kết quả: {due}.",
        ),
        (
            "Dossier {code} has been accepted",
            _OF_PROCEDURE[1],
            "It is complete, and the time limit has begun to run.",
            "The result is due: {due}.",
        ),
    ),
    "supplement-requested": Text(
        (
            "Hồ sơ {code}: Ông/Bà cần thực hiện “{step}”",
            _OF_PROCEDURE[0],
            "Nội dung: {reason}.",
            "Hạn thực hiện: {due}.",
        ),
        (
            "Dossier {code}: you are asked to “{step}”",
            _OF_PROCEDURE[1],
            "What is asked for: {reason}.",
            "Please do so by: {due}.",
        ),
    ),
    "supplement-received": Text(
        (
            "Hồ sơ {code}: đã nhận bổ sung",
            _OF_PROCEDURE[0],
            "Thời hạn giải quyết được tính tiếp hoặc tính lại theo quy định.",
            "Hẹn trả kết quả: {due}.",
        ),
        (
            "Dossier {code}: the wait is over",
            _OF_PROCEDURE[1],
            "The time limit runs again, from where it stood or from the start, as the law has it.",
            "The result is due: {due}.",
        ),
    ),
    "due-date-moved": Text(
        ("Hồ sơ {code}: ngày hẹn trả thay đổi", _OF_PROCEDURE[0], "Ngày hẹn trả mới: {due}.", "Lý do: {reason}."),
        (
            "Dossier {code}: the due date has moved",
            _OF_PROCEDURE[1],
            "The new due date: {due}.",
            "The reason: {reason}.",
        ),
    ),
    "term-nears": Text(
        ("Hồ sơ {code} đang chờ xử lý: {step}", _OF_PROCEDURE[0], "Hạn giải quyết: {due}."),
        ("Dossier {code} waits for you: {step}", _OF_PROCEDURE[1], "The dossier is due: {due}."),
    ),
    "step-overdue": Text(
        ("Hồ sơ {code}: quá hạn “{step}”", _OF_PROCEDURE[0], "Việc này phải xong trước: {due}."),
        ("Dossier {code}: “{step}” is overdue", _OF_PROCEDURE[1], "This was to be done by: {due}."),
    ),
    "result-ready": Text(
        (
            "Hồ sơ {code} đã có kết quả",
            _OF_PROCEDURE[0],
            "Kết quả sẽ được trả theo cách Ông/Bà đã chọn; nếu nhận tại quầy, hãy mang theo mã hồ sơ.",
        ),
        (
            "The result of dossier {code} is ready",
            _OF_PROCEDURE[1],
            "It will reach you the way you chose; at the desk, bring the dossier's code.",
        ),
    ),
    "result-given": Text(
        ("Hồ sơ {code}: đã trả kết quả", _OF_PROCEDURE[0], "Hồ sơ đã giải quyết xong."),
        ("Dossier {code}: the result has been handed over", _OF_PROCEDURE[1], "The dossier is closed."),
    ),
    "refused": Text(
        (
            "Hồ sơ {code}: từ chối giải quyết",
            _OF_PROCEDURE[0],
            "Lý do: {reason}.",
            "Văn bản trả lời nêu đầy đủ lý do và căn cứ; Ông/Bà có quyền khiếu nại theo quy định.",
        ),
        (
            "Dossier {code} has been refused",
            _OF_PROCEDURE[1],
            "The reason: {reason}.",
            "The written answer gives the reasons and the law in full; you may appeal as the law provides.",
        ),
    ),
    "not-received": Text(
        (
            "Hồ sơ {code} không được tiếp nhận",
            _OF_PROCEDURE[0],
            "Lý do: {reason}.",
            "Ông/Bà có thể nộp hồ sơ mới khi đã khắc phục.",
        ),
        (
            "Dossier {code} was not received",
            _OF_PROCEDURE[1],
            "The reason: {reason}.",
            "You may file anew once this has been put right.",
        ),
    ),
    "stopped": Text(
        ("Hồ sơ {code}: dừng giải quyết", _OF_PROCEDURE[0], "Lý do: {reason}."),
        ("Dossier {code} has been stopped", _OF_PROCEDURE[1], "The reason: {reason}."),
    ),
    "address-given": Text(
        ("Hồ sơ {code}: xác nhận địa chỉ thư điện tử", _OF_PROCEDURE[0]),
        ("Dossier {code}: confirm your mail address", _OF_PROCEDURE[1]),
    ),
    "letter": Text(
        ("Hồ sơ {code}: có văn bản gửi Ông/Bà", _OF_PROCEDURE[0], "Văn bản: {title}."),
        ("Dossier {code}: there is a letter for you", _OF_PROCEDURE[1], "The letter: {title}."),
    ),
    "withdrawn": Text(
        ("Hồ sơ {code}: đã rút theo yêu cầu", _OF_PROCEDURE[0], "Lý do: {reason}."),
        ("Dossier {code} has been withdrawn", _OF_PROCEDURE[1], "The reason: {reason}."),
    ),
    "ended": Text(
        ("Hồ sơ {code} đã kết thúc", _OF_PROCEDURE[0]),
        ("Dossier {code} has ended", _OF_PROCEDURE[1]),
    ),
}

_ANY = Text(("Thông báo về hồ sơ {code}", _OF_PROCEDURE[0]), ("About dossier {code}", _OF_PROCEDURE[1]))


def for_officer(kind: str, payload: Mapping[str, Any], subject: Subject, lang: str, zone: tzinfo) -> Words:
    """A notice as an officer reads it; it leads to the task, to the dossier where there is none, else where it says."""
    task = payload.get("task")
    path = f"/tasks/{task}" if task else f"/dossiers/{subject.dossier_id}"
    if payload.get("comment"):
        path += "#comments"
    text = OFFICER.get(kind, _ANY)
    if subject.dossier_id is None:
        path = str(payload.get("path") or "/notices")
        text = ORGANISATION.get((kind, str(payload.get("what"))), _ANY)
    return _say(text, _facts(payload, subject, lang, zone), lang, path)


def for_applicant(kind: str, payload: Mapping[str, Any], subject: Subject, lang: str, zone: tzinfo) -> Words:
    """A notice as the applicant reads it, who is on the dossier's page already (a mail must not hold the secret
    link, which the site does not know)."""
    return _say(APPLICANT.get(kind, _ANY), _facts(payload, subject, lang, zone), lang, "")


def for_draft(kind: str, payload: Mapping[str, Any], subject: Subject, lang: str, zone: tzinfo) -> Words:
    """What somebody is told of an application that they have begun; it leads to where `payload["path"]` says."""
    return _say(DRAFTS[kind], _facts(payload, subject, lang, zone), lang, str(payload["path"]))


def _say(text: Text, facts: Mapping[str, str], lang: str, path: str) -> Words:
    subject, *rest = text.en if lang == "en" else text.vi
    sentences = (sentence.format_map(facts) for sentence in rest if all(facts[name] for name in _blanks(sentence)))
    return Words(subject.format_map(facts), tuple(sentences), path)


def _blanks(sentence: str) -> list[str]:
    return [name for _text, name, _form, _conversion in Formatter().parse(sentence) if name]


def _facts(payload: Mapping[str, Any], subject: Subject, lang: str, zone: tzinfo) -> dict[str, str]:
    other, own = ("vi", "en") if lang == "en" else ("en", "vi")
    return {
        "code": _line(subject.code),
        "procedure": _line((subject.title_en if lang == "en" else "") or subject.title_vi),
        "step": _line(payload.get(f"step_{own}") or payload.get(f"step_{other}") or payload.get("step")),
        "due": _moment(payload.get("due_at"), zone),
        "days": _line(payload.get("days")),
        "reason": _line(payload.get("reason")).rstrip("."),
        "title": _line(payload.get("title")),
        "first": _day(payload.get("first")),
        "last": _day(payload.get("last")),
        "scope": _line(payload.get(f"scope_{own}")),
        **{name: _line(payload.get(name)) for name in ("person", "number", "unit", "ceiling")},
    }


def _line(value: object) -> str:
    """A value in one line without control characters, and not endless."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in str(value or "")).split())
    return text if len(text) <= LONGEST_REASON else f"{text[:LONGEST_REASON].rstrip()}…"


def _day(value: object) -> str:
    return f"{date.fromisoformat(value):%d/%m/%Y}" if isinstance(value, str) and value else ""


def _moment(value: object, zone: tzinfo) -> str:
    """A due moment: its day when it is the end of that day, with the time otherwise."""
    if not isinstance(value, str) or not value:
        return ""
    here = datetime.fromisoformat(value).astimezone(zone)
    whole_day = here.time().replace(microsecond=0) in {END_OF_DAY, time(0)}
    return f"{here:%d/%m/%Y}" if whole_day else f"{here:%H:%M %d/%m/%Y}"
