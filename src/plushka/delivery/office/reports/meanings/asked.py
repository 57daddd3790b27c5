"""Figures that only reports of one's own tell."""

from plushka.delivery.office.reports.meanings.model import Definition, Subject
from plushka.platform.i18n import marked

ASKED = Subject(
    marked("Reports of one's own"),
    {
        "asked_buyers": Definition(
            marked("Buyers"),
            marked("How many different members have bought. In a total each of them counts once."),
        ),
        "asked_frequency": Definition(
            marked("Receipts of a buyer"),
            marked("How many receipts with a card there are for each member who bought."),
            marked("different members who have bought"),
        ),
        "asked_amount": Definition(
            marked("Before discounts"),
            marked("What stood on the receipts before discounts and points; what came back later is in it."),
        ),
        "asked_refunded": Definition(
            marked("Given back later"),
            marked(
                "What was given back for these purchases, whenever. "
                "Receipts that came back as a whole are not among them."
            ),
        ),
        "asked_earned": Definition(
            marked("Points earned"),
            marked("Points that these receipts gave, before returns took some back."),
        ),
        "asked_spent": Definition(
            marked("Points spent on receipts"),
            marked("Points that have paid on these receipts, before returns gave some back."),
        ),
        "asked_line_revenue": Definition(
            marked("Revenue"),
            marked("What was paid for these goods after discounts and points, less what came back of them."),
        ),
        "asked_quantity": Definition(
            marked("Quantity"),
            marked("How much was sold less what came back: pieces or kilograms, as the till counts."),
        ),
        "asked_price": Definition(
            marked("Average price"),
            marked("What a piece or a kilogram has brought after discounts and points."),
            marked("quantity sold"),
        ),
        "asked_receipts_with": Definition(
            marked("Receipts with the goods"),
            marked("On how many receipts something of it is left. In a total each receipt counts once."),
        ),
        "asked_lines": Definition(
            marked("Lines"),
            marked("How many lines of receipts there are. One product on one receipt is usually one line."),
        ),
        "asked_line_cost": Definition(
            marked("Cost of goods"),
            marked(
                "What these goods had cost the business, where that was known when they were sold, "
                "less what came back."
            ),
        ),
        "asked_members": Definition(
            marked("Members"),
            marked(
                "How many members there are now of those who joined on these days, without those who "
                "were deleted or joined with another card."
            ),
        ),
        "asked_bought": Definition(
            marked("Of them have bought"),
            marked("How many of them have bought at least once, whenever."),
        ),
        "asked_bought_share": Definition(
            marked("Have bought, share"),
            marked("Which part of the members has bought at least once."),
            marked("members of the row"),
        ),
        "asked_brought": Definition(
            marked("Brought in all their time"),
            marked("What these members have paid in all their time, less what was given back."),
        ),
        "asked_mean_brought": Definition(
            marked("A buyer has brought, on average"),
            marked("What a member who has bought has paid in all their time, on average."),
            marked("members who have bought"),
        ),
        "asked_their_receipts": Definition(
            marked("Their receipts"),
            marked("How many receipts these members have in all their time."),
        ),
        "asked_available": Definition(
            marked("Points to spend"),
            marked("Points that these members can spend now, in all programmes together."),
        ),
        "asked_pending": Definition(
            marked("Points that wait"),
            marked("Points that these members have but cannot spend yet, in all programmes together."),
        ),
        "asked_reversed": Definition(
            marked("Points taken back"),
            marked("Points taken back by returns and by hand, less those given again."),
        ),
        "asked_moved": Definition(
            marked("Points moved"),
            marked("All points that moved, whichever way: choose a movement for it to tell something."),
        ),
        "asked_movements": Definition(
            marked("Movements"),
            marked("How many rows of the journal there are."),
        ),
        "asked_moved_members": Definition(
            marked("Whose points moved"),
            marked("How many different members they belong to. In a total each of them counts once."),
        ),
        "asked_broadcasts": Definition(
            marked("Broadcasts"),
            marked("How many broadcasts began on these days and have been counted."),
        ),
        "asked_recipients": Definition(
            marked("Recipients"),
            marked("Whom the broadcasts were addressed to, without the control groups."),
        ),
        "asked_sent": Definition(
            marked("Letters sent"),
            marked("How many letters have left."),
        ),
        "asked_delivered": Definition(
            marked("Letters delivered, share"),
            marked("Which part of the letters sent has arrived, as far as channels tell."),
            marked("letters sent"),
        ),
        "asked_purchases": Definition(
            marked("Purchases after letters"),
            marked(
                "First purchases of recipients within the window after their letter. It does not say "
                "that the letter caused them."
            ),
        ),
        "asked_conversion": Definition(
            marked("Conversion of letters"),
            marked("How many of the letters sent were followed by a purchase within the window."),
            marked("letters sent"),
        ),
        "asked_campaign_revenue": Definition(
            marked("Revenue after letters"),
            marked("What was paid for these purchases."),
        ),
        "asked_messages": Definition(
            marked("Cost of messages"),
            marked("What the letters have cost, as told by channels or reckoned by the rules."),
        ),
        "asked_given": Definition(
            marked("Discounts and points"),
            marked("What was not paid on these purchases: discounts, and what points paid."),
        ),
        "asked_profit": Definition(
            marked("Profit after letters"),
            marked(
                "Revenue after letters, less the cost of goods and of messages, of broadcasts whose "
                "cost of goods is known."
            ),
        ),
        "asked_roi": Definition(
            marked("Return on messages"),
            marked("Profit after letters for each hundred spent on messages."),
            marked("cost of messages"),
        ),
    },
)
