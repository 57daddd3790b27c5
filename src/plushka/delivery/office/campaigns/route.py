"""The order of channels that a campaign may have of its own, as forms show and read it."""

from plushka.delivery.office.campaigns.broadcasts.rows import CHANNELS_TOLD
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.messages.model import CHANNELS, Channel

PLACES = range(len(CHANNELS))


def typed_route(route: tuple[Channel, ...]) -> dict[str, list[str]]:
    """Return what would be typed to say a route."""
    return {f"route.{place}": [channel] for place, channel in enumerate(route)}


def read_route(form: Form) -> tuple[Channel, ...]:
    """Return the channels that were chosen, each once; none: as the business has it."""
    named = [form.value(f"route.{place}") for place in PLACES]
    return tuple(dict.fromkeys(channel for name in named for channel in CHANNELS if channel == name))


def route_choices(visit: Visit) -> list[tuple[str, str]]:
    """Return what each place of a route offers."""
    gettext = visit.words.gettext
    return [
        ("", gettext("as the business has it")),
        *((channel, gettext(CHANNELS_TOLD[channel])) for channel in CHANNELS),
    ]
