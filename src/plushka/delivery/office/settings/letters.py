"""Rules of letters: quiet hours, how many of them are too many, and channels with their order and costs."""

from decimal import Decimal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns.journeys.queries import is_told_of_burning
from plushka.domain.messages.model import CHANNEL_NAMES, CHANNELS, Channel
from plushka.domain.messages.rules import (
    CAP_DAYS_MAX,
    CAP_LETTERS_MAX,
    COST_MINOR_MAX,
    MOVE_ON_MINUTES_MAX,
    ChannelRule,
    Rules,
    change_rules,
    get_rules,
)
from plushka.platform.errors import Refusal
from plushka.platform.i18n import currency_decimals, format_number

PATH = "/settings/letters"


class ChannelLine(Struct, frozen=True):
    """A channel as the form shows it; ``has_cost``: the inbox has none."""

    channel: Channel
    name: str
    place: str
    cost: str
    offers: bool
    is_paid_by_part: bool
    has_cost: bool


@get(PATH, opt={"action": "settings.read"})
async def show_letter_rules(visit: NamedDependency[Visit]) -> Response[str]:
    return await _page(visit, visit.form())


@post(PATH, opt={"action": "settings.change"})
async def save_letter_rules(
    visit: NamedDependency[Visit], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    rules = _typed(form, visit)
    if rules is not None:
        try:
            async with visit.writing() as tx:
                await change_rules(tx, rules)
            return sent_on(
                PATH, visit.words.gettext("The rules are saved. Letters that wait go by them already.")
            )
        except Refusal as refusal:
            form.refused(refusal)
    return await _page(visit, form)


def _typed(form: Form, visit: Visit) -> Rules | None:
    """Return the rules that were typed, None: something is wrong, and noted."""
    quiet_from, quiet_until = form.clock("quiet_from"), form.clock("quiet_until")
    cap_letters = form.number("cap_letters", least=1, most=CAP_LETTERS_MAX, required=False)
    cap_days = form.number("cap_days", least=1, most=CAP_DAYS_MAX)
    move_on = form.number("move_on_minutes", least=1, most=MOVE_ON_MINUTES_MAX)
    placed = []
    for channel in CHANNELS:
        place = form.number(f"place_{channel}", least=1, most=99)
        cost = (
            0
            if channel == "inbox"
            else form.money(f"cost_{channel}", visit.business.currency, most=COST_MINOR_MAX, required=False)
        )
        placed.append((place or 0, ChannelRule(channel, cost or 0, not form.flag(f"offers_{channel}"))))
    if not form.is_sound or quiet_from is None or quiet_until is None or cap_days is None or move_on is None:
        return None
    return Rules(
        quiet_from_minutes=quiet_from.hour * 60 + quiet_from.minute,
        quiet_until_minutes=quiet_until.hour * 60 + quiet_until.minute,
        cap_letters=cap_letters,
        cap_days=cap_days,
        move_on_minutes=move_on,
        tells_of_burning=form.flag("tells_of_burning"),
        channels=tuple(rule for _, rule in sorted(placed, key=lambda one: one[0])),
    )


async def _page(visit: Visit, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        rules = await get_rules(tx)
        has_journey = await is_told_of_burning(tx)
    return visit.page(
        "settings/letters.html",
        section="settings",
        page="letters",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        rules=rules,
        quiet_from=_clock(rules.quiet_from_minutes),
        quiet_until=_clock(rules.quiet_until_minutes),
        channels=[_line(rule, place, visit) for place, rule in enumerate(rules.channels, start=1)],
        currency=visit.business.currency,
        has_journey=has_journey,
        may_change=visit.may("settings.change"),
    )


def _line(rule: ChannelRule, place: int, visit: Visit) -> ChannelLine:
    decimals = currency_decimals(visit.business.currency)
    return ChannelLine(
        channel=rule.channel,
        name=visit.words.gettext(CHANNEL_NAMES[rule.channel]),
        place=str(place),
        cost=format_number(
            Decimal(rule.cost_minor).scaleb(-decimals), visit.look.language, decimals=decimals
        ),
        offers=not rule.is_transactional_only,
        is_paid_by_part=rule.channel == "sms",
        has_cost=rule.channel != "inbox",
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
