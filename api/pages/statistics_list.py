"""The dossiers behind a number of the report: their columns, on the page and in a file."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import present, statistics_view, wording
from api.pages.listing import Column
from api.pages.spreadsheets import Cell
from engine.access import visible_dossiers
from engine.model import Actor
from engine.persistence.organisation import unit_names
from engine.persistence.statistics_boxes import Box
from engine.persistence.tables import DossierRow
from engine.statistics_procedures import Procedures

COLUMNS = (
    Column("applicant", lazy("Người nộp, nội dung"), at_first=False, roomy=True),
    Column("procedure", lazy("Thủ tục")),
    Column("channel", lazy("Cách nộp"), at_first=False),
    Column("received_at", lazy("Tiếp nhận lúc")),
    Column("due_at", lazy("Hạn trả"), narrow=True),
    Column("ended_at", lazy("Kết thúc lúc")),
    Column("box", lazy("Kết quả")),
    Column("point", lazy("Nơi tiếp nhận"), at_first=False),
    Column("unit", lazy("Cơ quan giải quyết"), at_first=False),
)
MOMENTS = ("received_at", "due_at", "ended_at")
_OF_THE_DOSSIER = {"applicant", "point"}  # what the report does not know: read only where it is shown


def lines(session: Session, actor: Actor, rows: Sequence[Any], columns: Sequence[Column]) -> list[dict[str, Any]]:
    """What the list says of each dossier; who filed it is told of those only that the person may see."""
    titles, boxes, english = Procedures.known(session).titles, list(Box), current_language() == "en"
    told = _told(session, actor, [row.id for row in rows]) if _OF_THE_DOSSIER & {one.key for one in columns} else {}
    codes = {row.competent_unit for row in rows}.union(one.receiving_unit for one in told.values())
    names = unit_names(session, codes, current_language())
    return [
        {
            "id": row.id,
            "code": row.code,
            "procedure": titles.get(row.procedure_key, (row.procedure_key,) * 2)[english],
            "channel": wording.channel(row.channel),
            "box": statistics_view.box_name(boxes[row.box]),
            "due": row.due_at and present.due_date_text(row.due_at),
            "applicant": told[row.id].applicant_name if row.id in told else "",
            "summary": told[row.id].summary if row.id in told else "",
            "point": names.get(told[row.id].receiving_unit, "") if row.id in told else "",
            "unit": names.get(row.competent_unit, row.competent_unit),
            **{name: getattr(row, name) for name in MOMENTS},
        }
        for row in rows
    ]


def head(columns: Sequence[Column]) -> list[Cell]:
    """The first row of a file."""
    return [_("Mã hồ sơ"), *(str(column.title) for column in columns)]


def cells(line: Mapping[str, Any], columns: Sequence[Column]) -> list[Cell]:
    """A row of a file."""
    return [line["code"], *(_cell(line, column.key) for column in columns)]


def _cell(line: Mapping[str, Any], key: str) -> Cell:
    found = line[key]
    if key == "applicant":
        return ", ".join(filter(None, (found, line["summary"])))
    return present.moment_text(found) if found is None or isinstance(found, datetime) else str(found)


def _told(session: Session, actor: Actor, identifiers: Collection[UUID]) -> Mapping[UUID, Any]:
    columns = (DossierRow.id, DossierRow.applicant_name, DossierRow.summary, DossierRow.receiving_unit)
    rows = select(*columns).where(DossierRow.id.in_(identifiers), visible_dossiers(actor))
    return {row.id: row for row in session.execute(rows)}
