"""What happened to members besides purchases: a review, a survey, whatever a business declares.

Told by tills or noted by staff, each once, with fields of declared types; and carts on a site (``carts``), a row each.
Owns event_kinds, member_events, carts.
"""
