"""Ready journeys are drafts with templates, which lack nothing but what the business has to choose."""

import pytest

from plushka.domain.campaigns.journeys.chains import CHAINS, Key, begin_chain
from plushka.domain.campaigns.journeys.soundness import problems_of
from plushka.domain.messages.templates.store import list_templates
from plushka.platform.database import Tx


@pytest.mark.parametrize("key", CHAINS)
async def test_a_ready_journey_can_be_published_once_its_coupon_is_chosen(tx: Tx, key: Key) -> None:
    card = await begin_chain(tx, key)
    again = await begin_chain(tx, key)

    codes = {problem.code for problem in await problems_of(tx, card.draft)}
    assert codes == ({"coupon_missing"} if key == "win_back" else set())
    assert card.state == again.state == "draft"
    names = [template.name for template in await list_templates(tx)]
    assert len(names) == len(set(names)), "templates are taken again"
