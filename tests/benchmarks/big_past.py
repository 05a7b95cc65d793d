"""Finished dossiers by the hundred thousand: some real ones of the demo's past, multiplied inside PostgreSQL.

Every copy has an applicant, a place, a code, words and moments of its own; one in twenty keeps its whole history.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, text

from api import demo_history
from engine.organisation import network
from engine.persistence.tables import Base, DossierRow, DossierUnitRow, TaskRow
from engine.platform import Platform
from engine.text import search_key

ROOT = Path(__file__).parents[2]
_MULTIPLIED = (DossierRow, DossierUnitRow, TaskRow)
PATTERNS = 400  # real ones
HISTORIES = 20  # one dossier in so many keeps its history
STREETS = (
    "Võ Văn Ngân", "Kha Vạn Cân", "Đặng Văn Bi", "Lê Văn Việt", "Nguyễn Duy Trinh", "Hoàng Hữu Nam", "Tô Ngọc Vân",
    "Đỗ Xuân Hợp", "Phạm Văn Đồng", "Xa lộ Hà Nội", "Man Thiện", "Lã Xuân Oai", "Bưng Ông Thoàn", "Long Thuận",
)  # fmt: skip


def add_patterns(db: Engine, platform: Platform, known: dict[str, object]) -> None:
    """Real finished dossiers, to be multiplied."""
    demo_history.load_history(db, platform, ROOT, known, lambda _line: None, PATTERNS)


def multiply(db: Engine, wanted: int) -> None:
    """About so many finished dossiers more."""
    with db.begin() as connection:
        dropped = _without_indexes(connection)
        _choose(connection, wanted)
        for table in ("dossier", "user_task", "dossier_data", "journal"):
            _copy(connection, table)
        connection.execute(text("DROP TABLE copy"))
        for statement in dropped:
            connection.execute(text(statement))


def _without_indexes(connection: Connection) -> list[str]:
    """Drop the indexes that nothing refers to, and say how to make them again: filling goes faster without."""
    connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
    names = [index.name for row in _MULTIPLIED for index in Base.metadata.tables[row.__tablename__].indexes]
    made = connection.execute(
        text("SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY(:names)"),
        {"names": [*names, "ix_dossier_search"]},
    ).all()
    for name, _statement in made:
        connection.execute(text(f'DROP INDEX "{name}"'))
    return [statement for _name, statement in made]


def _choose(connection: Connection, wanted: int) -> None:
    """A table that says of each copy which dossier it is of, and what is its own."""
    given = {
        "family": _both(network._FAMILY),
        "middle": _both(network._MIDDLE),
        "given": _both(network._GIVEN),
        "street": _both(STREETS),
    }
    chosen = ", ".join(
        f"{name}[1 + {_chance(name)} % {len(words)}] AS {name}" for name, (words, _folded) in given.items()
    )
    folded = ", ".join(
        f"{name}_folded[1 + {_chance(name)} % {len(words)}] AS {name}_folded"
        for name, (words, _folded) in given.items()
    )
    arrays = {
        key: value for name, (raw, plain) in given.items() for key, value in ((name, raw), (f"{name}_folded", plain))
    }
    columns = ", ".join(f"CAST(:{name} AS text[]) AS {name}" for name in arrays)
    connection.execute(
        text(
            f"""
            CREATE UNLOGGED TABLE copy AS
            WITH old AS (SELECT id, submitted_at, receiving_unit, row_number() OVER (ORDER BY id) AS place
                         FROM dossier WHERE snapshot = ''),
                 spot AS (SELECT array_agg(code ORDER BY code) AS codes
                          FROM unit WHERE kind IN ('branch', 'reception_point')),
                 word AS (SELECT {columns}),
                 made AS (
                    SELECT old.id AS old, old.receiving_unit AS old_unit, n,
                           make_interval(secs => -({_chance("moment")} % 2419200)) AS shift, old.submitted_at,
                           CASE WHEN n % 4 = 0 THEN :centre
                                ELSE codes[1 + {_chance("unit")} % cardinality(codes)] END AS unit,
                           {chosen}, {folded},
                           {_chance("parcel")} % 900 + 1 AS parcel, {_chance("sheet")} % 90 + 1 AS sheet
                    FROM old, generate_series(1, CAST(:wanted AS int) / (SELECT count(*) FROM old)) AS n, spot, word)
            SELECT made.*, submitted_at + shift AS filed, n % {HISTORIES} = 0 AS whole,
                   CAST(lpad(to_hex(CAST(extract(epoch FROM submitted_at + shift) * 1000 AS bigint)), 12, '0') || '7'
                        || substr(md5(old || ':' || n), 1, 3) || '8' || substr(md5(old || ':' || n), 4, 15)
                        AS uuid) AS id,
                   unit.agency_code || '-' || to_char(submitted_at + shift, 'YYMMDD') || '-'
                        || lpad(CAST(1000 + row_number() OVER (
                                    PARTITION BY unit.agency_code, date(submitted_at + shift)) AS text), 4, '0') AS code
            FROM made JOIN unit ON unit.code = made.unit
            """
        ),
        {"wanted": wanted, "centre": network.CENTRE, **arrays},
    )
    connection.execute(text("ANALYZE copy"))


def _copy(connection: Connection, table: str) -> None:
    """Copy the rows of a table, with what is the copy's own in place of what was the original's."""
    name = "concat_ws(' ', family, middle, given)"
    ground = "concat('thửa ', parcel, ', tờ bản đồ ', sheet, ', đường ', street)"
    moved = {each: f"row.{each} + copy.shift" for each in _MOMENTS}
    changed = {
        "dossier": {
            **moved,
            "id": "copy.id",
            "code": "copy.code",
            "applicant_name": name,
            "summary": f"concat(row.summary, ', ', {ground})",
            "receiving_unit": "copy.unit",
            "applicant_key": "encode(sha256(convert_to(copy.code, 'UTF8')), 'hex')",
            "link_digest": "encode(sha256(convert_to('link-' || copy.code, 'UTF8')), 'hex')",
            "search_key": "concat_ws(' ', lower(regexp_replace(copy.code, '[^A-Za-z0-9]+', ' ', 'g')), family_folded,"
            " middle_folded, given_folded, regexp_replace(row.search_key, '^.* mau ', ''), 'thua', parcel,"
            " 'to ban do', sheet, 'duong', street_folded)",
        },
        "user_task": {
            **moved,
            "dossier_id": "copy.id",
            "id": "CAST(md5(row.id || ':' || copy.n) AS uuid)",
            "receiving_unit": "copy.unit",
            "search_key": "''",
            "unit_code": "CASE WHEN row.unit_code = copy.old_unit THEN copy.unit ELSE row.unit_code END",
            "queue": "CASE WHEN row.unit_code = copy.old_unit THEN copy.unit || '/' || row.role ELSE row.queue END",
        },
        "dossier_data": {"dossier_id": "copy.id"},
        "journal": {**moved, "stream_id": "copy.id"},
    }[table]
    columns = [column.name for column in Base.metadata.tables[table].columns]
    key = {"dossier": "id", "journal": "stream_id"}.get(table, "dossier_id")
    rows = "copy" if table in ("dossier", "user_task") else "(SELECT * FROM copy WHERE whole) AS copy"
    values = ", ".join(changed.get(column, f"row.{column}") for column in columns)
    made = f"SELECT {values} FROM {rows} JOIN {table} AS row ON row.{key} = old"
    connection.execute(text(f"INSERT INTO {table} ({', '.join(columns)}) {made}"))


_MOMENTS = (
    "submitted_at", "received_at", "due_at", "original_due_at", "decided_at", "closed_at", "opened_at", "occurred_at",
    "recorded_at",
)  # fmt: skip


def _chance(what: str) -> str:
    """A number that looks like chance and is the same on each run."""
    return f"abs(hashtextextended(old.id || ':' || n, {sum(map(ord, what))}) % 1000003)"


def _both(words: tuple[str, ...]) -> tuple[list[str], list[str]]:
    return list(words), [search_key(word) for word in words]
