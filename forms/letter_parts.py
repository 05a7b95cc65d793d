"""What several letters are made of: the letterhead, people, papers, words from closed lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Timeliness(StrEnum):
    """How a step lies to its due date."""

    EARLY = "early"
    ON_TIME = "on-time"
    OVERDUE = "overdue"


class Channel(StrEnum):
    """How a dossier came in."""

    ONLINE = "online"
    DESK = "desk"
    POST = "post"
    KIOSK = "kiosk"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The head of a letter (NĐ 30/2020, Phụ lục I).

    `parent_agency` stands above `agency`; `desk` is the one-stop desk that hands the letter out; `number` is the
    number with its symbol ("125/TTHCC-HDHS"), empty before the clerk has given one; `place` and `day` make the line
    "Thủ Đức, ngày 23 tháng 11 năm 2026"; `contact` is where the agency is found: address, telephone, mail.
    """

    agency: str
    place: str
    day: date
    parent_agency: str = ""
    desk: str = ""
    number: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A person or an organisation with what is needed to reach it."""

    name: str
    address: str = ""
    phone: str = ""
    email: str = ""
    identity_number: str = ""


@dataclass(frozen=True, slots=True)
class Officer:
    """Who acts for the authority; `title` is the office held, printed where the letter has room for it."""

    name: str
    title: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: `authority` is the line above the title ("TL. CHỦ TỊCH"), empty for the head of the agency."""

    name: str
    title: str
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of a dossier and how many of it: originals, certified copies, plain copies."""

    name: str
    originals: int = 0
    certified: int = 0
    plain: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A later stage of a linked procedure, with an own agency and own times."""

    name: str
    agency: str
    received_at: datetime
    due_at: datetime
