"""Figures of goods, and of branches and cashiers."""

from plushka.delivery.office.reports.meanings.model import Definition, Subject
from plushka.platform.i18n import marked

GOODS = Subject(
    marked("Goods, branches, cashiers"),
    {
        "goods_revenue": Definition(
            marked("Revenue of goods"),
            marked(
                "What was paid for these goods: each line of a receipt with its share of discounts and points, "
                "less what came back."
            ),
        ),
        "goods_share": Definition(
            marked("Share of goods"),
            marked("Which part of the revenue they bring."),
            marked("revenue of all goods, or of the category that they are within"),
        ),
        "goods_receipts": Definition(
            marked("Receipts with the goods"), marked("Receipts on which something of them was left.")
        ),
        "quantity": Definition(
            marked("Quantity"), marked("Pieces, or weight and volume, less what came back.")
        ),
        "lift": Definition(
            marked("Times oftener than by chance"),
            marked(
                "How much oftener two goods stand on one receipt than if people bought each by itself. "
                "1 is chance. Of the thousand goods that are bought most often; "
                "pairs of at least 10 receipts and 1.5 times."
            ),
            marked("receipts expected by chance: those of one times those of the other, divided by all"),
        ),
        "pair_receipts": Definition(
            marked("Receipts with both"), marked("Receipts of the year on which both goods stand.")
        ),
        "branch_change": Definition(
            marked("Change of a branch's revenue"),
            marked("By how much the revenue has grown or shrunk."),
            marked("revenue of the period compared with"),
        ),
        "positions": Definition(
            marked("Positions in a receipt"),
            marked("How many lines a receipt has, on average."),
            marked("number of receipts"),
        ),
        "returned_share": Definition(
            marked("Came back as a whole"),
            marked("Which part of receipts was given back with all that was on them."),
            marked("all receipts that were rung up, with those that came back"),
        ),
    },
)
