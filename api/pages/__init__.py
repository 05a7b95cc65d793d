"""The pages, one module a persona. They do what the API does, through the same use cases."""

from api.pages import (
    account,
    auditor,
    citizen,
    designer,
    dossiers,
    following,
    letters,
    notices,
    officer,
    operator,
    reception,
    statistics,
)

blueprints = (
    account.blueprint,
    citizen.blueprint,
    following.blueprint,
    letters.blueprint,
    officer.blueprint,
    dossiers.blueprint,
    reception.blueprint,
    auditor.blueprint,
    statistics.blueprint,
    operator.blueprint,
    designer.blueprint,
    notices.blueprint,
    notices.of_applicant,
)
