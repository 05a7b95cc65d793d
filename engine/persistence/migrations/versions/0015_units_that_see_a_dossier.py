"""which units see a dossier, in a table of its own; of an open task what the inbox looks for"""

# ruff: noqa: S608 - the statements are put together from names in this file
import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_OF_TASK = (("procedure_key", sa.String(64)), ("receiving_unit", sa.String(64)), ("search_key", sa.Text()))
_INTO = "INSERT INTO dossier_unit (dossier_id, unit_code, procedure_key, filed_at, closed_at, due_at, state)"
_FACTS = (
    "dossier.id, {unit}, dossier.procedure_key, dossier.submitted_at, dossier.closed_at, dossier.due_at, dossier.state"
)
_PLACES = ("receiving_unit", "competent_unit", "support_unit")


def _of_tasks(tasks: str, condition: str = "") -> str:
    return (
        f"SELECT {_FACTS.format(unit=f'{tasks}.unit_code')} FROM {tasks}"
        f" JOIN dossier ON dossier.id = {tasks}.dossier_id WHERE {tasks}.unit_code <> ''{condition}"
    )


def _of_dossiers(dossiers: str = "dossier", condition: str = "") -> str:
    return " UNION ".join(
        f"SELECT {_FACTS.format(unit=f'dossier.{place}')} FROM {dossiers} WHERE dossier.{place} <> ''{condition}"
        for place in _PLACES
    )


def _anew(row: str) -> str:
    """Everything of one dossier once more; for what happens seldom."""
    return (
        f"DELETE FROM dossier_unit WHERE dossier_id = {row}; {_INTO} "
        f"{_of_dossiers(condition=f' AND dossier.id = {row}')} UNION "
        f"{_of_tasks('user_task', f' AND user_task.dossier_id = {row}')};"
    )


_GOES_ON = (
    "UPDATE dossier_unit SET closed_at = NEW.closed_at, due_at = NEW.due_at, state = NEW.state"
    " WHERE dossier_id = NEW.id;"
)
_HAS_GONE_ON = "OLD.closed_at {is_not} NEW.closed_at OR OLD.due_at {is_not} NEW.due_at OR OLD.state <> NEW.state"
_MOVES = "receiving_unit, competent_unit, support_unit, procedure_key, submitted_at"
_HAS_MOVED = (
    "OLD.receiving_unit <> NEW.receiving_unit OR OLD.competent_unit <> NEW.competent_unit"
    " OR coalesce(OLD.support_unit, '') <> coalesce(NEW.support_unit, '')"
    " OR OLD.procedure_key <> NEW.procedure_key OR OLD.submitted_at <> NEW.submitted_at"
)


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"


_ON_POSTGRESQL = (
    _function("dossier_unit_filed", f"{_INTO} {_of_dossiers('added AS dossier')};"),
    _function("dossier_unit_task", f"{_INTO} {_of_tasks('added')} ON CONFLICT DO NOTHING;"),
    _function("dossier_unit_goes_on", _GOES_ON),
    _function("dossier_unit_moved", _anew("NEW.id")),
    _function("dossier_unit_task_moved", _anew("NEW.dossier_id")),
    """
    CREATE TRIGGER dossier_unit_filed AFTER INSERT ON dossier REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION dossier_unit_filed()
    """,
    """
    CREATE TRIGGER dossier_unit_task AFTER INSERT ON user_task REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION dossier_unit_task()
    """,
    f"""
    CREATE TRIGGER dossier_unit_goes_on AFTER UPDATE OF closed_at, due_at, state ON dossier
    FOR EACH ROW WHEN ({_HAS_GONE_ON.format(is_not="IS DISTINCT FROM")}) EXECUTE FUNCTION dossier_unit_goes_on()
    """,
    f"""
    CREATE TRIGGER dossier_unit_moved AFTER UPDATE OF {_MOVES} ON dossier
    FOR EACH ROW WHEN ({_HAS_MOVED}) EXECUTE FUNCTION dossier_unit_moved()
    """,
    """
    CREATE TRIGGER dossier_unit_task_moved AFTER UPDATE OF unit_code ON user_task
    FOR EACH ROW WHEN (OLD.unit_code <> NEW.unit_code) EXECUTE FUNCTION dossier_unit_task_moved()
    """,
)
_ON_SQLITE = (
    f"""
    CREATE TRIGGER dossier_unit_filed AFTER INSERT ON dossier
    BEGIN {_INTO} {_of_dossiers(condition=" AND dossier.id = NEW.id")}; END
    """,
    f"""
    CREATE TRIGGER dossier_unit_task AFTER INSERT ON user_task WHEN NEW.unit_code <> ''
    BEGIN
        {_INTO.replace("INSERT", "INSERT OR IGNORE")}
        SELECT {_FACTS.format(unit="NEW.unit_code")} FROM dossier WHERE dossier.id = NEW.dossier_id;
    END
    """,
    f"""
    CREATE TRIGGER dossier_unit_goes_on AFTER UPDATE OF closed_at, due_at, state ON dossier
    WHEN {_HAS_GONE_ON.format(is_not="IS NOT")} BEGIN {_GOES_ON} END
    """,
    f"""
    CREATE TRIGGER dossier_unit_moved AFTER UPDATE OF {_MOVES} ON dossier
    WHEN {_HAS_MOVED} BEGIN {_anew("NEW.id")} END
    """,
    f"""
    CREATE TRIGGER dossier_unit_task_moved AFTER UPDATE OF unit_code ON user_task
    WHEN OLD.unit_code <> NEW.unit_code BEGIN {_anew("NEW.dossier_id")} END
    """,
)
_TRIGGERS = {
    "dossier_unit_filed": "dossier",
    "dossier_unit_task": "user_task",
    "dossier_unit_goes_on": "dossier",
    "dossier_unit_moved": "dossier",
    "dossier_unit_task_moved": "user_task",
}
_LIST = ("filed_at", "dossier_id")


def upgrade() -> None:
    """Forward."""
    _tasks_with_what_is_looked_for()
    op.drop_index("ix_dossier_support", "dossier")
    _make()


def downgrade() -> None:
    """Back; everything can be found out again."""
    _drop()
    supported = sa.text("support_unit IS NOT NULL")
    columns = ["support_unit", "submitted_at", "id"]
    op.create_index("ix_dossier_support", "dossier", columns, postgresql_where=supported, sqlite_where=supported)
    long_ago = "1970-01-01 00:00:00.000000"
    op.add_column(
        "user_task", sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False, server_default=long_ago)
    )
    op.execute("UPDATE user_task SET filed_at = (SELECT submitted_at FROM dossier WHERE id = dossier_id)")
    op.create_index("ix_task_seen_by", "user_task", ["unit_code", *_LIST])
    for name, _kind in _OF_TASK:
        op.drop_column("user_task", name)


def _tasks_with_what_is_looked_for() -> None:
    for name, kind in _OF_TASK:
        op.add_column("user_task", sa.Column(name, kind, nullable=False, server_default=""))
    said = ", ".join(f"{name} = (SELECT {name} FROM dossier WHERE id = dossier_id)" for name, _kind in _OF_TASK)
    op.execute(f"UPDATE user_task SET {said} WHERE state = 'open'")
    op.drop_index("ix_task_seen_by", "user_task")
    op.drop_column("user_task", "filed_at")


def _make() -> None:
    op.create_table(
        "dossier_unit",
        sa.Column("dossier_id", sa.Uuid(), sa.ForeignKey("dossier.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("unit_code", sa.String(64), primary_key=True),
        sa.Column("procedure_key", sa.String(64), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("state", sa.String(24), nullable=False),
    )
    op.execute(f"{_INTO} {_of_dossiers()} UNION {_of_tasks('user_task')}")
    is_open = sa.text("closed_at IS NULL")
    op.create_index("ix_dossier_unit_list", "dossier_unit", ["unit_code", *_LIST])
    op.create_index("ix_dossier_unit_procedure", "dossier_unit", ["unit_code", "procedure_key", *_LIST])
    op.create_index(
        "ix_dossier_unit_open", "dossier_unit", ["unit_code", *_LIST], postgresql_where=is_open, sqlite_where=is_open
    )
    for statement in _ON_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _ON_SQLITE:
        op.execute(statement)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ANALYZE dossier_unit")


def _drop() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for trigger, table in _TRIGGERS.items():
        op.execute(f"DROP TRIGGER {trigger}" + (f" ON {table}" if on_postgresql else ""))
        if on_postgresql:
            op.execute(f"DROP FUNCTION {trigger}")
    op.drop_table("dossier_unit")
