"""Sage: X3 over SOAP (``x3``), Sage 200 (``sage200``) and Sage 300 (``sage300``) over REST; only the name is common."""
