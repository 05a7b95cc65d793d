"""uploads under way, versions and checks of documents, applications not filed yet, addresses for mail"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WAITING = sa.text("dossier_id IS NULL")


def upgrade() -> None:
    """Forward."""
    op.add_column("document", sa.Column("scan", sa.String(length=16), nullable=False, server_default="unscanned"))
    op.add_column("document", sa.Column("replaces_id", sa.Uuid(), nullable=True))
    op.create_index("ix_document_content", "document", ["sha256"])
    op.create_index(
        "ix_document_waiting", "document", ["uploaded_at", "id"], postgresql_where=WAITING, sqlite_where=WAITING
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uploader_key", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_upload_expires", "upload", ["expires_at"])
    op.create_table(
        "filing_draft",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("procedure_key", sa.String(length=64), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["procedure_key"], ["procedure.key"]),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_filing_draft_expires", "filing_draft", ["expires_at"])
    op.create_table(
        "mail_address",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.PrimaryKeyConstraint("dossier_id"),
        sa.UniqueConstraint("token"),
    )


def downgrade() -> None:
    """Back."""
    for table in ("mail_address", "filing_draft", "upload"):
        op.drop_table(table)
    op.drop_index("ix_document_waiting", "document")
    op.drop_index("ix_document_content", "document")
    op.drop_column("document", "replaces_id")
    op.drop_column("document", "scan")
