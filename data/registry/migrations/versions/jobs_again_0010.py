"""Long work that a restart cuts off goes on: a job keeps the order by which it is started again."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the order. What ran before has none, and is told as ended by the restart."""
    op.add_column("jobs", sa.Column("again", sa.Text(), nullable=False, server_default=""))
