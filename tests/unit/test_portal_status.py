"""Every dossier has exactly one of the ten statuses of the national portal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model import DossierState
from engine.persistence.tables import DossierRow, TaskRow
from engine.portal_status import TITLES, PortalStatus, StatusFacts, facts_of, status_of

S, P = DossierState, PortalStatus
CASES = {
    P.REGISTERED: StatusFacts(S.FILED),
    P.RECEIVED: StatusFacts(S.PROCESSING),
    P.NOT_RECEIVED: StatusFacts(S.CLOSED, "not_received"),
    P.PROCESSING: StatusFacts(S.PROCESSING, begun=True),
    P.SUPPLEMENT_ASKED: StatusFacts(S.AWAITING_APPLICANT, begun=True),
    P.PAYMENT_ASKED: StatusFacts(S.AWAITING_APPLICANT, begun=True, asks_payment=True),
    P.WITHDRAWN: StatusFacts(S.CLOSED, "withdrawn", begun=True),
    P.STOPPED: StatusFacts(S.CLOSED, "stopped", begun=True),
    P.DECIDED: StatusFacts(S.DECIDED, decided=True, begun=True),
    P.HANDED_OVER: StatusFacts(S.CLOSED, "granted", decided=True, begun=True),
}
FACTS = st.builds(
    StatusFacts,
    state=st.sampled_from(DossierState),
    outcome=st.sampled_from(["", "granted", "refused", "not_received", "withdrawn", "stopped", "anything"]),
    decided=st.booleans(),
    begun=st.booleans(),
    asks_payment=st.booleans(),
    asks_papers=st.booleans(),
    withdrawal_asked=st.booleans(),
)
ENDED = {P.NOT_RECEIVED, P.WITHDRAWN, P.STOPPED, P.HANDED_OVER}


@pytest.mark.parametrize("status", PortalStatus)
def test_each_status_has_its_facts_and_a_name_in_both_languages(status: PortalStatus) -> None:
    assert status_of(CASES[status]) is status
    assert all(TITLES[status])


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        (StatusFacts(S.FILED, asks_papers=True), P.SUPPLEMENT_ASKED),  # at reception, before the clock starts
        (StatusFacts(S.CLOSED, "refused", decided=True), P.HANDED_OVER),  # a refusal is a result, too
        (StatusFacts(S.CLOSED, "lapsed"), P.STOPPED),  # an end without a result
        (StatusFacts(S.PROCESSING, begun=True, withdrawal_asked=True), P.WITHDRAWN),
        (StatusFacts(S.CLOSED, "granted", decided=True, withdrawal_asked=True), P.HANDED_OVER),
    ],
)
def test_doubtful_facts_are_read_in_one_order(facts: StatusFacts, status: PortalStatus) -> None:
    assert status_of(facts) is status


@given(FACTS)
def test_every_dossier_has_exactly_one_status_and_only_a_closed_one_has_ended(facts: StatusFacts) -> None:
    status = status_of(facts)
    assert status in PortalStatus
    if facts.state is S.CLOSED:
        assert status in ENDED
    elif not facts.withdrawal_asked:
        assert status not in ENDED
    if status is P.DECIDED:
        assert facts.state is S.DECIDED


def task(role: str, state: str = "open", form: str = "", element: str = "x", assignee: object = None) -> TaskRow:
    return TaskRow(role=role, state=state, form_key=form, element_id=element, assignee_id=assignee)


@pytest.mark.parametrize(
    ("tasks", "status"),
    [
        ([], P.RECEIVED),
        ([task("reception_officer", "completed")], P.RECEIVED),
        ([task("division_head")], P.RECEIVED),
        ([task("records_clerk", "completed", element="platform.acknowledge")], P.RECEIVED),
        ([task("division_head", "completed")], P.PROCESSING),
        ([task("case_officer", "completed"), task("applicant", form="supplement")], P.SUPPLEMENT_ASKED),
        ([task("case_officer", "completed"), task("applicant", form="payment")], P.PAYMENT_ASKED),
        ([task("case_officer", "completed"), task("applicant", "completed", form="payment")], P.PROCESSING),
    ],
)
def test_the_facts_are_those_of_the_dossier_and_its_tasks(tasks: list[TaskRow], status: PortalStatus) -> None:
    dossier = DossierRow(state="processing", outcome="")
    assert status_of(facts_of(dossier, tasks)) is status
