"""The proof by exhaustion: every schedule of the write path, on a virtual clock and a scripted back-end.

Production code runs as it is shipped: client, journal and the store in memory.  Only the world around it is scripted.

``seam``: where production code touches that world; ``production`` runs it from one touch to the next.
``clock``, ``store``, ``backend``, ``adapter``: the world.  ``classes``: what kinds of back-end there are.
``exploring``: every schedule; ``invariants``: what must hold in each.  ``plans``: how much is explored.
``bugs``: what must be found.  ``report``: what people read.

Run ``python -m erp_connect.testing.simulator``, with ``--deep`` for more.
"""
