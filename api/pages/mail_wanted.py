"""Whether an applicant wants mail about a dossier: given and stopped on its page, agreed to from the mail that asks."""

from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from api.auth import allow_public
from api.auth.limits import limiter
from api.database import read, write
from api.pages import following
from api.pages.acting import Refused, carry_out, carry_out_typed
from api.site import site
from engine import dossiers, mail_addresses
from engine.errors import NotFoundError

blueprint = Blueprint("mail_wanted", __name__)


@blueprint.post("/my/<link>/mail")
@allow_public
@limiter.limit("10/hour")
def change(link: str) -> Response | tuple[str, int]:
    """The applicant wants mail at an address, or no mail any more."""
    with read() as session:
        applicant = dossiers.applicant_by_link(session, link)
    if applicant.dossier_id is None:
        raise NotFoundError("expected the link of a dossier, found another", "Đường dẫn hồ sơ không đúng.")
    back = url_for("following.mine", link=link) + "#mail"
    dossier_id = applicant.dossier_id
    if request.form.get("wanted") == "no":
        return carry_out(
            lambda session: mail_addresses.stop(session, dossier_id), _("Sẽ không còn thư nào về hồ sơ này."), back
        )
    address = request.form.get("address", "")
    act = partial(
        mail_addresses.give, platform=site().platform, applicant=applicant, dossier_id=dossier_id, address=address
    )
    done, typed = _("Đã gửi thư hỏi đến địa chỉ đã nhập. Hãy mở thư để xác nhận."), Refused("address", address)
    return carry_out_typed(act, done, back, typed, partial(following.page, link))


@blueprint.get("/mail/<token>")
@allow_public
@limiter.limit("60/minute")
def ask(token: str) -> str:
    """What the link in the mail opens: a question. Programs that look into mails open links, and must not agree."""
    with read() as session:
        dossier = mail_addresses.asked(session, token)
        known = mail_addresses.of_dossier(session, dossier.id)
    return render_template("pages/citizen/mail.html", code=dossier.code, agreed=known is not None and known.confirmed)


@blueprint.post("/mail/<token>")
@allow_public
@limiter.limit("60/minute")
def agree(token: str) -> Response:
    """The owner of the address agrees."""
    write(lambda session: mail_addresses.confirm(session, site().platform, token))
    return redirect(url_for(".ask", token=token), 303)
