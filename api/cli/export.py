"""`motcua export`: what others may have of this installation."""

import csv
from datetime import datetime, time, timedelta
from pathlib import Path

import click

from api.cli.setup import tools
from api.cli.telling import say
from engine.errors import InvalidInputError
from engine.persistence.event_log import event_log
from engine.persistence.transaction import reading

HEADS = ("case", "activity", "occurred_at", "recorded_at", "role", "unit", "procedure")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("export")
def export() -> None:
    """Xuất dữ liệu — data for others to look into."""


@export.command("events")
@click.option("--from", "first", type=_DAY, required=True, help="First day, YYYY-MM-DD.")
@click.option("--to", "last", type=_DAY, required=True, help="Last day, included.")
@click.argument("out", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def events(*, first: datetime, last: datetime, out: Path) -> None:
    """Nhật ký sự kiện ẩn danh để phân tích quy trình — an anonymous event log for process mining, as CSV.

    Moments are ISO 8601 in the authority's time zone. No person, no applicant, no dossier code is in it; a small
    unit's role may still point to one person, so give it to those who may know.
    """
    if last < first:
        raise InvalidInputError(
            f"expected --to on or after --from, found {first:%Y-%m-%d} to {last:%Y-%m-%d}",
            "Ngày cuối (--to) không được trước ngày đầu (--from).",
        )
    with tools() as at_hand, reading(at_hand.db) as session, out.open("w", encoding="utf-8", newline="") as file:
        zone, written = at_hand.platform.zone, 0
        start = datetime.combine(first, time(0), zone)
        end = datetime.combine(last.date() + timedelta(days=1), time(0), zone)
        writer = csv.writer(file)
        writer.writerow(HEADS)
        for line in event_log(session, start, end):
            moments = (moment.astimezone(zone).isoformat() for moment in (line.occurred_at, line.recorded_at))
            writer.writerow((line.case, line.activity, *moments, line.role, line.unit, line.procedure))
            written += 1
    say(f"Đã ghi {written} sự kiện vào {out}", f"{written} events written")
