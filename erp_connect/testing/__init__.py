"""What tests of programs and of adapters are made of.

``pytest_plugin``: the fixtures ``erp``, ``erp_like``, ``erp_clock``, ``erp_world``.
``conformance``: the kit for adapter authors.
``minimum_support``, ``matrix``: what each product must offer, and the page that shows what each adapter does.
``databases``: database servers for our own tests.

Nothing that ships to production imports this room.
"""
