"""Dossier codes: agency, date of reception and the number of the day (TT 01/2018/TT-VPCP Điều 19).

A decree of 2026 announces a new unified rule whose text is not out yet; the rule is therefore one function that can
be replaced, and old codes are kept as they are.
"""

from datetime import date
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.errors import ConflictError
from engine.persistence.tables import CodeCounterRow

MOST_A_DAY = 9_999  # four digits, by the rule


def set_counters(session: Session) -> Any:
    """The statement that puts counters to given values (agency_code, day, last), for dossiers that are taken over."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    counter = dialect.insert(CodeCounterRow.__table__)
    return counter.on_conflict_do_update(
        index_elements=[CodeCounterRow.agency_code, CodeCounterRow.day], set_={"last": counter.excluded.last}
    )


def next_code(session: Session, agency_code: str, day: date) -> str:
    """The next code of the agency on `day` (authority's time zone), such as 000.00.18.H29-261123-0001.

    The counter's row stays locked until the transaction ends, so a number that is rolled back is given again: there
    are neither gaps nor doubles, across any number of processes.

    Raises:
        ConflictError: the agency has used up the numbers of that day.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    counter = dialect.insert(CodeCounterRow).values(agency_code=agency_code, day=day, last=1)
    counter = counter.on_conflict_do_update(
        index_elements=[CodeCounterRow.agency_code, CodeCounterRow.day], set_={"last": CodeCounterRow.last + 1}
    )
    number = session.execute(counter.returning(CodeCounterRow.last)).scalar_one()
    if number > MOST_A_DAY:
        raise ConflictError(
            f"expected at most {MOST_A_DAY} dossiers of agency {agency_code} on {day}, found one more; "
            "receive it at another agency or on the next day",
            f"Cơ quan {agency_code} đã dùng hết {MOST_A_DAY} số hồ sơ của ngày {day:%d/%m/%Y}. Chưa có gì được "
            "ghi; hãy nhận tại cơ quan khác hoặc vào ngày hôm sau.",
        )
    return f"{agency_code}-{day:%y%m%d}-{number:04d}"
