"""`motcua history`: prove that a history is whole, write a dossier as one ZIP, check such a ZIP anywhere."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from api.cli.setup import tools
from api.cli.telling import REFUSED, answer, as_json, complain, say
from engine.history import archive
from engine.history.archive import Making
from engine.history.archive_check import Report, check
from engine.history.verify import verify
from engine.persistence import access_log, dossiers
from engine.persistence.tables import DossierRow
from engine.persistence.transaction import reading, run


@click.group("history")
def history() -> None:
    """Lịch sử hồ sơ — histories of dossiers: verify, archive, verify an archive."""


@history.command("verify")
@click.argument("code")
def verify_history(code: str) -> None:
    """Kiểm tra lịch sử của hồ sơ trong cơ sở dữ liệu — check a dossier's history in the database."""
    with tools() as at_hand, reading(at_hand.db) as session:
        dossier = dossiers.by_code(session, code)
        verdict = verify(session, dossier)
    if not verdict.intact:
        complain(verdict.fault_vi, verdict.fault)
        raise SystemExit(REFUSED)
    say(f"Nguyên vẹn: {verdict.checked} mục, mã băm cuối {dossier.journal_head}", "the history is whole")


@history.command("archive")
@click.argument("code")
@click.argument("out", type=click.Path(path_type=Path), required=False)
def write_archive(code: str, out: Path | None) -> None:
    """Ghi toàn bộ hồ sơ ra một tệp ZIP — write a dossier whole as one ZIP (into a folder, or as the file OUT)."""
    with tools() as at_hand:
        making = Making("motcua history archive", at_hand.platform.now())
        with reading(at_hand.db) as session:
            dossier = dossiers.by_code(session, code)
            target = _target(out or Path(), dossier)
            with target.open("wb") as file:
                for piece in archive.write(session, at_hand.store, dossier, making):
                    file.write(piece)
        run(at_hand.db, lambda session: _note(session, dossier, making))
    say(f"Đã ghi {target} ({target.stat().st_size:,} byte); mã băm cuối {dossier.journal_head}", "archive written")


@history.command("verify-archive")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--head", default="", help="The history's last hash as you have it from elsewhere.")
@as_json
def verify_archive(file: Path, head: str, *, as_json: bool) -> None:
    """Kiểm tra tệp ZIP của một hồ sơ, không cần cơ sở dữ liệu — check a dossier's ZIP; needs no database."""
    with file.open("rb") as content:
        report = check(content, head)
    if as_json:
        answer({**vars(report), "intact": report.intact, "faults": [vars(fault) for fault in report.faults]})
    else:
        _tell(report, head)
    if not report.intact:
        raise SystemExit(REFUSED)


def _tell(report: Report, head: str) -> None:
    for fault in report.faults:
        complain(f"{fault.part}: {fault.vi}", fault.en)
    if not report.intact:
        say(f"Không nguyên vẹn: {len(report.faults)} điểm sai.", "the archive is not whole")
        return
    say(f"Nguyên vẹn: hồ sơ {report.code}, {report.files} tệp, {report.entries} mục lịch sử.", "the archive is whole")
    say(f"Mã băm cuối: {report.head}", "the last hash" if head else "compare it with what you have from elsewhere")


def _target(out: Path, dossier: DossierRow) -> Path:
    return out / archive.filename(dossier) if out.is_dir() else out


def _note(session: Session, dossier: DossierRow, making: Making) -> None:
    access_log.note_of(session, making.by, dossier.id, "archive", making.at)
