"""What several letters of a dossier say in the same way: the head, the applicant, the papers."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from engine.deadlines.calendar import END_OF_DAY
from engine.papers import CheckedPaper, PaperState
from engine.persistence.tables import UnitRow
from engine.platform import Platform
from engine.runtime.facts import CopyKind, RequiredDocument
from engine.runtime.procedure import Procedure
from forms.letter_parts import Letterhead, Paper, Party

_COMMITTEE = re.compile(
    r"^(?:Ủy ban nhân dân|UBND)\s+(?:phường\s+|xã\s+|đặc khu\s+|thành phố\s+|tỉnh\s+)?(?P<place>[^(]+)"
)


@dataclass(frozen=True)
class UnitNames:
    """A unit's name, that of the unit above it (empty at the top), and where it is found."""

    name: str
    above: str
    address: str = ""
    phone: str = ""
    email: str = ""

    @property
    def place(self) -> str:
        """The name with the address, as letters say where to come."""
        return f"{self.name}, {self.address}" if self.address else self.name

    @property
    def contact(self) -> str:
        """Address, telephone and mail in one line."""
        phone = f"ĐT: {self.phone}" if self.phone else ""
        return " · ".join(part for part in (self.address, phone, self.email) if part)


def names_of(session: Session, codes: Collection[str]) -> Mapping[str, UnitNames]:
    """The names of units by code; unknown codes are left out."""
    above = aliased(UnitRow)
    found = select(UnitRow, above.name_vi).outerjoin(above, above.code == UnitRow.parent_code)
    rows = session.execute(found.where(UnitRow.code.in_(codes)))
    return {
        unit.code: UnitNames(unit.name_vi, parent or "", unit.address, unit.phone, unit.email) for unit, parent in rows
    }


def head_of(units: Mapping[str, UnitNames], unit: str, competent: str, day: date) -> Letterhead:
    """The head of a letter that `unit` hands out in the name of the competent body."""
    own = units.get(unit, UnitNames(unit, ""))
    body = units.get(competent, UnitNames("", "")).name
    found = _COMMITTEE.match(body) or _COMMITTEE.match(own.above) or _COMMITTEE.match(own.name)
    place = found["place"].strip() if found else own.name
    return Letterhead(agency=own.name, place=place, day=day, parent_agency=own.above, contact=own.contact)


def appointment(platform: Platform, due_at: datetime) -> datetime:
    """When the result can be fetched, as letters promise it, in the authority's zone.

    A term in days ends with its last day (Civil Code 2015 Article 148(6)); the desk closes earlier on that day, and a
    promise for one second before midnight would send somebody to a locked door.
    """
    local = due_at.astimezone(platform.zone)
    return platform.calendar.close_of_business(local.date()) if local.time() == END_OF_DAY else local


def party_of(name: str, email: str, filed: Mapping[str, Any]) -> Party:
    """The applicant, with what the filed answers say of how to reach them."""
    return Party(
        name=name,
        address=text_of(filed.get("address")),
        phone=text_of(filed.get("phone")),
        email=email,
        identity_number=text_of(filed.get("identity_number")) or text_of(filed.get("tax_code")),
    )


def papers_of(
    documents: Iterable[RequiredDocument], filed: Mapping[str, Any], checked: Mapping[str, CheckedPaper]
) -> tuple[Paper, ...]:
    """The papers handed in: as the desk has counted them, else those the answers hold; of those that no form asks for,
    what the law requires.
    """
    return tuple(
        _counted(document, checked.get(document.key))
        for document in documents
        if (document.key in checked and checked[document.key].state is PaperState.PRESENT)
        or (document.key not in checked and filed.get(document.key, document.required))
    )


def _counted(document: RequiredDocument, paper: CheckedPaper | None) -> Paper:
    kind = (paper.copy_kind if paper else None) or document.copy_kind
    copies = paper.copies if paper and paper.copies else document.copies
    return Paper(
        document.title.vi,
        originals=copies if kind is CopyKind.ORIGINAL else 0,
        certified=copies if kind is CopyKind.CERTIFIED else 0,
        plain=copies if kind is CopyKind.PLAIN else 0,
    )


def matter_of(procedure: Procedure, summary: str) -> str:
    """What is asked for: the procedure and the dossier's summary; the latter alone where it begins like the former."""
    title = procedure.title()
    same = title.casefold().split()[:3] == summary.casefold().split()[:3]
    return summary if same else f"{title}: {summary}" if summary else title


def text_of(value: object) -> str:
    """An answer as it is printed; nothing for what is no text."""
    return value.strip() if isinstance(value, str) else "" if value is None or isinstance(value, bool) else str(value)


def whole_of(value: object) -> int:
    """An answer as a whole number; 0 for what is none."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0
