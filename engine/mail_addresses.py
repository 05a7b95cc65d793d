"""Whether an applicant wants mail about a dossier, and where to: asked once by mail, used once the owner has said yes.

The address in an application may be mistyped or somebody else's. So one mail goes there, the one that says that the
dossier has come in and asks; everything later, letters included, goes only to an address that was confirmed.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine import transition
from engine.change import Change
from engine.errors import NotFoundError
from engine.ids import new_secret
from engine.mail import checked_address
from engine.model import Actor
from engine.news import ADDRESS_GIVEN
from engine.notices import to_applicant
from engine.persistence.tables import DossierRow, MailAddressRow
from engine.platform import Platform


@dataclass(frozen=True)
class Address:
    """Where mail about a dossier goes; `confirmed` says whether its owner has agreed."""

    address: str
    confirmed: bool


def of_dossier(session: Session, dossier_id: UUID) -> Address | None:
    """The dossier's address for mail; None when the applicant wants none."""
    row = session.get(MailAddressRow, dossier_id)
    return Address(row.address, row.confirmed_at is not None) if row else None


def give(session: Session, platform: Platform, applicant: Actor, dossier_id: UUID, address: str) -> None:
    """The applicant wants mail at this address: it is asked by mail.

    Raises:
        InvalidInputError: it is no plain mail address.
        NotFoundError: the dossier is not the applicant's.
        DossierClosedError: it has ended.
    """
    plain = checked_address(address.strip())

    def command(change: Change) -> None:
        change.session.execute(delete(MailAddressRow).where(MailAddressRow.dossier_id == dossier_id))
        change.session.add(
            MailAddressRow(dossier_id=dossier_id, address=plain, token=new_secret(), asked_at=change.now)
        )
        to_applicant(change, ADDRESS_GIVEN)

    transition.apply(session, platform, applicant, dossier_id, command)


def stop(session: Session, dossier_id: UUID) -> None:
    """No more mail about this dossier."""
    session.execute(delete(MailAddressRow).where(MailAddressRow.dossier_id == dossier_id))


def asked(session: Session, token: str) -> DossierRow:
    """The dossier about which the owner of an address was asked.

    Raises:
        NotFoundError: nobody was asked so, or the applicant has changed their mind.
    """
    found = select(DossierRow).join(MailAddressRow, MailAddressRow.dossier_id == DossierRow.id)
    dossier = session.scalar(found.where(MailAddressRow.token == token))
    if dossier is None:
        raise NotFoundError(
            "expected a link from one of our mails, found one that is no longer used",
            "Đường dẫn này không còn dùng nữa; hãy mở hồ sơ và nhập lại địa chỉ.",
        )
    return dossier


def confirm(session: Session, platform: Platform, token: str) -> None:
    """The owner of the address agrees; doing it twice changes nothing.

    Raises:
        NotFoundError: as `asked`.
    """
    dossier = asked(session, token)
    row = session.get_one(MailAddressRow, dossier.id, with_for_update=True)
    row.confirmed_at = row.confirmed_at or platform.now()
