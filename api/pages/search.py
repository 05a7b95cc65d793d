"""The search box in the header: an exact code leads straight to the dossier, anything else to the list."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from api.auth import allow_signed_in
from api.database import read
from api.pages.acting import person
from engine import dossiers as use_cases
from engine.errors import NotFoundError
from engine.persistence import dossiers

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@allow_signed_in
def find() -> Response:
    """Go to the one dossier with this code that the person may see, else to all that hold these words."""
    wanted = " ".join(request.args.get("q", "").split())[:200]
    with read() as session:
        try:
            found = dossiers.by_code(session, wanted) if wanted else None
        except NotFoundError:
            found = None
        if found is not None and use_cases.may_see(session, person(), found.id):
            return redirect(url_for("dossiers.show", dossier_id=found.id))
    return redirect(url_for("dossiers.index", q=wanted))
