"""Movements and accounts in words, for pages and files alike; translated by whoever shows them."""

from plushka.platform.i18n import marked

KINDS = {
    "accrue": marked("Earned"),
    "activate": marked("Became spendable"),
    "redeem": marked("Spent"),
    "hold": marked("Held"),
    "capture": marked("Spent from the hold"),
    "release": marked("Hold released"),
    "expire": marked("Burned"),
    "claw_back": marked("Taken back by a return"),
    "grant_back": marked("Given again after a return"),
    "restore": marked("Returned to the account"),
    "repay": marked("Repaid the debt"),
    "hand_back": marked("Repayment undone after a return"),
    "forgive": marked("Debt written off"),
    "adjust": marked("Changed by hand"),
    "move": marked("Joined with another card"),
    "forfeit": marked("Given up by deletion"),
}
ACCOUNTS = {
    "pending": marked("waiting"),
    "available": marked("available"),
    "held": marked("held"),
    "debt": marked("debt"),
    "issued": marked("issued"),
    "spent": marked("spent"),
    "burned": marked("burned"),
    "reversed": marked("taken back"),
    "adjusted": marked("by hand"),
    "forgiven": marked("written off"),
    "moved": marked("another card"),
    "forfeited": marked("given up"),
}
