"""Figures of mechanics, promotions and broadcasts."""

from plushka.delivery.office.reports.meanings.model import Definition, Subject
from plushka.platform.i18n import marked

MECHANICS = Subject(
    marked("Mechanics and promotions"),
    {
        "promotions": Definition(
            marked("Promotions of the period"),
            marked(
                "Receipts that a promotion took something off, won a gift on, or let points pay more of. "
                "What it has caused is another question: its control group answers it."
            ),
        ),
        "mechanics": Definition(
            marked("Mechanics of the period"),
            marked(
                "Everything of the programme that was on receipts: promotions, earning rules, discounts of tiers, "
                "stamp cards, spending of points, purchases of friends. A receipt counts for each that was on it."
            ),
        ),
        "mechanic_receipts": Definition(
            marked("Receipts with it"),
            marked("Receipts that it was on. One that came back as a whole never was."),
        ),
        "mechanic_receipts_share": Definition(
            marked("Share of receipts with it"),
            marked("On which part of receipts it was."),
            marked("all receipts of the same days"),
        ),
        "mechanic_card_share": Definition(
            marked("To receipts with a card"),
            marked("How many receipts it was on for each hundred receipts with a card."),
            marked("receipts with a card of the same days"),
        ),
        "mechanic_buyers": Definition(
            marked("Buyers with it"),
            marked("Members with at least one such receipt, each counted once."),
        ),
        "mechanic_buyers_share": Definition(
            marked("Share of buyers with it"),
            marked("Which part of members who bought had such a receipt."),
            marked("members who bought on the same days"),
        ),
        "mechanic_positions": Definition(
            marked("Positions with it"),
            marked("Lines of the receipts that it was on, less those that came back."),
        ),
        "mechanic_positions_share": Definition(
            marked("Share of positions with it"),
            marked("Which part of all lines is on such receipts."),
            marked("all lines of receipts of the same days"),
        ),
        "mechanic_revenue": Definition(
            marked("Revenue with it"),
            marked(
                "What was paid on receipts that it was on, after discounts and points, less what was given back."
            ),
        ),
        "promotion_costs": Definition(
            marked("Costs of a promotion"),
            marked("What letters cost of broadcasts that tell of it and began on these days."),
        ),
        "mechanic_discount": Definition(
            marked("Discount on these receipts"),
            marked("All that came off prices on them, by whatever cause."),
        ),
        "mechanic_redeemed": Definition(
            marked("Paid with points on these receipts"), marked("What points have paid on them, in money.")
        ),
        "promotion_profit": Definition(
            marked("Profit of a promotion's receipts"),
            marked(
                "Revenue of its receipts less the cost of goods, where it is known, and of letters that told of it. "
                "Discounts and points have lessened the revenue already."
            ),
        ),
        "mechanic_earned": Definition(
            marked("Points earned on these receipts"),
            marked("Points that these receipts gave, by all rules."),
        ),
        "mechanic_returning": Definition(
            marked("Came again"),
            marked("Which part of its buyers bought with it on two days or more."),
            marked("buyers with it of the same days"),
        ),
        "mechanic_off": Definition(
            marked("Took off"),
            marked("What it took off prices itself; for spending of points, what they paid."),
        ),
        "mechanic_points": Definition(
            marked("Points by it"),
            marked("Points that it gave itself; for spending of points, how many were spent."),
        ),
        "broadcasts": Definition(
            marked("Broadcasts of the period"),
            marked(
                "Broadcasts that began on these days. A purchase counts for the last letter before it, within the days "
                "that the broadcast names."
            ),
        ),
        "letters_sent": Definition(marked("Notifications"), marked("Letters that went out.")),
        "letters_purchases": Definition(
            marked("Purchases after letters"),
            marked("Members' first purchases after the letter that were not wholly returned."),
        ),
        "conversion": Definition(
            marked("Conversion"),
            marked("Which part of letters a purchase followed."),
            marked("letters that went out"),
        ),
        "letters_revenue": Definition(
            marked("Revenue after letters"),
            marked("What was paid for these purchases, less what was given back."),
        ),
        "letters_cost": Definition(
            marked("Cost of messages"), marked("What the gateways took for the letters.")
        ),
        "letters_profit": Definition(
            marked("Profit after letters"),
            marked(
                "Revenue of these purchases less the cost of goods, where it is known, and of the letters."
            ),
        ),
        "letters_roi": Definition(
            marked("Return on the campaign"),
            marked(
                "Profit after letters for each hundred that was spent on it: 100 % is as much again as was spent. "
                "A dash: nothing was spent, or no cost of goods is known."
            ),
            marked("cost of messages, and discounts and points on these purchases"),
        ),
        "letters_again": Definition(
            marked("Came again"),
            marked(
                "After which part of these purchases the member bought once more, on a later day within 30 days. Of "
                "letters of the last weeks it still grows."
            ),
            marked("purchases after letters"),
        ),
        "journeys": Definition(
            marked("Journeys of the period"),
            marked(
                "Letters of journeys that went out on these days. A purchase counts for the last letter before it, of "
                "whatever campaign, within 7 days."
            ),
        ),
        "bonuses": Definition(
            marked("Which bonus brings members again"),
            marked(
                "Letters of broadcasts that began and of journeys that went out on these days, by what the letter "
                "told of: a broadcast's offer, or what the journey had given before the letter, points before a code."
            ),
        ),
        "letters_verdict": Definition(
            marked("What it caused"),
            marked(
                "What the comparison with the control group says: proven, not proven, or nobody to compare with."
            ),
        ),
    },
)
