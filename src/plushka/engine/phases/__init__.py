"""The phases of a purchase, one module each, in the fixed order of S11 (see ``evaluate``)."""
