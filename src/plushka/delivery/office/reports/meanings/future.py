"""Figures of the forecast."""

from plushka.delivery.office.reports.meanings.model import Definition, Subject
from plushka.platform.i18n import marked

FUTURE = Subject(
    marked("What buyers will bring"),
    {
        "future": Definition(
            marked("Forecast"),
            marked(
                "What a statistical model (BG/NBD for visits, Gamma-Gamma for spending) expects of each buyer by how "
                "often, how lately and for how long they have come, and what they spent. "
                "A visit is a day with a purchase. It is an estimate, worked out by night; "
                "how true it is stands beside it."
            ),
        ),
        "future_soon": Definition(
            marked("Forecast for 90 days"),
            marked(
                "Visits expected in the next 90 days times what a visit is expected to bring: revenue, or, where the "
                "name says so, the margin of it by members' purchases of the last 12 months."
            ),
        ),
        "future_visits": Definition(
            marked("Visits of 90 days"),
            marked("How many visits all buyers are expected to make in the next 90 days."),
        ),
        "future_year": Definition(
            marked("Forecast for a year"),
            marked(
                "Visits expected in the next 365 days times what a visit is expected to bring: revenue before costs, "
                "not discounted."
            ),
        ),
        "future_value": Definition(
            marked("Value of a year (CLV)"),
            marked(
                "Visits expected in each month of the next 365 days times what a visit is expected to bring, "
                "discounted to today from the middle of the month at the rate that stands below. It is margin where "
                "the costs of goods are known of enough of the revenue, by the share that margin has in members' "
                "purchases of the last 12 months, or where that share is set; else revenue."
            ),
        ),
        "future_discount": Definition(
            marked("Discount a year"),
            marked(
                "By so much less is worth today what comes in a year: what money costs the business, and the risk "
                "that it does not come. 15 % until the business has its own figure."
            ),
        ),
        "future_margin": Definition(
            marked("Margin in revenue"),
            marked(
                "Which part of the expected revenue is left after the costs of goods. Empty: as members' purchases "
                "of the last 12 months have it whose costs of goods are known."
            ),
        ),
        "future_costed": Definition(
            marked("Costs must be known of"),
            marked(
                "For which part of the revenue at least the costs of goods are to be known, so that its margin can "
                "stand for the rest; with less the forecast is told as revenue. 50 % until the business has its own "
                "figure."
            ),
        ),
        "future_visits_year": Definition(
            marked("Visits of a year"),
            marked("How many visits these buyers are expected to make in the next 365 days."),
        ),
        "future_buyers": Definition(
            marked("Buyers of the forecast"),
            marked("Members who have bought at least once by the day before the forecast."),
        ),
        "future_left": Definition(
            marked("Chance of having left"),
            marked(
                "How likely a buyer will not come any more: the longer they are away in comparison with how often they "
                "came, the likelier. Who came once has no such figure."
            ),
        ),
        "future_at_risk": Definition(
            marked("Have probably left"),
            marked("Buyers with two visits or more who have left with a chance of 50 % or more."),
        ),
        "future_lost": Definition(
            marked("Revenue at risk"),
            marked(
                "What those who have probably left paid within the last 365 days, less what was returned."
            ),
        ),
        "future_share": Definition(
            marked("Share of buyers by chance"),
            marked("Which part of the buyers has left with this chance."),
            marked("buyers of the forecast"),
        ),
        "future_spent": Definition(
            marked("Spent in the last year"),
            marked(
                "What they paid for goods within the last 365 days, less what was returned: a fact, no forecast."
            ),
        ),
        "future_past_visits": Definition(
            marked("Visits of a buyer"), marked("Days with a purchase in all their time.")
        ),
        "future_tenth": Definition(
            marked("Tenths of the buyers"),
            marked("Buyers by what they are expected to bring within a year: the first tenth brings most."),
        ),
        "future_each": Definition(
            marked("Forecast of a buyer"),
            marked("What a buyer of the tenth is expected to bring within a year, on average."),
            marked("buyers of the tenth"),
        ),
        "future_year_share": Definition(
            marked("Share of the forecast"),
            marked("Which part of the forecast for a year the tenth brings."),
            marked("forecast for a year of all buyers"),
        ),
        "future_accuracy": Definition(
            marked("How true the forecast is"),
            marked(
                "The last quarter of the history, at most 90 days, is kept back. The model is fitted to what was "
                "before, says how many visits come in these days, and that is compared with how many came."
            ),
        ),
        "future_class": Definition(
            marked("Visits after the first"),
            marked("How often buyers had come again before the days kept back."),
        ),
        "future_class_buyers": Definition(
            marked("Buyers compared"), marked("Those whose first visit was before the days kept back.")
        ),
        "future_actual": Definition(
            marked("Visits that came"), marked("Visits that they made in the days kept back.")
        ),
        "future_expected": Definition(
            marked("Were expected"), marked("Visits that the model expected of them in the days kept back.")
        ),
        "future_error": Definition(
            marked("Error of the forecast"),
            marked("By which part of what came the model expected more (plus) or less (minus)."),
            marked("visits that came"),
        ),
    },
)
