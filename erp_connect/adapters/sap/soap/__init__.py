"""SAP over SOAP: the books of the function modules, on a connection over HTTP (sap.md 3)."""
