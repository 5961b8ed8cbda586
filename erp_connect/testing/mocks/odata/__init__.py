"""A strict OData server for versions 2 and 4, without any product's peculiarities.

``model`` says what there is, a ``Source`` has the rows and does the writes, ``server`` speaks the protocol.  What a
product does otherwise, it overrides.
"""
