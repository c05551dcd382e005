"""The registry: campaigns, cases, plans, outcomes and accounts, kept safe and never lost.

`open_registry` opens it; each `with registry.work(actor) as work` is one transaction. Personal
fields are sealed (`seal`), the schema is brought up to date at every start (`migrate`), and who
did what is chained in an append-only log (`audit`).
"""

from data.registry.accounts import create_demo_users
from data.registry.registry import SqlRegistry, open_registry

__all__ = ["SqlRegistry", "create_demo_users", "open_registry"]
