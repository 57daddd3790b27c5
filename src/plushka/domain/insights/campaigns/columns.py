"""What was caused as cells of a workbook, the same in whatever table it stands."""

from decimal import Decimal

from plushka.domain.insights.campaigns.model import FIGURES, Caused, Figure
from plushka.domain.insights.campaigns.words import MONEY, NO_GROUP, TITLES, VERDICTS
from plushka.platform.csv_files import Cell
from plushka.platform.i18n import Translator


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
