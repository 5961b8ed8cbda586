"""What the products that are reached by services over HTTP have in common, and SQL or function modules do not need.

``cells``: values out of a row.  ``units`` and ``share``: units of measure.  ``gathering`` and ``standing``: amendments
of an order that has a version.  ``returning``: goods that come back.  ``unsettled``: answers after which nobody knows.
``examining``: what ``erp-connect doctor`` says of any of them.
"""
