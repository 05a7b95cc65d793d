"""The routes of the JSON API, one module a noun."""

from api.routes import documents, dossiers, history, incidents, many_tasks, me, procedures, statistics, tasks

blueprints = (
    procedures.blueprint,
    dossiers.blueprint,
    history.blueprint,
    tasks.blueprint,
    many_tasks.blueprint,
    documents.blueprint,
    incidents.blueprint,
    me.blueprint,
    statistics.blueprint,
)
