"""the running number of a dossier in the register of its reception point, given once"""

# ruff: noqa: S608 - the statements are put together from names in this file
import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# so far every register was counted by the calendar of Vietnam, which is at +07:00 the whole year
_YEAR = {
    "postgresql": "CAST(extract(year FROM received_at AT TIME ZONE 'Asia/Ho_Chi_Minh') AS integer)",
    "sqlite": "CAST(strftime('%Y', received_at, '+7 hours') AS integer)",
}


def upgrade() -> None:
    """Forward: the numbers are those that were counted so far."""
    op.create_table(
        "register_number",
        sa.Column("dossier_id", sa.Uuid(), sa.ForeignKey("dossier.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    )
    year = _YEAR[op.get_bind().dialect.name]
    op.execute(
        "INSERT INTO register_number (dossier_id, unit_code, year, number, received_at)"
        f" SELECT id, receiving_unit, {year},"
        f" row_number() OVER (PARTITION BY receiving_unit, {year} ORDER BY received_at, id), received_at"
        " FROM dossier WHERE received_at IS NOT NULL"
    )
    op.create_index("ux_register_number", "register_number", ["unit_code", "year", "number"], unique=True)
    op.create_index("ix_register_number_day", "register_number", ["unit_code", "received_at", "number"])
    op.drop_index("ix_dossier_register", "dossier")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ANALYZE register_number")


def downgrade() -> None:
    """Back; the numbers can be counted again."""
    op.create_index("ix_dossier_register", "dossier", ["receiving_unit", "received_at", "id"])
    op.drop_table("register_number")
