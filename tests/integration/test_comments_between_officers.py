"""What officers say to each other beside a dossier: kept word for word, told to whom it names."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from city import City
from sqlalchemy import Engine, select

from engine import comments
from engine.clock import FixedClock
from engine.errors import InvalidInputError, NotAllowedError, NotFoundError
from engine.history.verify import verify
from engine.model import Actor
from engine.persistence.tables import DossierRow, NoticeRow

KEY = "certified_copy"


@pytest.fixture
def city(db: Engine, fixed_clock: FixedClock) -> City:
    """The demo city with a short procedure."""
    return City.found(db, fixed_clock, KEY)


@pytest.fixture
def dossier(city: City) -> DossierRow:
    """A dossier that has just been filed."""
    return city.file(KEY, city.walk_file(KEY, "handed_over")["application"]).dossier


def say(city: City, username: str, dossier: DossierRow, text: str) -> comments.Said:
    return city.do(lambda s: comments.add(s, city.platform, city.actor(username), dossier.id, text))


def read(city: City, dossier: DossierRow) -> list[comments.Comment]:
    return city.see(lambda s: comments.of_dossier(s, dossier.id))


def told(city: City, dossier: DossierRow) -> list[str]:
    mentioned = select(NoticeRow).where(NoticeRow.dossier_id == dossier.id, NoticeRow.kind == "mentioned")
    return city.see(lambda s: [row.audience for row in s.scalars(mentioned)])


def test_a_comment_stands_in_the_history_with_who_said_it(city: City, dossier: DossierRow) -> None:
    say(city, "tuan.ward", dossier, "  Người nộp sẽ mang bản chính đến.\r\nHẹn 14 giờ. ")
    [comment] = read(city, dossier)
    assert comment.text == "Người nộp sẽ mang bản chính đến.\nHẹn 14 giờ."
    assert (comment.author, comment.at) == (city.actor("tuan.ward").name, city.clock.moment)
    after = city.dossier(dossier.id)
    assert after.journal_seq == dossier.journal_seq + 1
    assert city.see(lambda s: verify(s, after)).intact


def test_an_edit_keeps_what_was_said_before(city: City, dossier: DossierRow) -> None:
    first = say(city, "tuan.ward", dossier, "Thiếu trang 3.").id
    city.later(minutes=5)
    tuan = city.actor("tuan.ward")
    city.do(lambda s: comments.edit(s, city.platform, tuan, dossier.id, first, "Thiếu trang 2."))
    [comment] = read(city, dossier)
    assert [wording.text for wording in comment.wordings] == ["Thiếu trang 3.", "Thiếu trang 2."]
    assert comment.wordings[1].at > comment.wordings[0].at


def test_only_the_author_words_a_comment_anew(city: City, dossier: DossierRow) -> None:
    first = say(city, "tuan.ward", dossier, "Thiếu trang 3.").id
    operator, tuan = city.actor("tam.operator"), city.actor("tuan.ward")
    with pytest.raises(NotAllowedError, match="write a comment of your own"):
        city.do(lambda s: comments.edit(s, city.platform, operator, dossier.id, first, "Khác"))
    with pytest.raises(InvalidInputError, match="the same"):
        city.do(lambda s: comments.edit(s, city.platform, tuan, dossier.id, first, " Thiếu trang 3. "))
    with pytest.raises(NotFoundError, match="found none"):
        city.do(lambda s: comments.edit(s, city.platform, tuan, dossier.id, uuid4(), "Khác"))


def test_whoever_is_named_is_told_if_they_may_see_the_dossier(city: City, dossier: DossierRow) -> None:
    said = say(city, "tuan.ward", dossier, "@ha.control xem giúp, @nobody.here và @dung.designer; thư x@ha.control")
    assert said.told == (city.actor("ha.control").name,)
    assert said.untold == ("@nobody.here", "@dung.designer")
    assert told(city, dossier) == [f"person:{city.actor('ha.control').id}"]


def test_an_edit_tells_only_whom_it_names_for_the_first_time(city: City, dossier: DossierRow) -> None:
    said = say(city, "tuan.ward", dossier, "@ha.control xem giúp @tuan.ward")
    tuan = city.actor("tuan.ward")
    text = "@ha.control và @tam.operator xem giúp"
    city.do(lambda s: comments.edit(s, city.platform, tuan, dossier.id, said.id, text))
    people = [city.actor(name).id for name in ("ha.control", "tam.operator")]
    assert told(city, dossier) == [f"person:{each}" for each in people]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@minh.case.", ["minh.case"]),
        ("(@Minh.Case, @ba-2_x)", ["minh.case", "ba-2_x"]),
        ("thư a@b.vn @@x.y @z", []),
        ("@an.b @an.b", ["an.b"]),
    ],
)
def test_a_mention_is_an_at_sign_before_a_user_name(text: str, names: list[str]) -> None:
    assert comments.named_in(text) == names


def test_an_ended_dossier_can_still_be_commented(city: City) -> None:
    ended = city.walk(city.walk_file(KEY, "handed_over"))
    assert ended.closed_at is not None
    say(city, "ha.control", ended, "Đã hậu kiểm.")
    assert [comment.text for comment in read(city, ended)] == ["Đã hậu kiểm."]


@pytest.mark.parametrize(
    ("who", "text", "error"),
    [
        ("tuan.ward", " \r\n ", InvalidInputError),
        ("tuan.ward", "x" * (comments.LONGEST + 1), InvalidInputError),
        ("dung.designer", "Tôi không thấy hồ sơ này", NotFoundError),
    ],
)
def test_what_cannot_be_said_is_refused(city: City, dossier: DossierRow, who: str, text: str, error: Any) -> None:
    with pytest.raises(error):
        say(city, who, dossier, text)
    assert read(city, dossier) == []


def test_an_applicant_has_no_comments(city: City, dossier: DossierRow) -> None:
    applicant = Actor(id=None, name="Người nộp", dossier_id=dossier.id)
    clerk_with_link = replace(city.actor("tuan.ward"), dossier_id=dossier.id)
    for actor in (applicant, clerk_with_link):
        with pytest.raises(NotAllowedError, match="internal"):
            city.do(lambda s, who=actor: comments.add(s, city.platform, who, dossier.id, "Xin chào"))
