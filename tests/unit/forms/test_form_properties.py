"""What holds for every answer, however strange."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.answers import AnswerContext, FieldProblem, InvalidAnswers, check, check_draft
from forms.definition import FormDefinition
from forms.posted import from_html
from forms.schema import json_schema
from forms.summary import lines
from forms.view import view

SETTINGS = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["2026-12-01", "07:15", "5610", "1.500", "doc-pdf", "family", "TD", "2026-11-23T07:15"])
)
junk = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)
day = st.dates().map(str) | st.just("2026-12-01")
number = st.integers(0, 10_000).map(lambda n: n / 4) | st.integers(0, 10**9)


def mostly(good: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Good values, and now and then something else."""
    return st.one_of(good, good, good, junk)


household_answers = st.fixed_dictionaries(
    {},
    optional={
        "business_name": mostly(st.text(min_size=3, max_size=20)),
        "owner": mostly(
            st.fixed_dictionaries(
                {
                    "full_name": mostly(st.text(min_size=1, max_size=10)),
                    "born_on": mostly(day),
                    "phone": st.just("0901 234 567"),
                    "identity_number": mostly(st.just("079090001234")),
                },
                optional={"email": mostly(st.emails())},
            )
        ),
        "founder": mostly(st.sampled_from(["person", "family"])),
        "members": st.lists(
            mostly(
                st.fixed_dictionaries(
                    {"name": st.text(max_size=5), "capital": st.sampled_from([1000, "2000", 5])},
                    optional={"minor": st.booleans(), "guardian": st.text(max_size=5)},
                )
            ),
            max_size=6,
        ),
        "capital": mostly(number),
        "area": mostly(number),
        "lines_of_business": mostly(st.lists(st.sampled_from(["4711", "5610", "9602"]), unique=True)),
        "starts_on": mostly(day),
        "papers": mostly(st.lists(st.sampled_from(["doc-pdf", "doc-photo", "doc-exe"]))),
        "promise": mostly(st.just(True)),
        "stranger": junk,
    },
)
every_answers = st.fixed_dictionaries(
    {},
    optional={
        "officer": mostly(st.text(max_size=10)),
        "note": mostly(st.text(max_size=30)),
        "height": mostly(st.integers(0, 4000).map(lambda n: n / 8)),
        "code": mostly(number),
        "visited_at": mostly(st.datetimes().map(lambda m: m.replace(minute=15, second=0, microsecond=0).isoformat())),
        "back_at": mostly(st.times().map(lambda t: t.replace(microsecond=0).isoformat())),
        "again_at": mostly(st.just("2027-01-01T08:00+07:00")),
        "owner_present": mostly(st.booleans()),
        "ward": mostly(st.sampled_from(["TD", "LX"])),
        "floors": mostly(st.sampled_from([1, 2, "1", "2"])),
        "defects": mostly(st.lists(st.sampled_from(["height", "boundary"]), unique=True)),
        "fine": mostly(st.fixed_dictionaries({"amount": number}, optional={"ground": st.text(max_size=3)})),
        "houses": st.lists(
            st.fixed_dictionaries(
                {"number": st.text(max_size=3)},
                optional={"rooms": st.lists(st.fixed_dictionaries({"area": mostly(st.integers(1, 99))}), max_size=3)},
            ),
            max_size=3,
        ),
        "photo": mostly(st.just(["doc-photo"])),
    },
)


def accepted(definition: FormDefinition, raw: dict[str, Any], context: AnswerContext) -> dict[str, Any] | None:
    refused: tuple[FieldProblem, ...] = ()
    try:
        return check(definition, raw, context)
    except InvalidAnswers as error:
        refused = error.problems
    assert refused
    assert all(problem.message_vi and problem.message_en for problem in refused)
    return None


def holds(definition: FormDefinition, raw: dict[str, Any], context: AnswerContext) -> None:
    """Answers are refused with problems, or come out in a form that is accepted again, unchanged, and is valid."""
    clean = accepted(definition, raw, context)
    if clean is not None:
        assert orjson.loads(orjson.dumps(clean)) == clean
        assert check(definition, clean, context) == clean
        assert check_draft(definition, clean).keys() <= clean.keys()
        jsonschema_rs.Draft202012Validator(json_schema(definition)).validate(json.loads(json.dumps(clean)))
    draft = check_draft(definition, raw)
    assert orjson.loads(orjson.dumps(draft)) == draft
    assert check_draft(definition, draft) == draft
    view(definition, draft, context=context)
    lines(definition, draft, context, "en")


@SETTINGS
@given(raw=household_answers)
def test_a_household_business_is_refused_or_settled(
    household: FormDefinition, context: AnswerContext, raw: dict[str, Any]
) -> None:
    holds(household, raw, context)


@SETTINGS
@given(raw=every_answers)
def test_every_component_is_refused_or_settled(
    every: FormDefinition, context: AnswerContext, raw: dict[str, Any]
) -> None:
    holds(every, raw, context)


@SETTINGS
@given(raw=st.dictionaries(st.text(max_size=12), junk, max_size=5))
def test_junk_is_refused(household: FormDefinition, context: AnswerContext, raw: dict[str, Any]) -> None:
    assert accepted(household, raw, context) is None
    check_draft(household, raw)


@SETTINGS
@given(raw=every_answers, lang=st.sampled_from(["vi", "en"]))
def test_what_is_on_the_page_is_what_is_posted(
    every: FormDefinition,
    context: AnswerContext,
    page: Callable[..., Any],
    pressed: Callable[..., Any],
    raw: dict[str, Any],
    lang: str,
) -> None:
    """Clean answers, shown and posted without a change, are the same clean answers."""
    clean = accepted(every, raw, context)
    if clean is not None:
        tree = page(view(every, clean, context=context, lang=lang))
        assert check(every, from_html(every, pressed(tree), context=context), context) == clean


@SETTINGS
@given(
    items=st.lists(
        st.tuples(
            st.sampled_from(
                ["houses", "houses[0]", "houses[2].rooms[1].area", "houses[9999].number", "height", "visited_at-day",
                 "visited_at-time", "floors", "defects", "photo", "fine.amount", "_action", "[0]", "houses[", "x.y"]
            ),
            st.text(max_size=6) | st.sampled_from(["add:houses", "remove:houses:0", "add:houses[0].rooms", "1,5", "2"]),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_any_post_is_read(every: FormDefinition, context: AnswerContext, items: list[tuple[str, str]]) -> None:
    raw = from_html(every, items, context=context)
    accepted(every, raw, context)
    view(every, raw, context=context)
    check_draft(every, raw)
