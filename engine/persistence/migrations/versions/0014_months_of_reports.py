"""months that reports have counted, forgotten when something is closed in them later"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_FACTS = (
    "closed_at, received_at, decided_at, due_at, original_due_at, outcome, channel, procedure_key, competent_unit,"
    " receiving_unit, support_unit"
)
_FORGET = "DELETE FROM report_month WHERE past_at > ROW.closed_at AND first_at <= ROW.closed_at;"


def _forget(row: str) -> str:
    return _FORGET.replace("ROW", row)


# The shared lock lets closings pass one another, and none between the counting of a month and its keeping.
_ON_POSTGRESQL = (
    f"""
    CREATE FUNCTION report_month_forget_new() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(20260014);
        {_forget("NEW")}
        RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION report_month_forget_old() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(20260014);
        {_forget("OLD")}
        RETURN NULL;
    END $$
    """,
    f"""
    CREATE TRIGGER report_month_closed AFTER INSERT OR UPDATE OF {_FACTS} ON dossier
    FOR EACH ROW WHEN (NEW.closed_at IS NOT NULL) EXECUTE FUNCTION report_month_forget_new()
    """,
    f"""
    CREATE TRIGGER report_month_changed AFTER UPDATE OF {_FACTS} ON dossier
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION report_month_forget_old()
    """,
    """
    CREATE TRIGGER report_month_gone AFTER DELETE ON dossier
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION report_month_forget_old()
    """,
)
_ON_SQLITE = (
    f"""
    CREATE TRIGGER report_month_closed AFTER INSERT ON dossier
    WHEN NEW.closed_at IS NOT NULL BEGIN {_forget("NEW")} END
    """,
    f"""
    CREATE TRIGGER report_month_changed AFTER UPDATE OF {_FACTS} ON dossier
    WHEN NEW.closed_at IS NOT NULL OR OLD.closed_at IS NOT NULL BEGIN {_forget("NEW")} {_forget("OLD")} END
    """,
    f"""
    CREATE TRIGGER report_month_gone AFTER DELETE ON dossier
    WHEN OLD.closed_at IS NOT NULL BEGIN {_forget("OLD")} END
    """,
)


def upgrade() -> None:
    """Make the tables and the triggers."""
    op.create_table(
        "report_scope",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
    )
    op.create_table(
        "report_month",
        sa.Column("scope_digest", sa.String(64), sa.ForeignKey("report_scope.digest"), primary_key=True),
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("past_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tallies", sa.Text(), nullable=False),
    )
    op.create_index("ix_report_month_past", "report_month", ["past_at"])
    for statement in _ON_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _ON_SQLITE:
        op.execute(statement)


def downgrade() -> None:
    """Drop them; nothing is lost that cannot be counted anew."""
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for trigger in ("closed", "changed", "gone"):
        op.execute(f"DROP TRIGGER report_month_{trigger}" + (" ON dossier" if on_postgresql else ""))
    if on_postgresql:
        for which in ("new", "old"):
            op.execute(f"DROP FUNCTION report_month_forget_{which}")
    op.drop_table("report_month")
    op.drop_table("report_scope")
