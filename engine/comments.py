"""Internal comments: what officers say to each other beside a dossier. The applicant never sees them.

A comment is an entry of the dossier's history, and so is every new wording of it: nothing that was said is lost, and
nobody can say later that it was never said. "@name" tells that person, if they may see the dossier.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine import dossiers as use_cases
from engine import notices, transition
from engine.change import Change
from engine.errors import InvalidInputError, NotAllowedError, NotFoundError
from engine.events import EventType
from engine.history.journal import COMMENT_PREFIX, Happened, of_kind, read
from engine.ids import new_id
from engine.model import Actor
from engine.organisation import people
from engine.persistence import dossiers
from engine.persistence.tables import DossierRow, PersonRow
from engine.platform import Platform

LONGEST = 4_000  # characters
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")  # nor what turns text around
_MENTION = re.compile(r"(?<![\w@.])@([A-Za-z0-9][A-Za-z0-9._-]{0,62}[A-Za-z0-9])")


@dataclass(frozen=True)
class Wording:
    """What a comment said from a moment on; `seq` is the entry of the history that keeps it."""

    seq: int
    at: datetime
    text: str


@dataclass(frozen=True)
class Comment:
    """A comment with every wording it has had, the first one first."""

    id: UUID
    author_id: str
    author: str
    mentions: tuple[str, ...]  # user names, of people who were told
    wordings: tuple[Wording, ...]

    @property
    def text(self) -> str:
        """What it says now."""
        return self.wordings[-1].text

    @property
    def at(self) -> datetime:
        """When it was made."""
        return self.wordings[0].at


@dataclass(frozen=True)
class Said:
    """A comment that has just been written: who was told of it, and who was named but may not see the dossier."""

    id: UUID
    told: tuple[str, ...]
    untold: tuple[str, ...]


@dataclass(frozen=True)
class _Saying:
    """What is being said; `told` are the user names that the comment has named before."""

    kind: EventType
    dossier_id: UUID
    comment_id: UUID
    text: str
    told: Sequence[str] = ()


def add(session: Session, platform: Platform, actor: Actor, dossier_id: UUID, text: str) -> Said:
    """Say something beside a dossier, also after it has ended.

    Raises:
        NotFoundError: there is no such dossier, or the actor may not see it.
        NotAllowedError: the actor is an applicant.
        InvalidInputError: the text is empty or too long.
    """
    said = _checked(session, actor, dossier_id, text)
    return _write(session, platform, actor, _Saying(EventType.COMMENT_ADDED, dossier_id, new_id(), said))


def edit(session: Session, platform: Platform, actor: Actor, dossier_id: UUID, comment_id: UUID, text: str) -> Said:
    """Word one's own comment anew; the wording before is kept. Who is named for the first time is told.

    Raises:
        NotFoundError: there is no such dossier or comment, or the actor may not see it.
        NotAllowedError: the comment is somebody else's.
        InvalidInputError: the text is empty or too long, or the same as before.
    """
    said = _checked(session, actor, dossier_id, text)
    known = next((each for each in of_dossier(session, dossier_id) if each.id == comment_id), None)
    if known is None:
        raise NotFoundError(
            f"expected a comment {comment_id} of this dossier, found none; reload the page",
            "Không tìm thấy ghi chú này; hãy tải lại trang.",
        )
    if known.author_id != str(actor.id):
        raise NotAllowedError(
            f"expected {known.author}, who wrote the comment, found {actor.name}; write a comment of your own",
            f"Chỉ {known.author}, người viết ghi chú, được sửa; hãy viết ghi chú mới.",
        )
    if said == known.text:
        raise InvalidInputError(
            "expected another wording, found the same; nothing was changed", "Nội dung không thay đổi so với trước."
        )
    anew = _Saying(EventType.COMMENT_EDITED, dossier_id, comment_id, said, known.mentions)
    return _write(session, platform, actor, anew)


def of_dossier(session: Session, dossier_id: UUID) -> list[Comment]:
    """The comments on a dossier, oldest first; the caller has made sure that the reader is no applicant."""
    return folded(of_kind(session, dossier_id, COMMENT_PREFIX))


def folded(rows: Iterable[Happened]) -> list[Comment]:
    """The comments that entries of a history make."""
    found: dict[UUID, Comment] = {}
    for row in rows:
        entry = read(row)
        said = entry["payload"]
        identifier, wording = UUID(said["comment"]), Wording(row.seq, row.occurred_at, said["text"])
        mentions = tuple(said["mentions"])
        if row.type == EventType.COMMENT_ADDED:
            who = entry["actor"]
            found[identifier] = Comment(identifier, who.get("id", ""), who["name"], mentions, (wording,))
        else:
            known = found[identifier]
            all_named = tuple(dict.fromkeys((*known.mentions, *mentions)))
            found[identifier] = replace(known, mentions=all_named, wordings=(*known.wordings, wording))
    return list(found.values())


def named_in(text: str) -> list[str]:
    """The user names that a text mentions with "@", each once, in order."""
    return list(dict.fromkeys(name.lower() for name in _MENTION.findall(text)))


def _checked(session: Session, actor: Actor, dossier_id: UUID, text: str) -> str:
    dossiers.get(session, actor, dossier_id)
    if actor.id is None or actor.dossier_id is not None:
        raise NotAllowedError(
            "expected somebody of the organisation to comment, found an applicant; comments are internal",
            "Ghi chú nội bộ chỉ dành cho cán bộ.",
        )
    said = _UNSEEN.sub("", text.replace("\r\n", "\n")).strip()
    if not said:
        raise InvalidInputError("expected a comment, found nothing; write one", "Hãy viết nội dung ghi chú.")
    if len(said) > LONGEST:
        raise InvalidInputError(
            f"expected at most {LONGEST} characters, found {len(said)}; shorten it or attach a document",
            f"Ghi chú dài {len(said)} ký tự, tối đa {LONGEST}; hãy rút gọn hoặc đính kèm tài liệu.",
        )
    return said


def _write(session: Session, platform: Platform, actor: Actor, saying: _Saying) -> Said:
    """Append a wording to the history and tell whom it names for the first time."""
    dossier = transition.lock(session, platform, saying.dossier_id)
    able, unable = _readers(session, platform, dossier, named_in(saying.text))
    new = [person for person in able if person.username not in saying.told and person.id != actor.id]

    def command(change: Change) -> None:
        mentions = [person.username for person in able]
        change.note(saying.kind, comment=str(saying.comment_id), text=saying.text, mentions=mentions)
        for person in new:
            notices.of_mention(change, person.id, saying.comment_id)

    transition.carry_out(session, platform, actor, dossier, command)
    return Said(saying.comment_id, tuple(person.name for person in new), tuple(unable))


def _readers(
    session: Session, platform: Platform, dossier: DossierRow, usernames: Iterable[str]
) -> tuple[list[PersonRow], list[str]]:
    """Which of the named people may see the dossier, and the names of the others."""
    able: list[PersonRow] = []
    unable: list[str] = []
    for username in usernames:
        person = people.find_person(session, username)
        if person is None or not person.active:
            unable.append(f"@{username}")
            continue
        reader = people.load_actor(session, person.id, platform.today())
        if use_cases.may_see(session, reader, dossier.id):
            able.append(person)
        else:
            unable.append(f"@{username}")
    return able, unable
