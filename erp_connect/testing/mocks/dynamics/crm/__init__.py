"""The mock Dynamics 365 Sales: tables of a Dataverse environment behind the Web API v9.2 (dynamics.md 4).

``tables.txt`` is the data model, ``organization`` keeps the rows; ``deriving``, ``pricing``, ``selling`` and
``closing`` know the rules of sales; ``service`` speaks the protocol, ``web`` lets in and breaks on demand;
``samples`` fills an environment.
"""
