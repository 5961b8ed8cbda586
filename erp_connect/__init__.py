"""Create, amend, cancel and track orders in any ERP: one program, exactly one order, nothing changed silently."""
