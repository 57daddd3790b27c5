"""Journeys: what happens to a member step by step after something has happened to them. Pure.

``parts`` is the data, ``check`` what is wrong with it, ``plan`` its steps in order, ``entering`` who begins it and
``advancing`` what a member who is on the way does next.
"""
