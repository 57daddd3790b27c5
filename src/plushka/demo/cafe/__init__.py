"""The demo's second business: a coffee shop of three branches, in roubles, by the preset of its trade.

All of it is generated: nobody has bought any of this, and no guest exists. ``menu`` is what it sells, ``guests``
who comes how often, ``year`` their visits, ``business`` opens it and loads its past, ``present`` is who comes
now. The same day gives the same year.
"""
