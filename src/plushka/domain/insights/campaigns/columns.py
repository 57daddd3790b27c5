"""What came of campaigns and what was caused as cells of a workbook, the same in whatever table they stand."""

from decimal import Decimal

from plushka.domain.campaigns.figures import Figures
from plushka.domain.insights.campaigns.model import FIGURES, Caused, Figure
from plushka.domain.insights.campaigns.words import MONEY, NO_GROUP, TITLES, VERDICTS
from plushka.platform.csv_files import Cell
from plushka.platform.i18n import Translator, marked

_OF_FIGURES = (
    marked("Letters sent"),
    marked("Letters delivered"),
    marked("Conversion of letters sent, %"),
    marked("Purchases"),
    marked("Revenue"),
    marked("Cost of goods"),
    marked("Cost of messages"),
    marked("Profit"),
    marked("Average receipt"),
    marked("Discounts and points"),
    marked("Positions per receipt"),
)
_OF_MARGIN = frozenset({"Cost of goods", "Profit"})


def heading_of_figures(*, knows_margin: bool) -> list[str]:
    """Return what stands above ``cells_of_figures``."""
    return [column for column in _OF_FIGURES if knows_margin or column not in _OF_MARGIN]


def cells_of_figures(figures: Figures, *, decimals: int, knows_margin: bool) -> list[Cell]:
    """Return what came of letters; money in whole units of the currency, which has ``decimals``."""

    def scaled(number: int | None, places: int) -> Cell:
        return None if number is None else Decimal(number).scaleb(-places)

    return [
        figures.sent,
        figures.delivered,
        scaled(figures.conversion_bp, 2),
        figures.purchases,
        scaled(figures.revenue_minor, decimals),
        *([scaled(figures.cost_minor, decimals)] if knows_margin else []),
        scaled(figures.messages_minor, decimals),
        *([scaled(figures.profit_minor, decimals)] if knows_margin else []),
        scaled(figures.average_minor, decimals),
        scaled(figures.discount_minor, decimals),
        scaled(figures.positions_hundredths, 2),
    ]


def figures_told(*, knows_margin: bool) -> tuple[Figure, ...]:
    """Return the figures that are told to who ``knows_margin`` or does not."""
    return tuple(figure for figure in FIGURES if knows_margin or figure != "profit")


def heading_of_caused(words: Translator, *, knows_margin: bool) -> list[str]:
    """Return what stands above ``cells_of_caused``."""
    gettext = words.gettext
    heading = [gettext("Verdict"), gettext("Members who got it"), gettext("Control group")]
    for figure in figures_told(knows_margin=knows_margin):
        title = gettext(TITLES[figure])
        heading += [
            gettext("{figure}: increase", figure=title),
            gettext("{figure}: not less than", figure=title),
            gettext("{figure}: not more than", figure=title),
        ]
    return heading


def cells_of_caused(
    caused: Caused | None, words: Translator, *, decimals: int, has_control: bool, knows_margin: bool
) -> list[Cell]:
    """Return the verdict, the groups and each figure's increase with its interval; nothing before it was counted.

    Money is in whole units of the currency, which has ``decimals``. Who has no control group is told to have none.
    Profit is for who ``knows_margin`` alone.
    """
    told = figures_told(knows_margin=knows_margin)
    if caused is None or not has_control:
        return ["" if has_control else words.gettext(NO_GROUP), *[None] * (2 + 3 * len(told))]
    paid = caused.effects["paid"]
    cells: list[Cell] = [
        words.gettext(VERDICTS[caused.verdict]),
        paid.treated if paid else None,
        paid.control if paid else None,
    ]
    for figure in told:
        effect = caused.effects[figure]
        if effect is None or (figure == "profit" and not caused.knows_profit):
            cells += [None, None, None]
        else:
            places = -decimals if figure in MONEY else 0
            totals = (effect.total, effect.total_low, effect.total_high)
            cells += [Decimal(total).scaleb(places) for total in totals]
    return cells
