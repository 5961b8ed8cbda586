"""SAP over RFC: the books of the function modules, on pyrfc's connections (sap.md 1)."""
