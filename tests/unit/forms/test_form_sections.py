"""A long form comes in sections: every question is in exactly one, whatever the form."""

from pathlib import Path

import pytest

from forms.definition import FormDefinition
from forms.fields import in_scope
from forms.sections import sections

FORMS = sorted((Path(__file__).parents[3] / "forms").glob("*/application.form.json"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.parent.name)
def test_every_question_of_a_start_form_is_in_one_section(path: Path) -> None:
    definition = FormDefinition.parse(path.read_bytes())
    found = sections(definition)
    if not found:
        return
    names = [name for section in found for name in section.names]
    assert sorted(names) == sorted(".".join(one.path) for one in in_scope(definition.components))
    assert [section.number for section in found] == list(range(1, len(found) + 1))
    assert all(section.title and not section.title.isdecimal() for section in found)
    assert all(section.title for section in sections(definition, "en"))


def test_a_short_form_has_no_sections() -> None:
    short = next(path for path in FORMS if path.parent.name == "certified_copy")
    assert sections(FormDefinition.parse(short.read_bytes())) == ()


def test_a_problem_in_a_row_concerns_the_section_of_its_list() -> None:
    planning = next(path for path in FORMS if path.parent.name == "detailed_plan_adjustment")
    found = sections(FormDefinition.parse(planning.read_bytes()))
    assert [section.number for section in found if section.holds("changes[2].criterion")] == [4]
    assert [section.title for section in found][:2] == ["Chủ hồ sơ", "Người được ủy quyền"]
    assert not any(section.holds("") for section in found)
