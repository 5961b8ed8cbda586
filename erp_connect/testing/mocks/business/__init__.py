"""What a trading company keeps, and the rules it keeps them by, without any product's names.

How to build a face on it:

* ``world.World`` is one system: a clock, settings, companies, one lock.  ``with world.unit():`` is a transaction;
  an exception takes everything back that was done in it.  Units nest: an inner one is a savepoint.  ``world.commit()``
  makes durable what was done so far, as posting does.  ``with world.reading():`` is for reads (stale ones on demand).
* ``company.Company`` has tables: ``customers vendors items variants units currencies locations payment_terms
  shipment_methods return_reasons prices ledger documents lines``.  ``table.get(id)``, ``table.by(index, value)``,
  ``table.where(index, value)``, ``table.add(row)``, ``table.put(row)``, ``table.remove(id)``.
* Rows (``masters``, ``documents``) are frozen.  Each has an ``id`` (a GUID that stays), a ``version`` that grows with
  every write in the system, ``created``, ``modified``, and ``extras``: the fields of a product that no rule looks at.
* Every paper is a ``documents.Document`` of some kind (quote, order, invoice, shipment, ...), its lines are
  ``documents.Line``; posted ones have ``posted`` set and name their ``order``.
* Verbs are functions: ``ordering`` (create, change, delete, release, reopen), ``lines`` (add_line, change_line,
  remove_line), ``posting`` (post, post_draft, cancel, pay), ``converting`` (make, credit), ``pricing``, ``stock``.
  Their fields bear the names of the attributes of ``Document`` and ``Line``; what is left out gets its default, as
  in a product's own client.  They take rows as they are now: look a row up within the unit that changes it.
* A rule that says no raises ``refusals.Refusal`` with a reason and values; the face words it.
* ``world.listeners`` hear of every committed change: for webhooks, delta links, tombstones.

What products do differently is in ``settings.Settings``.
"""
