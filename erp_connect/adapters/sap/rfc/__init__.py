"""SAP over RFC: which function module for which verb, and the mapping of each entity."""
