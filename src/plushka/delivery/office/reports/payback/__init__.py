"""Payback of the programme: effect of its scenarios beside its costs, quarter by quarter."""
