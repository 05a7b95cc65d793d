"""The words of notices: complete in both languages, and nothing of a payload becomes more than text."""

import re
from pathlib import Path
from string import Formatter
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import news, notice_texts, notices
from engine.notice_texts import APPLICANT, OFFICER, for_applicant, for_officer
from engine.notice_words import ORGANISATION, Text
from engine.persistence.notices import Subject

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DOSSIER = UUID(int=7)
SUBJECT = Subject(DOSSIER, "H29.1-261123-0001", "Chứng thực bản sao", "Certifying copies")
ENGINE = Path(notices.__file__).parent
TEXTS = [*OFFICER.items(), *APPLICANT.items()]


@pytest.mark.parametrize(("kind", "text"), TEXTS, ids=[kind for kind, _text in TEXTS])
def test_both_languages_say_the_same_facts_sentence_by_sentence(kind: str, text: Text) -> None:
    assert len(text.vi) == len(text.en)
    for vi, en in zip(text.vi, text.en, strict=True):
        blanks = [{name for _t, name, _f, _c in Formatter().parse(each) if name} for each in (vi, en)]
        assert blanks[0] == blanks[1], kind
    assert "{code}" in text.vi[0]


def test_every_kind_that_the_engine_writes_has_words() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in ENGINE.rglob("*.py"))
    to_officers = set(re.findall(r'to_queue\([^"\n]*"([a-z-]+)"', source)) | set(notices.OFFICER_KINDS)
    to_holders = set(re.findall(r'to_holder\([^"\n]*"([a-z-]+)"', source))
    to_applicants = set(re.findall(r'to_applicant\([^"\n]*"([a-z-]+)"', source)) | set(news.OF_OUTCOME.values())
    to_applicants |= {news.FILED, news.ACCEPTED, news.SUPPLEMENT, news.SUPPLEMENTED, news.RESULT_READY, news.ENDED}
    assert (to_officers | to_holders) - {kind for kind, _what in ORGANISATION} <= set(OFFICER)
    assert to_applicants | to_holders <= set(APPLICANT)
    assert set(OFFICER) | {kind for kind, _what in ORGANISATION} == set(notices.OFFICER_KINDS)


def test_an_officer_goes_to_the_task_or_else_to_the_dossier() -> None:
    task = str(UUID(int=3))
    assert for_officer("task-assigned", {"task": task}, SUBJECT, "vi", ZONE).path == f"/tasks/{task}"
    assert for_officer("dossier-overdue", {}, SUBJECT, "vi", ZONE).path == f"/dossiers/{DOSSIER}"


def test_what_concerns_no_dossier_leads_where_it_says_and_has_words_in_both_languages() -> None:
    payload = {"what": "named", "person": "Lan", "first": "2026-11-23", "last": "2026-11-27", "path": "/absence"}
    said = [for_officer("stand-in", payload, Subject(None, "", "", ""), lang, ZONE) for lang in ("vi", "en")]
    assert [words.path for words in said] == ["/absence", "/absence"]
    assert said[0].sentences == ("Từ 23/11/2026 đến hết 27/11/2026.",)
    assert said[1].subject == "You stand in for Lan"
    for text in ORGANISATION.values():
        blanks = [
            [sorted(name for _t, name, _f, _c in Formatter().parse(each) if name) for each in said]
            for said in (text.vi, text.en)
        ]
        assert blanks[0] == blanks[1]


def test_a_due_moment_at_the_end_of_a_day_is_a_day() -> None:
    ends = {"due_at": "2026-12-01T23:59:59.999999+07:00"}, {"due_at": "2026-12-01T03:30:00+00:00"}
    said = [for_applicant("accepted", payload, SUBJECT, "vi", ZONE).sentences[-1] for payload in ends]
    assert said == ["Hẹn trả kết quả: 01/12/2026.", "Hẹn trả kết quả: 10:30 01/12/2026."]


def test_a_sentence_whose_fact_is_unknown_is_left_out() -> None:
    words = for_applicant("refused", {"reason": ""}, SUBJECT, "en", ZONE)
    assert not any("reason:" in sentence for sentence in words.sentences)
    assert any("appeal" in sentence for sentence in words.sentences)


def test_a_kind_nobody_knows_still_says_which_dossier() -> None:
    assert for_officer("new-kind", {}, SUBJECT, "en", ZONE).subject == f"About dossier {SUBJECT.code}"


@given(st.text(), st.sampled_from(sorted(APPLICANT)), st.sampled_from(["vi", "en"]))
def test_whatever_a_payload_holds_stays_one_line_of_text(text: str, kind: str, lang: str) -> None:
    payload = {"reason": text, "step_vi": text, "step_en": text, "days": text}
    words = for_applicant(kind, payload, SUBJECT, lang, ZONE)
    for sentence in (words.subject, *words.sentences):
        assert sentence.isprintable()
        assert len(sentence) < notice_texts.LONGEST_REASON + 200
