"""calendars and notices"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(length=110), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for name, columns, condition in (
        ("ix_notice_new", ["audience", "created_at"], "seen_at IS NULL"),
        ("ix_notice_mail", ["created_at"], "mailed_at IS NULL"),
    ):
        op.create_index(name, "notice", columns, postgresql_where=sa.text(condition), sqlite_where=sa.text(condition))
    op.add_column("dossier", sa.Column("calendar_number", sa.Integer(), nullable=False, server_default="0"))
    open_only = sa.text("closed_at IS NULL")
    op.create_index(
        "ix_dossier_calendar",
        "dossier",
        ["calendar_number", "id"],
        postgresql_where=open_only,
        sqlite_where=open_only,
    )
