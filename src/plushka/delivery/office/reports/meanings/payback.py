"""Payback: what scenarios bring, what they cost, and what of it is proven."""

from plushka.delivery.office.reports.meanings.model import Definition, Subject
from plushka.platform.i18n import marked

PAYBACK = Subject(
    marked("Payback of the programme"),
    {
        "payback_birthday": Definition(
            marked("Birthday greetings"),
            marked(
                "The first purchase of a member within 30 days after a greeting on their own birthday: points of the "
                "programme, or a letter, points or a gift of a journey that begins with the birthday. While what it "
                "gave lives, if that is shorter; of one birthday it is one greeting, and a control group had none."
            ),
        ),
        "payback_reactivation": Definition(
            marked("Reactivation"),
            marked(
                "The first purchase within 30 days after a letter of a journey that begins when a member has not "
                "come for long, or of a broadcast whose author says that it is to bring back, if no letter of "
                "another campaign went out in between. What birthday greetings claim is not here."
            ),
        ),
        "payback_promotions": Definition(
            marked("Promotions"),
            marked(
                "Receipts on which a promotion lowered a price, gave a gift or let more be paid with points. "
                "What birthday greetings or reactivation claim is not here."
            ),
        ),
        "payback_effect": Definition(
            marked("Effect"),
            marked(
                "What was paid for these receipts in the end, after discounts, points and returns, less what "
                "their goods cost the business. A receipt counts once. Receipts whose goods' cost is not known "
                "are left out. Messages are among the costs, so they are not taken off here. It is attributed: "
                "part of these purchases would have been made anyway, and what is caused shows a control group "
                "alone."
            ),
        ),
        "payback_costs": Definition(
            marked("Costs of the programme"),
            marked(
                "The lines that were written down; a quarter's amount is shared out evenly among its months, to "
                "the minor unit. What messages cost by their deliveries is a line of its own, unless a line says "
                "that it covers them."
            ),
        ),
        "payback_coverage": Definition(
            marked("Coverage"),
            marked("How much of its costs the effect covers: at 100 % the programme pays for itself."),
            marked("costs of the same months together"),
        ),
        "payback_boosters": Definition(
            marked("What boosts the payback"),
            marked(
                "Penetration, engagement and repeat purchases of the quarter beside those of the quarter before. "
                "They make scenarios reach more people, and bring no receipts of their own: counting them would "
                "count receipts twice."
            ),
        ),
        "payback_caused": Definition(
            marked("Caused"),
            marked(
                "By how much more the members paid who were treated than those of the control group, all of them "
                "together, after discounts, points and returns. The true figure lies between the two bounds in 95 "
                "cases of 100. It is of the days alone that lie in the quarter."
            ),
        ),
        "payback_caused_profit": Definition(
            marked("Caused profit"),
            marked(
                "The same of what was paid less what the goods cost and the messages: what is left to the business. "
                "Points that were given and not spent cost nothing yet. A dash: of no receipt is it known what its "
                "goods cost."
            ),
        ),
        "payback_compared": Definition(
            marked("Compared"),
            marked(
                "The days of the quarter on which the two groups were compared. Whoever came into a campaign before "
                "it is compared on the days that are left, and what they would do anyway is taken from before they "
                "came into it."
            ),
        ),
        "payback_verdict": Definition(
            marked("Verdict"),
            marked(
                "Of the whole comparison, which may be longer than the quarter, and of what members paid: proven is "
                "said if the interval does not hold 0 and each side has a hundred members; else it is not proven."
            ),
        ),
        "payback_paid": Definition(
            marked("Paid in the end"), marked("What was paid after discounts, points and returns.")
        ),
        "payback_goods": Definition(
            marked("Cost of goods of a receipt"),
            marked("What the goods that were kept had cost the business."),
        ),
    },
)
