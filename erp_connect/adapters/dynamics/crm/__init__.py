"""Dynamics 365 Sales on Dataverse, over its Web API (dynamics.md 4)."""
