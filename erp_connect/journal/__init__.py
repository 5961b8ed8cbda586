"""How no write is lost or doubled: intents, leases, recovery, audit trail."""
