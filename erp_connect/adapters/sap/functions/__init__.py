"""The books of SAP's function modules, whatever carries the calls: RFC, or SOAP."""
