"""an index that holds what reports count, so that they read no whole dossiers"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = (
    "closed_at",
    "received_at",
    "decided_at",
    "due_at",
    "original_due_at",
    "outcome",
    "channel",
    "procedure_key",
    "competent_unit",
    "receiving_unit",
    "support_unit",
    "id",
)


def upgrade() -> None:
    """Forward."""
    op.create_index("ix_dossier_report", "dossier", COLUMNS)


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_dossier_report", "dossier")
