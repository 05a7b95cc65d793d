"""registers that head a journal, where units are found, revoked mandates, notices about no dossier"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "register",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("journal_seq", sa.Integer(), nullable=False),
        sa.Column("journal_head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("id"),
    )
    for name in ("address", "phone", "email"):
        op.add_column("unit", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("mandate", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mandate", sa.Column("revoked_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("mandate", sa.Column("revocation", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("notice") as notice:
        notice.alter_column("dossier_id", existing_type=sa.Uuid(), nullable=True)
