"""What occurs in the dossiers of the whole city, for the filters of their list to choose from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, SQLColumnExpression, exists, literal, select, union_all
from sqlalchemy.orm import Session

from engine.persistence.tables import DossierRow, UnitRow

Names = tuple[str, str]  # in Vietnamese, in English


@dataclass(frozen=True)
class OccurringUnits:
    """Units by code, with their names."""

    competent: Mapping[str, Names] = field(default_factory=dict)  # those that decide, or have decided, some dossier
    receiving: Mapping[str, Names] = field(default_factory=dict)  # those that have received some dossier


def occurring_units(session: Session) -> OccurringUnits:
    """The units that some dossier names: one look into an index for each unit, however many dossiers there are."""
    found: dict[str, dict[str, Names]] = {"competent": {}, "receiving": {}}
    kinds = {"competent": DossierRow.competent_unit, "receiving": DossierRow.receiving_unit}
    for kind, code, vi, en in session.execute(union_all(*(_named(kind, place) for kind, place in kinds.items()))):
        found[kind][code] = (vi, en)
    return OccurringUnits(found["competent"], found["receiving"])


def _named(kind: str, place: SQLColumnExpression[str]) -> Select[str, str, str, str]:
    units = select(literal(kind), UnitRow.code, UnitRow.name_vi, UnitRow.name_en)
    return units.where(exists().where(place == UnitRow.code))
