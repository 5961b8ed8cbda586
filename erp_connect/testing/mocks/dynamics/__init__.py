"""Stand-ins for the four products called Dynamics, over the neutral company of ``mocks.business``.

``bc`` (Business Central), ``fo`` (Finance & Operations), ``crm`` (Dataverse Sales) and ``nav`` (page web services) are
faces: each has its product's names, addresses, errors and habits, and no business rule of its own that the core could
keep.
"""
