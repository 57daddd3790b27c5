"""The conditions of the editor: what each is called, and by which fields it is typed."""

from typing import Literal

from msgspec import Struct

from plushka.engine.audience import DAYS_MAX
from plushka.platform.i18n import marked

FieldKind = Literal[
    "ticks", "number", "money", "points", "stamps", "date", "words", "goods", "choice", "tests", "campaigns"
]


class Field(Struct, frozen=True):
    """A field of a condition. ``options`` names the choices of ticks; numbers are between ``least`` and ``most``.

    ``redraws``: what is chosen has fields of its own, which are shown once it is.
    """

    name: str
    kind: FieldKind
    label: str
    options: str = ""
    is_required: bool = False
    least: int = 0
    most: int = 1_000_000
    default: str = ""
    unit: str = ""
    redraws: bool = False


class Kind(Struct, frozen=True):
    """A kind of condition by its ``is``; ``needs``: choices without which it is not offered."""

    name: str
    title: str
    fields: tuple[Field, ...] = ()
    needs: str = ""


_FROM, _TO = marked("At least"), marked("At most")
_DAYS = marked("days")
_LATELY = Field(
    "days", "number", marked("In the last days (empty: of all time)"), least=1, most=DAYS_MAX, unit=_DAYS
)
_TIMES = Field("times_min", "number", marked("Times at least"), least=1, most=10_000, default="1")
_DAYS_AWAY = (
    Field("days_min", "number", marked("In days from"), most=366, default="0", unit=_DAYS),
    Field("days_max", "number", marked("In days to"), is_required=True, most=366, default="7", unit=_DAYS),
)
_PROGRAM = Field("program", "choice", marked("Programme"), options="programs")


def _ticks(name: str, label: str, options: str) -> Field:
    return Field(name, "ticks", label, options=options, is_required=True)


def _points(name: str, title: str) -> Kind:
    bounds = (Field("points_min", "points", _FROM), Field("points_max", "points", _TO))
    return Kind(name, title, (*bounds, _PROGRAM))


GROUPS: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    (
        marked("Purchases"),
        (
            Kind(
                "last_purchase",
                marked("Last purchase"),
                (
                    Field(
                        "days_min", "number", marked("Not later than, days ago"), most=DAYS_MAX, unit=_DAYS
                    ),
                    Field(
                        "days_max", "number", marked("Not earlier than, days ago"), most=DAYS_MAX, unit=_DAYS
                    ),
                ),
            ),
            Kind("never_bought", marked("Never bought")),
            Kind(
                "purchases",
                marked("How many purchases"),
                (Field("count_min", "number", _FROM), Field("count_max", "number", _TO), _LATELY),
            ),
            Kind(
                "spend",
                marked("How much was spent"),
                (Field("min_minor", "money", _FROM), Field("max_minor", "money", _TO), _LATELY),
            ),
            Kind(
                "average_receipt",
                marked("Average receipt"),
                (Field("min_minor", "money", _FROM), Field("max_minor", "money", _TO), _LATELY),
            ),
            Kind(
                "bought",
                marked("Bought goods"),
                (
                    Field("goods", "goods", marked("Any of these goods"), is_required=True),
                    Field(
                        "days",
                        "number",
                        marked("In the last days"),
                        is_required=True,
                        least=1,
                        most=1096,
                        default="90",
                        unit=_DAYS,
                    ),
                    _TIMES,
                ),
            ),
            Kind(
                "bought_at",
                marked("Bought at a branch"),
                (_ticks("ids", marked("Branches"), "branches"), _LATELY, _TIMES),
                needs="branches",
            ),
        ),
    ),
    (
        marked("Who they are"),
        (
            Kind("sex", marked("Sex"), (_ticks("ids", marked("Sex"), "sexes"),)),
            Kind(
                "age",
                marked("Age"),
                (
                    Field("years_min", "number", _FROM, most=150),
                    Field("years_max", "number", _TO, most=150),
                ),
            ),
            Kind(
                "birthday",
                marked("Birthday soon"),
                _DAYS_AWAY,
            ),
            Kind(
                "close_date",
                marked("Day of somebody close"),
                (
                    *_DAYS_AWAY,
                    Field("kinds", "ticks", marked("Which days (none ticked: any)"), options="dates"),
                ),
            ),
            Kind("birth_month", marked("Month of birth"), (_ticks("months", marked("Months"), "months"),)),
            Kind(
                "tag",
                marked("Tags"),
                (Field("ids", "words", marked("Any of these tags, with commas between"), is_required=True),),
            ),
            Kind("language", marked("Language"), (_ticks("ids", marked("Language"), "languages"),)),
            Kind(
                "enrolled",
                marked("Days in the programme"),
                (
                    Field("days_min", "number", _FROM, most=DAYS_MAX, unit=_DAYS),
                    Field("days_max", "number", _TO, most=DAYS_MAX, unit=_DAYS),
                ),
            ),
            Kind(
                "enrolled_on",
                marked("Date of enrolment"),
                (
                    Field("first_on", "date", marked("First day")),
                    Field("last_on", "date", marked("Last day")),
                ),
            ),
            Kind("source", marked("Where they enrolled"), (_ticks("ids", marked("Where"), "sources"),)),
            Kind(
                "link", marked("Registration link"), (_ticks("ids", marked("Links"), "links"),), needs="links"
            ),
            Kind("came_by_friend", marked("Came by a friend")),
            Kind(
                "friends",
                marked("Friends brought"),
                (Field("count_min", "number", _FROM), Field("count_max", "number", _TO)),
            ),
            Kind("blocked", marked("Blocked")),
        ),
    ),
    (
        marked("Points and tier"),
        (
            Kind("tier", marked("Tier"), (_ticks("ids", marked("Tiers"), "tiers"), _PROGRAM), needs="tiers"),
            _points("balance", marked("Points on the account")),
            Kind(
                "burning",
                marked("Points burn soon"),
                (
                    Field(
                        "days",
                        "number",
                        marked("Within days"),
                        is_required=True,
                        most=DAYS_MAX,
                        default="7",
                        unit=_DAYS,
                    ),
                    Field("points_min", "points", _FROM, least=1, default="1"),
                    _PROGRAM,
                ),
            ),
            _points("pending", marked("Points waiting")),
            _points("debt", marked("Debt in points")),
            Kind(
                "stamps",
                marked("Stamp card"),
                (
                    Field("card", "choice", marked("Stamp card or goal"), options="cards", is_required=True),
                    Field("have_min", "stamps", marked("Filled at least, stamps or money"), least=1),
                    Field("left_max", "stamps", marked("Missing at most, stamps or money"), least=1),
                    _PROGRAM,
                ),
                needs="cards",
            ),
        ),
    ),
    (
        marked("Messages and coupons"),
        (
            Kind(
                "reachable",
                marked("Can be written to"),
                (_ticks("channels", marked("By any of"), "channels"),),
            ),
            Kind(
                "preferred",
                marked("Would rather be written to by"),
                (_ticks("channels", marked("By any of"), "any_channels"),),
            ),
            Kind("consent", marked("Consent given"), (_ticks("kinds", marked("To any of"), "consents"),)),
            Kind(
                "campaign",
                marked("Reaction to a campaign"),
                (
                    Field(
                        "reaction", "choice", marked("What came of it"), options="reactions", default="sent"
                    ),
                    Field("ids", "campaigns", marked("Of which broadcast or journey (none ticked: of any)")),
                    _LATELY,
                    Field(
                        "bought_within_days",
                        "number",
                        marked("And bought within days of it (empty: not asked)"),
                        most=365,
                        unit=_DAYS,
                    ),
                ),
                needs="campaigns",
            ),
            Kind(
                "coupon_held",
                marked("Has a coupon unused"),
                (_ticks("ids", marked("Coupons"), "coupons"),),
                needs="coupons",
            ),
            Kind(
                "event",
                marked("Event"),
                (
                    Field(
                        "kind", "choice", marked("Event"), options="events", is_required=True, redraws=True
                    ),
                    _LATELY,
                    _TIMES,
                    Field("where", "tests", marked("Only those that say")),
                ),
                needs="events",
            ),
        ),
    ),
    (
        marked("Groups and segments"),
        (
            Kind(
                "segment",
                marked("In a segment"),
                (_ticks("ids", marked("Segments"), "segments"),),
                needs="segments",
            ),
            Kind("group", marked("Group by purchases"), (_ticks("ids", marked("Groups"), "groups"),)),
            Kind(
                "rfm",
                marked("RFM scores"),
                (
                    Field("r", "ticks", marked("Recency, 5: lately"), options="scores"),
                    Field("f", "ticks", marked("Frequency, 5: often"), options="scores"),
                    Field("m", "ticks", marked("Money, 5: much"), options="scores"),
                ),
            ),
            Kind(
                "probably_left",
                marked("Has left: the chance, by the forecast"),
                (
                    Field("percent_min", "number", _FROM, most=100, default="50", unit="%"),
                    Field("percent_max", "number", _TO, most=100, unit="%"),
                ),
            ),
            Kind(
                "expected_spend",
                marked("Will spend, by the forecast"),
                (
                    Field("min_minor", "money", _FROM),
                    Field("max_minor", "money", _TO),
                    Field("within", "choice", marked("Within"), options="spans", default="year"),
                ),
            ),
        ),
    ),
)
KINDS: dict[str, Kind] = {kind.name: kind for _, kinds in GROUPS for kind in kinds}
ALL, ANY = "all", "any"
