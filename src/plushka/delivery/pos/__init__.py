"""The HTTP API v1 for tills: JSON in, one domain call in one transaction, JSON out.

``endpoint`` says what an endpoint is, ``application`` runs them as plain ASGI, ``openapi`` describes
them from the same declarations. ``requests`` and ``answers`` are the wire's words; the other modules
hold the endpoints by noun.
"""
