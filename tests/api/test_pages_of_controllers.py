"""Pages of those who control, run and design: history with its proof, incidents, versions and deployment."""

import io
import zipfile
from collections.abc import Callable
from uuid import uuid4

from city import ROOT, City
from flask.testing import FlaskClient
from pages import PageRead, get, post
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine.persistence import access_log
from engine.persistence.tables import IncidentRow
from engine.runtime.bundle import Bundle

SIMPLE = "certified_copy"
SignIn = Callable[[str], str]


def test_an_auditor_reads_every_entry_and_that_none_was_altered(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    dossier = city.walk(city.walk_file(SIMPLE, "handed_over"))
    signed_in("ha.control")
    page = get(client, f"/dossiers/{dossier.id}/history")
    assert "Lịch sử nguyên vẹn" in page.text
    assert dossier.journal_head in page.text
    assert len(page.rows()) == dossier.journal_seq
    looks = city.see(lambda session: access_log.of_dossier(session, dossier.id))
    assert [(one.person, one.what) for one in looks] == [("ha.control", "history")]


def test_a_history_that_somebody_has_altered_is_told_so(signed_in: SignIn, client: FlaskClient, city: City) -> None:
    """Not even somebody with the keys of the database, who takes its guards away first, does it unseen."""
    dossier = city.walk(city.walk_file(SIMPLE, "handed_over"))

    def alter(session: Session) -> None:
        if city.db.dialect.name == "sqlite":
            guards = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            for guard in guards:
                session.execute(text(f'DROP TRIGGER "{guard}"'))
        else:
            session.execute(text("ALTER TABLE journal DISABLE TRIGGER USER"))
        session.execute(
            text("UPDATE journal SET entry = replace(entry, 'An', 'Anh') WHERE seq = 1 AND stream_id = :id").bindparams(
                id=dossier.id.hex if city.db.dialect.name == "sqlite" else dossier.id
            )
        )

    city.do(alter)
    signed_in("ha.control")
    page = get(client, f"/dossiers/{dossier.id}/history")
    assert "Lịch sử không còn nguyên vẹn" in page.text
    assert "Mục số 1 đã bị sửa" in page.text


def test_an_operator_sees_what_has_failed_and_is_told_when_trying_again_is_too_late(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    dossier = city.file(SIMPLE, city.walk_file(SIMPLE, "handed_over")["application"]).dossier
    incident = uuid4()
    row = IncidentRow(
        dossier_id=dossier.id,
        id=incident,
        element_id="certify",
        error="service-failed",
        message="Không gọi được dịch vụ ký số.",
        opened_at=city.clock.now(),
    )
    city.do(lambda session: session.add(row))
    signed_in("tam.operator")
    page = get(client, "/incidents")
    assert "1 sự cố đang mở" in page.text
    assert "Ký chứng thực" in page.text
    assert "Không gọi được dịch vụ ký số." in page.text
    assert post(client, f"/incidents/{dossier.id}/{incident}/retry", {}).status_code == 302
    assert "Chưa thực hiện được" in get(client, "/incidents").text


def test_a_designer_sees_versions_with_their_law_diagram_and_files(signed_in: SignIn, client: FlaskClient) -> None:
    signed_in("dung.designer")
    assert "Chứng thực bản sao từ bản chính" in " ".join(get(client, "/design/").rows())
    page = get(client, f"/design/{SIMPLE}/1")
    assert "procedure.toml" in page.text
    assert "Đối chiếu bản sao với bản chính" in page.text
    assert client.get(f"/design/{SIMPLE}/1/process.bpmn").mimetype == "application/xml"
    get(client, f"/design/{SIMPLE}/1/procedure.toml", 404)
    get(client, f"/design/{SIMPLE}/9", 404)


def test_a_bundle_is_only_checked_when_only_that_is_asked_for(
    signed_in: SignIn, client: FlaskClient, city: City
) -> None:
    signed_in("dung.designer")
    page = PageRead(post(client, "/design/", {"bundle": (io.BytesIO(newer(b"")), "new.zip"), "act": "check"}))
    assert "không có lỗi; chưa triển khai" in page.text
    assert "Phiên bản 2" not in page.text


def test_a_good_bundle_becomes_the_next_version(signed_in: SignIn, client: FlaskClient) -> None:
    signed_in("dung.designer")
    sent = {"bundle": (io.BytesIO(newer(b"\n# a remark\n")), "new.zip"), "act": "deploy"}
    answer = post(client, "/design/", sent)
    assert answer.headers["Location"] == f"/design/{SIMPLE}/2"
    assert "Đã triển khai phiên bản 2" in get(client, answer.headers["Location"]).text


def test_a_bundle_with_faults_is_refused_with_the_place_and_the_way_out(signed_in: SignIn, client: FlaskClient) -> None:
    signed_in("dung.designer")
    broken = newer(
        b"", lambda name, body: body.replace(b'"compare"', b'"compere"', 1) if name.endswith("bpmn") else body
    )
    answer = post(client, "/design/", {"bundle": (io.BytesIO(broken), "new.zip"), "act": "deploy"})
    page = PageRead(answer)
    assert answer.status_code == 422
    assert any("process.bpmn:" in row for row in page.rows())
    for nonsense in (b"", b"PK\x03\x04 no zip"):
        answer = post(client, "/design/", {"bundle": (io.BytesIO(nonsense), "new.zip"), "act": "deploy"})
        assert answer.status_code == 422
    assert post(client, "/design/", {"act": "deploy"}).status_code == 302


def test_who_only_controls_sees_versions_and_cannot_deploy(signed_in: SignIn, client: FlaskClient, city: City) -> None:
    signed_in("ha.control")
    assert not get(client, "/design/").has("bundle")
    assert post(client, "/design/", {"bundle": (io.BytesIO(newer(b"")), "new.zip")}).status_code == 403
    assert city.see(lambda session: session.scalars(select(IncidentRow)).all()) == []


def newer(remark: bytes, change: Callable[[str, bytes], bytes] = lambda _name, body: body) -> bytes:
    """The simple procedure as a ZIP, with a remark at the end of its procedure.toml."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, body in Bundle.find(ROOT, SIMPLE).files.items():
            archive.writestr(name, change(name, body + (remark if name == "procedure.toml" else b"")))
    return packed.getvalue()
