"""What is new in the queues of the reception desk that somebody has open."""

from flask import Blueprint
from werkzeug.wrappers import Response

from api.auth import allow
from api.database import read
from api.pages import live
from api.pages.acting import person
from api.pages.reception import SHOWN, own_units
from engine.model import Role
from engine.persistence.reception import queues

blueprint = Blueprint("reception_news", __name__, url_prefix="/reception")


@blueprint.get("/news")
@allow(Role.RECEPTION_OFFICER)
def news() -> Response:
    """The first tasks of each queue as they are now, and how many all queues hold."""
    with read() as session:
        found = queues(session, own_units(person()), live.LOOKED_ON * SHOWN).values()
        total = sum(queue.total for queue in found)
        first, others = [
            [(row.task.id, row.task.version) for queue in found for row in queue.first[part]]
            for part in (slice(SHOWN), slice(SHOWN, None))
        ]
    return live.answer([*first, *others], len(first), total)
