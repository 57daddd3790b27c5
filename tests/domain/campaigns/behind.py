"""What figures of campaigns are of, as the lists of letters and receipts find it."""

from collections.abc import Sequence
from datetime import date

from tests.domain.shop import Shop

from plushka.domain.campaigns.figures import Figures
from plushka.domain.insights.campaigns.letters import LetterFilter, sum_letters
from plushka.domain.insights.constructor.matching import Matching
from plushka.domain.insights.constructor.model import Filter
from plushka.domain.insights.receipts.found import ReceiptFilter, sum_receipts

ZONE = "Europe/Moscow"


async def come_to(
    shop: Shop,
    figures: Figures,
    letters: LetterFilter | None,
    source: str,
    filters: Sequence[Filter],
    *,
    days: tuple[date | None, date | None] = (None, None),
) -> None:
    """Assert that the letters and the purchases after them, as they are listed, come to the figures.

    Letters are found by their own filter and by the rows of the report. ``letters`` None: they are not kept any more.
    """
    async with shop.tx() as tx:
        told = await sum_letters(tx, letters) if letters else None
        matching = Matching(source, tuple(filters), tx.at.date(), ZONE, *days)
        of_rows = await sum_letters(tx, LetterFilter(matching=(matching,)))
        bought = await sum_receipts(tx, ReceiptFilter(matching=(matching,)))
    if told is not None:
        told_of = (told.sent, told.delivered, told.cost_minor)
        assert told_of == (figures.sent, figures.delivered, figures.messages_minor)
        assert (of_rows.sent, of_rows.delivered, of_rows.cost_minor) == told_of
    assert (bought.receipts, bought.revenue_minor) == (figures.purchases, figures.revenue_minor)
