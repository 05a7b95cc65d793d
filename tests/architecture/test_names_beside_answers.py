"""What pages send in one form with the answers to a procedure's questions has a name that no question can have."""

import re
from pathlib import Path

import pytest

from forms.lint import OF_PAGES

PAGES = Path(__file__).parents[2] / "api" / "templates" / "pages"
WITH_QUESTIONS = ("citizen/file.html", "citizen/task.html", "officer/task.html", "reception/file.html")
NO_KEY = re.compile(r".*[_:{].*")  # what no key of a form-js field looks like
FORM = re.compile(r"<form.*?</form>", re.DOTALL)
NAME = re.compile(r'<(?:input|select|textarea)[^>]* name="([^"]+)"')


def _without_forms_of_their_own(template: str) -> str:
    return FORM.sub(lambda form: form[0] if "fields(" in form[0] else "", template)


@pytest.mark.parametrize("page", WITH_QUESTIONS)
def test_every_name_of_a_form_with_questions_is_reserved(page: str) -> None:
    names = set(NAME.findall(_without_forms_of_their_own((PAGES / page).read_text())))
    assert names
    assert {name for name in names if not NO_KEY.fullmatch(name)} <= OF_PAGES
