"""whose dossier it is, for papers to be used again; how many papers were checked, digitised, used again"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("dossier", sa.Column("applicant_key", sa.String(length=64), nullable=False, server_default=""))
    for name in ("papers", "papers_digitised", "papers_reused"):
        op.add_column("dossier", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    known = sa.text("applicant_key <> ''")
    op.create_index(
        "ix_dossier_applicant",
        "dossier",
        ["applicant_key", "submitted_at"],
        postgresql_where=known,
        sqlite_where=known,
    )


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_dossier_applicant", "dossier")
    for name in ("papers_reused", "papers_digitised", "papers", "applicant_key"):
        op.drop_column("dossier", name)
