"""how often a dossier's applicant has been asked for a supplement"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("dossier", sa.Column("supplement_requests", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Back."""
    op.drop_column("dossier", "supplement_requests")
