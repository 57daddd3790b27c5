"""Gift certificates: kinds, numbers and PINs, what each holds, and the journal of what moved it.

Tables: ``certificate_types``, ``certificate_batches``, ``certificates``, ``certificate_movements``,
``certificate_orders``, ``certificate_sales``, ``certificate_tries``. ``Certificate`` is the only code that moves money
of one, and every movement is a row; purchases ask it to pay and returns to take back
(docs/decisions/0082-certificates.md).
"""
