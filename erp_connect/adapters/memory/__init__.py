"""The reference adapter: the contract in code, kept in memory."""
