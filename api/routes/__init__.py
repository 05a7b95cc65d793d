"""The routes of the JSON API, one module a noun."""

from api.routes import (
    comments,
    documents,
    dossiers,
    history,
    incidents,
    many_tasks,
    me,
    notices,
    organisation,
    procedures,
    statistics,
    tasks,
)

blueprints = (
    procedures.blueprint,
    dossiers.blueprint,
    history.blueprint,
    comments.blueprint,
    tasks.blueprint,
    many_tasks.blueprint,
    documents.blueprint,
    incidents.blueprint,
    me.blueprint,
    statistics.blueprint,
    notices.blueprint,
    organisation.blueprint,
)
