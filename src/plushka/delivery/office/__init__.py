"""The owner's cabinet: server-rendered pages under ``/``, in Russian and English.

A handler opens one transaction, asks the domain and returns finished values; templates compute nothing.
Who may do what stands in ``permissions``; a route without an action there is refused and fails a test.
"""
