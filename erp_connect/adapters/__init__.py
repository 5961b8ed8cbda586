"""How each back-end says it; contract.py is the one page an adapter's author reads."""
