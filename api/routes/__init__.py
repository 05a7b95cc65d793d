"""The routes of the JSON API, one module a noun."""

from api.routes import documents, dossiers, history, incidents, me, procedures, statistics, tasks

blueprints = (
    procedures.blueprint,
    dossiers.blueprint,
    history.blueprint,
    tasks.blueprint,
    documents.blueprint,
    incidents.blueprint,
    me.blueprint,
    statistics.blueprint,
)
