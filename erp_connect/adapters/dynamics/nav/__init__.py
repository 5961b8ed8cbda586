"""NAV, and Business Central's older web services: pages over SOAP (dynamics.md 2)."""
