"""What tests of programs and of adapters are made of.

``clocks``: a clock that a test turns.
``conformance``: the kit for adapter authors.
``minimum_support``, ``matrix``: what each product must offer, and the page that shows what each adapter does.
``databases``: database servers for our own tests.

The fixtures of the pytest plugin stand in ``pytest_erp_connect``, beside the package.

Nothing that ships to production imports this room.
"""
