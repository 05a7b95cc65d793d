"""Mandates: may this person do this act of authority, in this body's name, on this day, for this dossier?

The register of a body (`mandate_register`) says who may decide what. Where it says nothing about an act, the body's
own leader is competent by law, unless the installation turns that off (MOTCUA_LEADER_BY_LAW). As soon as a mandate
has been recorded for the act, only the register counts, also when that mandate has lapsed since: a deputy's lapsed
delegation must not turn into the whole authority.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import ActRefusedError, CeilingExceededError, NotCompetentError, SubdelegationRefusedError
from engine.model import Actor, Cover, Role
from engine.persistence.tables import MandateRow

Holds = Callable[[str], object]
"""What a ceiling's FEEL gives for the dossier in question: true when it is kept."""


class MandateKind(StrEnum):
    """On what a mandate rests."""

    STATUTE = "statute"  # theo luật: the law itself gives it to the leader
    DECENTRALISATION = "decentralisation"  # phân cấp
    DELEGATION = "delegation"  # ủy quyền

    @property
    def vi(self) -> str:
        """The word of the law."""
        return {"statute": "quy định của luật", "decentralisation": "phân cấp"}.get(self, "ủy quyền")


class Outcome(StrEnum):
    """What comes of asking for a mandate, the best first."""

    AUTHORISED = "authorised"
    CEILING_EXCEEDED = "ceiling-exceeded"
    SUBDELEGATION_REFUSED = "subdelegation-refused"
    NOT_COMPETENT = "not-competent"


_ERRORS: Mapping[Outcome, type[ActRefusedError]] = {
    Outcome.CEILING_EXCEEDED: CeilingExceededError,
    Outcome.SUBDELEGATION_REFUSED: SubdelegationRefusedError,
    Outcome.NOT_COMPETENT: NotCompetentError,
}
_ORDER = list(Outcome)


@dataclass(frozen=True)
class Matter:
    """What is to be decided: an act, in the name of a body, in a procedure of a field."""

    unit_code: str
    act: str
    procedure_key: str
    field: str = ""


@dataclass(frozen=True)
class Judgement:
    """The answer, with the mandate it rests on (None: by law, or none was found) and why in both languages."""

    outcome: Outcome
    act: str
    mandate: MandateRow | None
    vi: str
    en: str
    in_place_of: Cover | None = None

    def as_json(self) -> dict[str, Any]:
        """What the history keeps with the act."""
        kept: dict[str, Any] = {"name": self.act, "outcome": self.outcome.value, "mandate": None, "reason": self.vi}
        if self.mandate is not None:
            kept |= {"mandate": str(self.mandate.id), "kind": self.mandate.kind, "instrument": instrument(self.mandate)}
        return kept

    def naming(self, code: str, vi: str, en: str) -> "Judgement":
        """The same, speaking of the body by name (in Vietnamese, in English) where it spoke of its code."""
        alone = re.compile(rf"(?<![\w(-]){re.escape(code)}(?![\w)-])")
        return replace(self, vi=alone.sub(lambda _found: vi, self.vi), en=alone.sub(lambda _found: en, self.en))

    def refuse(self, by: Actor, **about: object) -> None:
        """Say nothing when the act is authorised; `about` is what a refusal keeps of who tried what.

        Raises:
            NotCompetentError, CeilingExceededError, SubdelegationRefusedError: it is not.
        """
        if self.outcome is not Outcome.AUTHORISED:
            kept = self.as_json()
            raise _ERRORS[self.outcome](self.en, self.vi, **kept).tried(by, **about, act=kept)


def instrument(row: MandateRow) -> dict[str, str]:
    """The paper that a mandate rests on."""
    return {"number": row.instrument_number, "date": row.instrument_date.isoformat()}


def of_body(session: Session, unit_code: str) -> Sequence[MandateRow]:
    """Every mandate ever recorded in the name of a body, oldest first."""
    rows = select(MandateRow).where(MandateRow.unit_code == unit_code)
    return session.scalars(rows.order_by(MandateRow.valid_from, MandateRow.id)).all()


def judge(
    register: Sequence[MandateRow],
    actor: Actor,
    matter: Matter,
    day: date,
    holds: Holds,
    *,
    leader_by_law: bool = True,
) -> Judgement:
    """Whether the actor may do the act on that day; `register` is what `of_body` gives for the body."""
    about = [row for row in register if concerns(row, matter)]
    if not about:
        return _by_law(actor, matter, leader_by_law)
    known = {row.id: row for row in register}
    found = [_weigh(row, cover, matter, day, holds, known) for row in about for cover in _reaches(row, actor)]
    if found:
        return min(found, key=lambda each: _ORDER.index(each.outcome))
    return _nobody(actor, matter, about, day)


def concerns(row: MandateRow, matter: Matter) -> bool:
    """Whether a mandate speaks of the act."""
    return (
        row.unit_code == matter.unit_code
        and row.act in ("", matter.act)
        and row.procedure_key in ("", matter.procedure_key)
        and row.field in ("", matter.field)
    )


def home_of(register: Sequence[MandateRow], matter: Matter, day: date, holds: Holds) -> tuple[Role, str] | None:
    """The role and the unit to which the act has been delegated on that day; None: it stays with the body.

    Of several the one delegated furthest counts, then the one that speaks most precisely, then the newest.
    """
    known = {row.id: row for row in register}
    able = []
    for row in register:
        if row.delegate_unit is None or row.delegate_unit == matter.unit_code or not concerns(row, matter):
            continue
        if _fault(row, matter, day, holds, known) is None:
            precise = 2 * bool(row.procedure_key) + bool(row.field)
            able.append((len(list(_chain(row, known))), precise, row.valid_from, str(row.id), row))
    if not able:
        return None
    chosen = max(able)[-1]
    return Role(chosen.delegate_role), chosen.delegate_unit or matter.unit_code


def _by_law(actor: Actor, matter: Matter, leader_by_law: bool) -> Judgement:
    pair = (Role.AGENCY_LEADER, matter.unit_code)
    if leader_by_law and pair in actor.roles and pair not in actor.borrowed:
        return Judgement(
            Outcome.AUTHORISED,
            matter.act,
            None,
            f"Người đứng đầu {matter.unit_code} quyết định theo thẩm quyền luật định.",
            f"The leader of {matter.unit_code} decides by law.",
        )
    by_whom = ("người đứng đầu", "its leader") if leader_by_law else ("người có văn bản giao", "whoever is recorded")
    stands_in = pair in actor.borrowed
    return Judgement(
        Outcome.NOT_COMPETENT,
        matter.act,
        None,
        f"{actor.name} không có thẩm quyền thực hiện “{matter.act}” nhân danh {matter.unit_code}"
        + ("; người thay chỉ được quyết định khi văn bản ủy quyền cho phép" if stands_in else "")
        + f". Hãy chuyển cho {by_whom[0]}, hoặc ghi nhận văn bản ủy quyền (motcua mandate add).",
        f"{actor.name} has no authority for '{matter.act}' in the name of {matter.unit_code}"
        + ("; a stand-in decides only where a mandate says so" if stands_in else "")
        + f". Leave it to {by_whom[1]}, or record the mandate (motcua mandate add).",
    )


def _reaches(row: MandateRow, actor: Actor) -> Iterator[Cover | None]:
    """How a mandate reaches the actor: as oneself (None), or in the place of somebody absent."""
    if row.person_id is not None:
        if row.person_id == actor.id:
            yield None
        yield from (cover for cover in actor.covers if cover.id == row.person_id)
        return
    pair = (Role(row.delegate_role), row.delegate_unit or row.unit_code)
    if pair in actor.roles and pair not in actor.borrowed:
        yield None
        return
    yield from (cover for cover in actor.covers if pair in cover.roles)


def _weigh(
    row: MandateRow,
    cover: Cover | None,
    matter: Matter,
    day: date,
    holds: Holds,
    known: Mapping[UUID, MandateRow],
) -> Judgement:
    fault = _fault(row, matter, day, holds, known)
    if fault is None and cover is not None and not row.standin_may_decide:
        fault = (
            Outcome.NOT_COMPETENT,
            f"{_paper_vi(row)} không cho người thay {cover.name} quyết định.",
            f"{_paper(row)} does not let a stand-in for {cover.name} decide.",
        )
    if fault is not None:
        return Judgement(fault[0], matter.act, row, fault[1], fault[2], cover)
    vi, en = f"Theo {_paper_vi(row)}.", f"By {_paper(row)}."
    return Judgement(Outcome.AUTHORISED, matter.act, row, vi, en, cover)


def _fault(
    row: MandateRow, matter: Matter, day: date, holds: Holds, known: Mapping[UUID, MandateRow]
) -> tuple[Outcome, str, str] | None:
    """What stands against a mandate, itself and all it was derived from."""
    if not _counts(row, day):
        until = row.valid_to or day
        return (
            Outcome.NOT_COMPETENT,
            f"{_paper_vi(row)} chỉ có hiệu lực từ {row.valid_from:%d/%m/%Y} đến {until:%d/%m/%Y}.",
            f"{_paper(row)} holds from {row.valid_from} to {until} only, not on {day}.",
        )
    if row.parent_id is not None and (broken := _broken_link(row, day, known)):
        return broken
    for link in _chain(row, known):
        if link.ceiling and holds(link.ceiling) is not True:
            return (
                Outcome.CEILING_EXCEEDED,
                f"{_paper_vi(link)} chỉ giao khi “{link.ceiling}”; hồ sơ này không thỏa. Hãy trình người giao quyền.",
                f"{_paper(link)} covers only '{link.ceiling}', and this dossier is outside; submit it to who gave it.",
            )
    return None


def _broken_link(row: MandateRow, day: date, known: Mapping[UUID, MandateRow]) -> tuple[Outcome, str, str] | None:
    for link in _chain(row, known):
        if link is row:
            continue
        if not link.may_subdelegate or not _counts(link, day):
            why = ("không cho ủy quyền lại", "may not be delegated further")
            if link.may_subdelegate:
                why = (f"không có hiệu lực ngày {day:%d/%m/%Y}", f"does not hold on {day}")
            return (
                Outcome.SUBDELEGATION_REFUSED,
                f"{_paper_vi(row)} dựa trên {_paper_vi(link)}, mà văn bản này {why[0]}.",
                f"{_paper(row)} rests on {_paper(link)}, which {why[1]}.",
            )
    return None


def _chain(row: MandateRow, known: Mapping[UUID, MandateRow]) -> Iterator[MandateRow]:
    """A mandate and what it was derived from, up to the first; parents are recorded before their children."""
    link: MandateRow | None = row
    while link is not None:
        yield link
        link = known.get(link.parent_id) if link.parent_id else None


def _nobody(actor: Actor, matter: Matter, about: Sequence[MandateRow], day: date) -> Judgement:
    able = sorted({_paper(row) for row in about if _counts(row, day)})
    able_vi = sorted({_paper_vi(row) for row in about if _counts(row, day)})
    return Judgement(
        Outcome.NOT_COMPETENT,
        matter.act,
        None,
        f"Không văn bản nào giao cho {actor.name} thực hiện “{matter.act}” nhân danh {matter.unit_code} ngày "
        f"{day:%d/%m/%Y}; đang có hiệu lực: {'; '.join(able_vi) or 'không có'}.",
        f"No mandate lets {actor.name} do '{matter.act}' in the name of {matter.unit_code} on {day}; in force: "
        f"{'; '.join(able) or 'none'}.",
    )


def _counts(row: MandateRow, day: date) -> bool:
    return row.valid_from <= day <= (row.valid_to or date.max)


def _paper(row: MandateRow) -> str:
    return f"{row.kind} {row.instrument_number} of {row.instrument_date}"


def _paper_vi(row: MandateRow) -> str:
    return f"{MandateKind(row.kind).vi} số {row.instrument_number} ngày {row.instrument_date:%d/%m/%Y}"
