"""Who brings whom, and what friends' purchases give to who brought them (S14, F54 to F56, F82, F89 to F91).

Tables: ``referral_codes``, ``referral_tries``, ``referral_purchases`` and ``referral_rewards``; who is bound stands in
``members.invited_by``. What is due and what caps allow is worked out from rows anew (docs/decisions/0084-referrals.md).
What a receipt gives is changed under the lock of its member's wallet, what is paid under that of whoever gets it.
"""
