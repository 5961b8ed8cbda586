"""Stand-ins for real ERPs: each speaks its product's protocol, strictly, from the published contract.

``sap``: function modules over RFC, and OData services.  ``dynamics``: four products.  ``sage``: three.  ``odata``: a
strict OData server without a product.  ``business``: the company that products other than SAP trade in.  ``serving``,
``switches`` and ``network``: how a mock is reached, and fails.  ``faces``: what ``erp-connect mock`` serves.

They know nothing of our adapters, and are never bent to what an adapter happens to send.
"""
