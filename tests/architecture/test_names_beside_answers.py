"""What pages send in one form with the answers to a procedure's questions has a name that no question can have."""

import re
from pathlib import Path

import pytest

from forms.lint import OF_PAGES

PAGES = Path(__file__).parents[2] / "api" / "templates" / "pages"
WITH_QUESTIONS = ("citizen/file.html", "citizen/task.html", "officer/task.html", "reception/file.html")
NO_KEY = re.compile(r".*[_:{].*")  # what no key of a form-js field looks like
FORM = re.compile(r"{% call form\(.*?{% endcall %}|<form.*?</form>", re.DOTALL)
NAME = re.compile(r'<(?:input|select|textarea)[^>]* name="([^"]+)"')


@pytest.mark.parametrize("page", WITH_QUESTIONS)
def test_every_name_of_a_form_with_questions_is_reserved(page: str) -> None:
    forms = FORM.findall((PAGES / page).read_text())
    names = {name for form in forms if "fields(" in form or "filling.view" in form for name in NAME.findall(form)}
    assert names
    assert {name for name in names if not NO_KEY.fullmatch(name)} <= OF_PAGES
