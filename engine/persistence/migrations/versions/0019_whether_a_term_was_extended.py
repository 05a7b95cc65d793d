"""whether the term of a dossier was ever extended, beside its due dates, so that reports ask no journal"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_BEFORE, _BEHIND = (
    ("closed_at", "received_at", "decided_at", "due_at", "original_due_at"),
    ("outcome", "channel", "procedure_key", "competent_unit", "receiving_unit", "support_unit", "id"),
)


def upgrade() -> None:
    """Forward."""
    op.add_column("dossier", sa.Column("extended", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE dossier SET extended = true"
        " WHERE id IN (SELECT stream_id FROM journal WHERE type LIKE 'clock:%' AND type = 'clock:extended')"
    )
    op.drop_index("ix_dossier_report", "dossier")
    op.create_index("ix_dossier_report", "dossier", [*_BEFORE, "extended", *_BEHIND])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_dossier_report", "dossier")
    op.create_index("ix_dossier_report", "dossier", [*_BEFORE, *_BEHIND])
    op.drop_column("dossier", "extended")
