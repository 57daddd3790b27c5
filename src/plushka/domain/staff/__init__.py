"""The people of a business and its tills: who may enter, and by what.

Owns ``accounts`` and ``sessions`` (a person signs in before a business is known, so these are not of a
tenant), ``staff``, ``second_factor_demands``, ``tills``, ``api_keys``, ``cashier_pins`` and ``shifts``. Passwords
and PINs are hashed with argon2; session tokens and API keys are random, so a plain SHA-256 of them is stored.
"""
