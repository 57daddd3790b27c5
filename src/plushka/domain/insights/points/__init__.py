"""Points as money: what members can still ask for, what it comes to, and what of it will burn (0104)."""
