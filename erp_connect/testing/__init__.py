"""The conformance kit, mock ERPs and fault switches, for our tests and for yours."""
