"""When a rule applies: conditions of the receipt and the member, each kind once, all of them together."""

from collections.abc import Callable, Iterator

from plushka.delivery.office.engagement.draft.goods import keep, made_of, picks_of, read_kept
from plushka.delivery.office.engagement.draft.typist import TRUE, Typed, Typist, one, under
from plushka.delivery.web.forms import Form
from plushka.engine.conditions import (
    All,
    Birthday,
    Branch,
    Channel,
    Condition,
    Coupon,
    FirstPurchase,
    HasLines,
    Period,
    ReceiptAmount,
    RepeatWithin,
    Segment,
    Tag,
    Tier,
    TimeWindow,
    Weekday,
)
from plushka.platform.i18n import Translator

CHANNELS = ("till", "online", "app")
KEPT_MAX = 50
_QUANTITY_DECIMALS = 3
_DAYS_MAX = 3650
_BIRTHDAY_DAYS_MAX = 180
_ID_LENGTH_MAX = 100
_IDS_MAX = 1000
_P = "when"


def write_when(condition: Condition | None, typist: Typist) -> Typed:
    """Return the fields of ``condition``; parts that no field shows are kept as they are."""
    if condition is None:
        parts: tuple[Condition, ...] = ()
    else:
        parts = condition.of if isinstance(condition, All) else (condition,)
    typed: Typed = {}
    kept = []
    for part in parts:
        fields = _write(part, typist)
        if fields is None or fields.keys() & typed.keys():
            kept.append(keep(part))
        else:
            typed |= fields
    return under(_P, {**typed, "kept": kept})


def _write(part: Condition, typist: Typist) -> Typed | None:  # noqa: C901, PLR0911, PLR0912 - one case a kind
    match part:
        case Branch(ids=ids):
            return {"branches": list(ids)}
        case Weekday(days=days):
            return {"days": [str(day) for day in days]}
        case TimeWindow(start=start, end=end):
            return one(start=start, end=end)
        case ReceiptAmount():
            return _write_amount(part, typist)
        case Tier(ids=ids):
            return {"tiers": list(ids)}
        case Coupon(ids=ids):
            return {"coupons": list(ids)}
        case Segment(ids=ids):
            return {"segments": list(ids)}
        case FirstPurchase():
            return one(first=TRUE)
        case RepeatWithin(days=days):
            return one(repeat=str(days))
        case Birthday(days_before=before, days_after=after):
            return one(birthday=TRUE, birthday_before=str(before), birthday_after=str(after))
        case Tag(ids=ids) if _are_words(ids):
            return one(tags=", ".join(ids))
        case Channel(ids=ids) if _are_words(ids):
            others = [channel for channel in ids if channel not in CHANNELS]
            known = [channel for channel in ids if channel in CHANNELS]
            return {"channels": known, "channels_other": [", ".join(others)]}
        case Period(first_on=first, last_on=last) if first or last:
            return one(first_on=first.isoformat() if first else "", last_on=last.isoformat() if last else "")
        case HasLines(where=where, quantity_min_milli=quantity, amount_min_minor=amount) if quantity:
            picks = picks_of(where)
            if picks is None:
                return None
            return {
                "goods.only": picks,
                "goods_quantity": [typist.quantity(quantity) if quantity > 1 else ""],
                "goods_amount": [typist.money(amount) if amount else ""],
            }
        case _:
            return None


def _write_amount(part: ReceiptAmount, typist: Typist) -> Typed | None:
    has_end = part.max_minor is not None
    if not part.min_included or not (has_end or part.max_included) or not (has_end or part.min_minor):
        return None
    return one(
        amount_min=typist.money(part.min_minor) if part.min_minor else "",
        amount_max=typist.money(part.max_minor),
        amount_max_included="yes" if part.max_included else "no",
    )


def _are_words(ids: tuple[str, ...]) -> bool:
    return all(word and word == word.strip() and "," not in word for word in ids) and len(set(ids)) == len(
        ids
    )


def read_when(form: Form, words: Translator, *, currency: str) -> Condition | None:
    """Return the condition typed: all of its parts; None: none was."""
    parts = [part for part in _read(form, words, currency) if part is not None]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 and not isinstance(parts[0], All) else All(tuple(parts))


def _read(form: Form, words: Translator, currency: str) -> Iterator[Condition | None]:
    yield _chosen(form, "branches", Branch)
    days = sorted(
        {int(day) for day in form.values(f"{_P}.days") if day in {"1", "2", "3", "4", "5", "6", "7"}}
    )
    yield Weekday(tuple(days)) if days else None
    yield _read_hours(form)
    yield _read_amount(form, currency)
    yield _chosen(form, "tiers", Tier)
    yield _chosen(form, "segments", Segment)
    yield _chosen(form, "coupons", Coupon)
    yield FirstPurchase() if form.flag(f"{_P}.first") else None
    repeat = form.number(f"{_P}.repeat", least=1, most=_DAYS_MAX, required=False)
    yield RepeatWithin(repeat) if repeat else None
    yield _read_birthday(form)
    tags = _words(form, "tags", words)
    yield Tag(tags) if tags else None
    channels = (*form.values(f"{_P}.channels"), *_words(form, "channels_other", words))
    yield Channel(tuple(dict.fromkeys(channels))[:_IDS_MAX]) if channels else None
    yield _read_period(form)
    yield _read_goods(form, words, currency)
    for text in form.values(f"{_P}.kept")[:KEPT_MAX]:
        yield read_kept(form, f"{_P}.kept", text, words)


def _chosen(
    form: Form, name: str, kind: Callable[[tuple[str, ...]], Branch | Coupon | Segment | Tier]
) -> Condition | None:
    ids = tuple(code for code in form.values(f"{_P}.{name}") if 0 < len(code) <= _ID_LENGTH_MAX)
    return kind(ids[:_IDS_MAX]) if ids else None


def _read_hours(form: Form) -> Condition | None:
    if not form.value(f"{_P}.start") and not form.value(f"{_P}.end"):
        return None
    start, end = form.clock(f"{_P}.start"), form.clock(f"{_P}.end")
    if start is None or end is None:
        return None
    return TimeWindow(start.strftime("%H:%M"), end.strftime("%H:%M"))


def _read_amount(form: Form, currency: str) -> Condition | None:
    least = form.money(f"{_P}.amount_min", currency, required=False) or 0
    most = form.money(f"{_P}.amount_max", currency, required=False)
    if most is None:
        return ReceiptAmount(min_minor=least) if least else None
    included = form.value(f"{_P}.amount_max_included", "yes") == "yes"
    return ReceiptAmount(min_minor=least, max_minor=most, max_included=included)


def _read_birthday(form: Form) -> Condition | None:
    if not form.flag(f"{_P}.birthday"):
        return None
    before = form.number(f"{_P}.birthday_before", most=_BIRTHDAY_DAYS_MAX, required=False)
    after = form.number(f"{_P}.birthday_after", most=_BIRTHDAY_DAYS_MAX, required=False)
    return Birthday(before or 0, after or 0)


def _read_period(form: Form) -> Condition | None:
    first = form.day(f"{_P}.first_on", required=False)
    last = form.day(f"{_P}.last_on", required=False)
    return Period(first, last) if first or last else None


def _read_goods(form: Form, words: Translator, currency: str) -> Condition | None:
    where = made_of(form.values(f"{_P}.goods.only"))
    quantity = form.number(f"{_P}.goods_quantity", decimals=_QUANTITY_DECIMALS, least=1, required=False)
    amount = form.money(f"{_P}.goods_amount", currency, required=False)
    if where is None:
        if quantity is not None or amount is not None:
            form.fail(f"{_P}.goods.only", words.gettext("Choose the goods that must be on the receipt."))
        return None
    return HasLines(where, quantity or 1, amount or 0)


def _words(form: Form, name: str, words: Translator) -> tuple[str, ...]:
    typed = [word.strip() for word in form.value(f"{_P}.{name}").split(",")]
    found = tuple(dict.fromkeys(word for word in typed if word))
    if any(len(word) > _ID_LENGTH_MAX for word in found) or len(found) > _IDS_MAX:
        form.fail(f"{_P}.{name}", words.gettext("This is too long; write words with commas between them."))
        return ()
    return found
