"""open tasks of a procedure and of a reception point, and what was decided and not closed, each in an index"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# name -> (table, columns, condition)
_INDEXES = {
    "ix_task_procedure": ("user_task", "procedure_key, due_at, id", "state = 'open'"),
    "ix_task_point": ("user_task", "receiving_unit, due_at, id", "state = 'open'"),
    "ix_dossier_due": ("dossier", "due_at, submitted_at, id", "closed_at IS NULL"),
    "ix_dossier_decided": ("dossier", "decided_at, id", "closed_at IS NULL AND decided_at IS NOT NULL"),
}


def upgrade() -> None:
    """Forward."""
    op.drop_index("ix_dossier_due", "dossier")
    for name, (table, columns, condition) in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {table} ({columns}) WHERE {condition}")
    if op.get_bind().dialect.name == "postgresql":
        # without these PostgreSQL would take nearly all that is open for decided
        op.execute(
            "CREATE STATISTICS st_dossier_decided ON (CASE WHEN closed_at IS NULL THEN decided_at END) FROM dossier"
        )
        op.execute("ANALYZE dossier")


def downgrade() -> None:
    """Back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP STATISTICS st_dossier_decided")
    for name, (table, _columns, _condition) in _INDEXES.items():
        op.drop_index(name, table)
    op.execute("CREATE INDEX ix_dossier_due ON dossier (due_at, id) WHERE closed_at IS NULL")
