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
    },
)
