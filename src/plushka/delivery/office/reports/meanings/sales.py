"""Figures of receipts."""

from plushka.delivery.office.reports.meanings.model import Definition, Subject
from plushka.platform.i18n import marked

SALES = Subject(
    marked("Sales"),
    {
        "revenue": Definition(
            marked("Revenue"),
            marked(
                "What was paid for purchases after discounts and points, less what was given back. "
                "A return is taken off the day of its purchase, on whatever day it was made. "
                "A gift certificate that pays counts as money."
            ),
        ),
        "revenue_share": Definition(
            marked("Share of the revenue"),
            marked("Which part of the revenue these receipts make."),
            marked("all revenue of the same days"),
        ),
        "receipts": Definition(
            marked("Receipts"),
            marked(
                "How many purchases there were. A receipt that came back as a whole never was; "
                "one that came back in part counts."
            ),
        ),
        "average_receipt": Definition(
            marked("Average receipt"),
            marked("Revenue divided by the number of receipts."),
            marked("number of receipts"),
        ),
        "card_average": Definition(
            marked("Average receipt with a card"),
            marked("Revenue of receipts with a card divided by their number."),
            marked("number of receipts with a card"),
        ),
        "year_receipt": Definition(
            marked("Average receipt of the year"),
            marked("Revenue of the year, with a card and without, divided by the number of its receipts."),
            marked("number of receipts of the year"),
        ),
        "card_revenue": Definition(
            marked("Revenue with a card"), marked("Revenue of receipts on which a member was known.")
        ),
        "no_card_revenue": Definition(
            marked("Revenue without a card"), marked("Revenue of receipts on which nobody was known.")
        ),
        "card_share": Definition(
            marked("Revenue with a card, share"),
            marked("Which part of the revenue is of receipts on which a member was known."),
            marked("all revenue of the same days"),
        ),
        "card_receipts": Definition(
            marked("Receipts with a card"),
            marked("How many receipts there were on which a member was known."),
        ),
        "months_before": Definition(
            marked("The months compared with"),
            marked(
                "The same figure of a whole month before: of as many months directly before, or of the same month a "
                "year before, as the comparison above says."
            ),
        ),
        "months_change": Definition(
            marked("The change against the months before"),
            marked(
                "By how much the figure of the month is more or less than that of the month it is compared with."
            ),
        ),
        "cost": Definition(
            marked("Cost of goods"),
            marked(
                "What the goods sold had cost the business, of receipts on which that was known of every line, "
                "less what came back."
            ),
        ),
        "margin": Definition(
            marked("Margin"),
            marked(
                "Revenue of goods whose cost is known, less that cost. Discounts and points have lessened it."
            ),
        ),
        "margin_share": Definition(
            marked("Margin, share"),
            marked("Which part of the revenue is left after the cost of goods."),
            marked("revenue of goods whose cost is known"),
        ),
        "discount": Definition(
            marked("Discounts"),
            marked("By how much tiers, promotions and coupons have lowered prices. Points are not in it."),
        ),
        "redeemed": Definition(
            marked("Paid with points"), marked("What points have paid on receipts, in money.")
        ),
        "given": Definition(
            marked("Discounts and points"),
            marked("What buyers did not pay: discounts, and what points paid."),
        ),
        "given_share": Definition(
            marked("Discounts and points, share"),
            marked("How much was given for each hundred of what was paid."),
            marked("revenue of the same receipts"),
        ),
        "discount_share": Definition(
            marked("Average discount"),
            marked(
                "How much discounts took off each hundred of the prices; what points paid is not among them."
            ),
            marked("prices of the same receipts before discounts"),
        ),
        "ratings": Definition(
            marked("Ratings"),
            marked(
                "Purchases of these days that members have rated from 1 to 5, whenever they did. What staff have "
                "cancelled does not count."
            ),
        ),
        "rating_mean": Definition(
            marked("Average rating"), marked("The scores from 1 to 5 on average."), marked("ratings")
        ),
        "rating_low": Definition(
            marked("Low ratings"), marked("Which part of ratings is 3 or less."), marked("ratings")
        ),
        "refunds": Definition(
            marked("Given back"),
            marked(
                "What was given back for returns that were made on these days, of purchases of whatever day."
            ),
        ),
    },
)
