"""Points as money: what members can ask for, what it will cost, and the entries for the business's books."""
