"""Stand-ins for real ERPs: each speaks its product's protocol, strictly, from the published contract.

``sap``: function modules over RFC.

They know nothing of our adapters, and are never bent to what an adapter happens to send.
"""
