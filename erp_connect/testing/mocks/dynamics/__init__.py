"""Stand-ins for the four products called Dynamics, over one neutral business core.

``business`` is the core: what a trading company keeps and the rules it keeps them by.  ``bc`` (Business Central),
``fo`` (Finance & Operations), ``crm`` (Dataverse Sales) and ``nav`` (page web services) are faces: each has its
product's names, addresses, errors and habits, and no business rule of its own that the core could keep.
"""
