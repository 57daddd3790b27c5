"""What the figures of the lists of campaigns mean, told where reports tell it (S22)."""

from plushka.delivery.office.reports.meanings.campaigns import CAMPAIGNS
from plushka.delivery.office.reports.meanings.mechanics import MECHANICS
from plushka.delivery.office.reports.telling import Explained, explain
from plushka.delivery.office.visit import Visit


def explain_campaigns(visit: Visit) -> dict[str, Explained]:
    """Return the definitions that lists of campaigns, promotions and greetings may name, by key."""
    return explain((*MECHANICS.definitions, *CAMPAIGNS.definitions), visit)
