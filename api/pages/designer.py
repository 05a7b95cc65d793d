"""The process designer: procedures and their versions, a version's diagram and law, deploying a bundle."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.auth import allow
from api.database import read, write
from api.language import current_language
from api.pages import present, procedure_view, steps
from api.pages.acting import person
from api.pages.uploads import takes_files
from api.site import site
from engine import procedures as use_cases
from engine.errors import BundleRejectedError, NotFoundError
from engine.model import Finding, Role
from engine.persistence.tables import ProcedureRow, ProcedureVersionRow
from engine.procedures import loaded, versions_of
from engine.runtime.bundle import Bundle
from engine.runtime.procedure import Procedure

blueprint = Blueprint("designer", __name__, url_prefix="/design")
READERS = (Role.PROCESS_DESIGNER, Role.OPERATOR, Role.PROCEDURE_CONTROL)
DEPLOYERS = (Role.PROCESS_DESIGNER, Role.OPERATOR)


@blueprint.get("/")
@allow(*READERS)
def procedures() -> str:
    """Every procedure with its versions."""
    return _list()


@blueprint.post("/")
@allow(*DEPLOYERS)
@takes_files
def deploy() -> str | AnyResponse | tuple[str, int]:
    """Check a ZIP and, if that is asked for and it has no faults, make it the newest version."""
    file = request.files.get("bundle")
    if file is None or not file.filename:
        flash(_("Hãy chọn tệp ZIP của thủ tục."), "error")
        return redirect(url_for(".procedures"))
    try:
        bundle = Bundle.from_zip(file.stream.read())
        found = use_cases.check(bundle, frozenset(site().platform.services))
        if request.form.get("act") == "check" or any(one.error for one in found):
            return _checked(file.filename, found)
        version = write(lambda session: use_cases.deploy(session, site().platform, person(), bundle))
    except BundleRejectedError as refusal:
        return _list(_findings(refusal), file.filename), refusal.status
    flash(_("Đã triển khai phiên bản %(number)s của “%(key)s”.", number=version.number, key=bundle.key), "success")
    return redirect(url_for(".version", key=bundle.key, number=version.number))


@blueprint.get("/<key>/<int:number>")
@allow(*READERS)
def version(key: str, number: int) -> str:
    """One version: its law, its diagrams with the same steps in words, its files."""
    with read() as session:
        row, procedure = _version(session, key, number)
        facts = [
            (_("Áp dụng cho hồ sơ nhận"), procedure_view.span(row)),
            (_("Triển khai"), f"{present.moment_text(row.deployed_at)}, {row.deployed_by}"),
            (_("Mã kiểm (SHA-256)"), row.checksum),
        ]
        return render_template(
            "pages/designer/version.html",
            procedure=procedure_view.view(procedure),
            number=number,
            facts=facts,
            diagrams=_diagrams(procedure, key, number),
            files=list(procedure.bundle.files),
        )


@blueprint.get("/<key>/<int:number>/<path:path>")
@allow(*READERS)
def diagram(key: str, number: int, path: str) -> Response:
    """A diagram of a version, as it was deployed."""
    with read() as session:
        _row, procedure = _version(session, key, number)
    if path not in procedure.bundle.files or not path.endswith(".bpmn"):
        raise NotFoundError(f"expected a diagram of {key}, found none at {path}", "Không có sơ đồ này.")
    return Response(procedure.bundle.files[path], mimetype="application/xml")


def _checked(name: str, found: Sequence[Finding]) -> str | tuple[str, int]:
    if any(one.error for one in found):
        return _list(found, name), BundleRejectedError.status
    flash(_("“%(file)s” không có lỗi; chưa triển khai.", file=name), "info")
    return _list(found, name)


def _findings(refusal: BundleRejectedError) -> Sequence[Finding]:
    found: Any = refusal.details.get("findings")
    return found or [Finding(refusal.code, present.told(refusal), "")]


def _list(findings: Sequence[Finding] = (), rejected: str = "") -> str:
    with read() as session:
        shown = [_procedure(session, row) for row in session.scalars(select(ProcedureRow).order_by(ProcedureRow.key))]
    actor = person()
    return render_template(
        "pages/designer/procedures.html",
        procedures=shown,
        findings=findings,
        rejected=rejected,
        may_deploy=any(actor.has_role(role) for role in DEPLOYERS),
    )


def _procedure(session: Session, row: ProcedureRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "title": (row.title_en if current_language() == "en" else row.title_vi) or row.title_vi,
        "versions": [
            {
                "number": one.number,
                "span": procedure_view.span(one),
                "deployed_at": one.deployed_at,
                "deployed_by": one.deployed_by,
                "checksum": one.checksum,
            }
            for one in versions_of(session, row.key)
        ],
    }


def _version(session: Session, key: str, number: int) -> tuple[ProcedureVersionRow, Procedure]:
    for row in versions_of(session, key):
        if row.number == number:
            return row, loaded(session, row.id)
    raise NotFoundError(f"expected version {number} of '{key}', found none", "Không có phiên bản này.")


def _diagrams(procedure: Procedure, key: str, number: int) -> list[dict[str, Any]]:
    return [
        {
            "title": process.name or process.id,
            "href": url_for(".diagram", key=key, number=number, path=process.path),
            "steps": steps.lines(process),
        }
        for process in procedure.processes
    ]
