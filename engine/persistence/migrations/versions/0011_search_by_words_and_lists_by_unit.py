"""a full text index of dossiers; the dossiers of a unit, newest first, each heap in an index of its own"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_OPEN = "closed_at IS NULL"
# name -> (table, columns, condition)
_INDEXES = {
    "ix_dossier_link": ("dossier", ("link_digest",), ""),
    "ix_dossier_receiving": ("dossier", ("receiving_unit", "submitted_at", "id"), ""),
    "ix_dossier_competent": ("dossier", ("competent_unit", "submitted_at", "id"), ""),
    "ix_dossier_support": ("dossier", ("support_unit", "submitted_at", "id"), "support_unit IS NOT NULL"),
    "ix_dossier_procedure": ("dossier", ("procedure_key", "submitted_at", "id"), ""),
    "ix_dossier_state": ("dossier", ("state", "submitted_at", "id"), _OPEN),
    "ix_dossier_incidents": ("dossier", ("submitted_at", "id"), "incidents > 0"),
    "ix_dossier_register": ("dossier", ("receiving_unit", "received_at", "id"), ""),
    "ix_task_seen_by": ("user_task", ("unit_code", "filed_at", "dossier_id"), ""),
}
_ON_POSTGRESQL = (
    """
    CREATE TABLE dossier_search (
        dossier_id uuid PRIMARY KEY REFERENCES dossier (id) ON DELETE CASCADE,
        words tsvector NOT NULL
    )
    """,
    """
    CREATE FUNCTION dossier_search_follows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO dossier_search VALUES
            (NEW.id, array_to_tsvector(array_remove(string_to_array(NEW.search_key, ' '), '')))
        ON CONFLICT (dossier_id) DO UPDATE SET words = excluded.words;
        RETURN NULL;
    END $$
    """,
    """
    INSERT INTO dossier_search
    SELECT id, array_to_tsvector(array_remove(string_to_array(search_key, ' '), '')) FROM dossier
    """,
    # without a list of pending entries a search costs the same whatever was filed just before it
    "CREATE INDEX ix_dossier_search ON dossier_search USING gin (words) WITH (fastupdate = off)",
    """
    CREATE TRIGGER dossier_search_follows AFTER INSERT OR UPDATE OF search_key ON dossier
    FOR EACH ROW EXECUTE FUNCTION dossier_search_follows()
    """,
)
_ON_SQLITE = (
    """
    CREATE VIRTUAL TABLE dossier_search USING fts5
        (dossier_id UNINDEXED, words, tokenize = 'ascii', prefix = '2 3 4', detail = none)
    """,
    "INSERT INTO dossier_search (dossier_id, words) SELECT id, search_key FROM dossier",
    """
    CREATE TRIGGER dossier_search_insert AFTER INSERT ON dossier BEGIN
        INSERT INTO dossier_search (dossier_id, words) VALUES (NEW.id, NEW.search_key);
    END
    """,
    """
    CREATE TRIGGER dossier_search_update AFTER UPDATE OF search_key ON dossier
    WHEN OLD.search_key IS NOT NEW.search_key BEGIN
        UPDATE dossier_search SET words = NEW.search_key WHERE dossier_id = NEW.id;
    END
    """,
    """
    CREATE TRIGGER dossier_search_delete AFTER DELETE ON dossier BEGIN
        DELETE FROM dossier_search WHERE dossier_id = OLD.id;
    END
    """,
)


def upgrade() -> None:
    """Forward."""
    _keep_words_only()
    statements = _ON_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _ON_SQLITE
    for statement in statements:
        op.execute(statement)
    op.add_column(
        "user_task",
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False, server_default="1970-01-01 00:00:00.000000"),
    )
    op.execute("UPDATE user_task SET filed_at = (SELECT submitted_at FROM dossier WHERE id = dossier_id)")
    for name, (table, columns, condition) in _INDEXES.items():
        where = sa.text(condition) if condition else None
        op.create_index(name, table, columns, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    """Back; the words stay words."""
    for name, (table, _columns, _condition) in _INDEXES.items():
        op.drop_index(name, table)
    op.drop_column("user_task", "filed_at")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER dossier_search_follows ON dossier")
        op.execute("DROP FUNCTION dossier_search_follows")
    else:
        for moment in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER dossier_search_{moment}")
    op.execute("DROP TABLE dossier_search")


def _keep_words_only() -> None:
    """What is searched becomes words of letters and digits with a space between: both databases see the same words."""
    bind = op.get_bind()
    dossier = sa.table("dossier", sa.column("id", sa.Uuid()), sa.column("search_key", sa.Text()))
    keys = bind.execute(sa.select(dossier.c.id, dossier.c.search_key)).all()
    changed = [
        {"key": " ".join(word[:64] for word in re.findall(r"[^\W_]+", key)), "which": identifier}
        for identifier, key in keys
    ]
    change = dossier.update().where(dossier.c.id == sa.bindparam("which")).values(search_key=sa.bindparam("key"))
    for some in _in_batches(changed):
        bind.execute(change, some)


def _in_batches(rows: list[dict[str, object]], size: int = 5_000) -> list[list[dict[str, object]]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]
