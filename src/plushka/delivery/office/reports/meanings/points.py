"""Points as money: the liability, how old it is, how much of it burns, and what is set aside for it."""

from plushka.delivery.office.reports.meanings.model import Definition, Subject
from plushka.platform.i18n import marked

POINTS = Subject(
    marked("Points as money"),
    {
        "points_liability": Definition(
            marked("Points that members have"),
            marked(
                "Points that can be spent now, that wait until they can be, and that tills hold at this moment. "
                "A day's figure is as of its end, midnight of the business; what has burned counts from the day "
                "on which it burned. Points that members owe are not taken off: they are a figure of their own."
            ),
        ),
        "points_available": Definition(
            marked("Available"), marked("Points that members could spend at the end of the day.")
        ),
        "points_pending": Definition(
            marked("Waiting"), marked("Points that were granted and cannot be spent yet.")
        ),
        "points_held": Definition(
            marked("Held"), marked("Points set aside for purchases that were not over at the end of the day.")
        ),
        "points_debt": Definition(
            marked("Debt of members"),
            marked(
                "Points that were spent and that a return has taken back afterwards. Later points repay it, so "
                "it makes nobody's points less until then."
            ),
        ),
        "points_price": Definition(
            marked("A point buys"),
            marked(
                "What a point pays of a receipt by the programme in force at the end of the day. Before the "
                "first programme it is that of the first."
            ),
        ),
        "points_money": Definition(
            marked("Points in money"),
            marked(
                "Points at what a point buys on that day, half up to the minor unit. Where a day has another "
                "price than the day before, what was there is worth more or less: that is told as a movement of "
                "its own."
            ),
        ),
        "points_net": Definition(
            marked("The liability, less debt"),
            marked(
                "Points that members have less those that they owe. Only what comes or goes changes it: what "
                "becomes spendable, is held or repays a debt moves within it. At the beginning plus all "
                "movements it is what it is at the end; the check mark is shown if that was so when the page was "
                "made."
            ),
        ),
        "points_accounts": Definition(
            marked("Accounts of the books"),
            marked(
                "What the file for the books has for this movement. They are chosen on a page of their own."
            ),
        ),
        "points_identity": Definition(
            marked("Where all points are"),
            marked(
                "All points that ever came: granted, given by hand, granted again after returns, returned when "
                "spent, debt written off. Each of them is available, waits, is held, or was spent, burned, taken "
                "back, taken by hand or given up; a debt is a point that went twice. What came and went is "
                "counted of the journal, what is there of the accounts of members: two tables that could differ. "
                "The check mark is shown if they did not when the page was made."
            ),
        ),
        "points_came": Definition(marked("Came"), marked("Points that members got, of all time.")),
        "points_went": Definition(
            marked("Are there or went"),
            marked("Points that members have now, and those that left them, of all time."),
        ),
        "points_share": Definition(
            marked("Share of the points"),
            marked("Which part of all points that came this is."),
            marked("all points that came"),
        ),
        "points_ages": Definition(
            marked("How old the points are"),
            marked(
                "Points that are there, by how many days ago their lots were earned, counted by the business's "
                "calendar."
            ),
        ),
        "points_burns": Definition(
            marked("How soon the points burn"),
            marked(
                "Points that are there, by how many days are left until they burn: 0 burn tonight. A lot that a "
                "purchase prolongs is told as though its member bought nothing more."
            ),
        ),
        "points_members": Definition(
            marked("Members with points"),
            marked("Members with lots of this line. One with lots of several lines is in each of them."),
        ),
        "points_part": Definition(
            marked("Share of what is there"),
            marked("Which part of the points that are there this line is."),
            marked("all points that are there"),
        ),
        "points_lots": Definition(
            marked("Lots"),
            marked("Points that were granted at once, for one receipt say, are a lot: they burn together."),
        ),
        "points_breakage": Definition(
            marked("How much burns"),
            marked(
                "Lots are taken together by the month in which they were earned. Of each month of their age it "
                "is known which part of what was there was spent in it, burned, or was taken back, all months of "
                "issue together that have had that age as a whole, at least three. What is there now is led "
                "through the ages that it has before it: what burns on this way is the estimate. The interval is "
                "found by leaving each month of issue out once (jackknife), and takes what no lot has shown yet "
                "for spent at one end and for burned at the other. With fewer than six whole months, fewer than "
                "a hundred lots or more than a fifth unseen, or if points of the latest months are spent in another "
                "way than earlier ones at their age, nothing is said."
            ),
            marked("points that members have today"),
        ),
        "points_reserve": Definition(
            marked("To set aside"),
            marked(
                "Points that members have today, less those that will burn by the estimate, at what a point buys "
                "today."
            ),
        ),
        "points_reserve_cost": Definition(
            marked("To set aside, at cost of goods"),
            marked(
                "What is to be set aside, times what goods have cost the business of what they were sold for, "
                "over the last twelve months, of goods whose cost is known: so much is really spent when points "
                "pay."
            ),
        ),
        "points_granted": Definition(
            marked("Granted in the month"),
            marked("Points of the lots that were earned in this month, given by hand too."),
        ),
        "points_taken_back": Definition(
            marked("Taken back"),
            marked(
                "What left these lots otherwise than by being spent or burning: returns, by hand, debts, deleted "
                "members."
            ),
        ),
        "points_left": Definition(
            marked("Are there"), marked("What is left of these lots today; a lot ends when nothing is.")
        ),
        "points_spent_share": Definition(
            marked("Spent, share"),
            marked("Which part of these points was spent so far."),
            marked("granted points without those taken back"),
        ),
        "points_burned_share": Definition(
            marked("Burned, share"),
            marked("Which part of these points has burned so far."),
            marked("granted points without those taken back"),
        ),
        "points_by_age": Definition(
            marked("By age"),
            marked(
                "0 is the month of issue itself, 1 the month after it. The share is of all months up to then "
                "together. A month that is not over is not told."
            ),
            marked("points granted in the month of issue"),
        ),
    },
)
