"""Line conditions compiled: each is a bit of a mask that is worked out once for a kind of line."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from plushka.engine.conditions import All, Any, Brand, Category, Condition, Not, Product
from plushka.engine.purchase import Line, Look

LINE_MEMO_MAX = 10_000

_product, _look = attrgetter("product"), attrgetter("look")

LineTest = Callable[[Line], bool]
LineKey = Look | tuple[Look, str]


class Numbering:
    """Line conditions, numbered: bit *n* of a line's mask tells whether condition *n* holds.

    A line that takes part in nothing (excluded, or no goods) has the mask 0. Masks are remembered by
    look, so that conditions are weighed once, not once a receipt; only products that a condition names
    have masks of their own. (With a key by product, 68,000 products of a grocery overflowed the memo and
    cost 28 µs a receipt.)
    """

    def __init__(self, excluded: Condition | None, kinds: frozenset[str]) -> None:
        self.excluded = excluded
        self.kinds = kinds
        self._is_excluded = line_test(excluded) if excluded is not None else None
        # Bit 0 is every line's that takes part, so that no such line has the mask 0.
        self._tests: list[LineTest | None] = [None]
        self._named = set(_products_of(excluded))
        self._bits: dict[Condition | None, list[int]] = {}
        self._memo: dict[LineKey, int] = {}

    def bit_of(self, condition: Condition | None, use: int) -> int:
        """Return the bit of a version's use number ``use`` of a condition, counted from 0."""
        bits = self._bits.setdefault(condition, [])
        if use == len(bits):
            bits.append(1 << len(self._tests))
            self._tests.append(line_test(condition) if condition is not None else None)
            self._named.update(_products_of(condition))
            self._memo.clear()
        return bits[use]

    def of(self, lines: Sequence[Line]) -> list[int]:
        """Return the mask of each line."""
        return self.of_columns(list(map(_product, lines)), list(map(_look, lines)))

    def of_columns(self, products: Sequence[str], looks: Sequence[Look]) -> list[int]:
        """Return the mask of each line of ``products`` that look so."""
        memo, named = self._memo, self._named
        keys: Sequence[LineKey] = looks
        # The usual programme names no product: then no call is made for a line.
        if named:
            keys = [
                (look, product) if product in named else look
                for look, product in zip(looks, products, strict=True)
            ]
        try:
            return list(map(memo.__getitem__, keys))
        except KeyError:
            return list(map(self._remember, keys, products, looks))

    def _remember(self, key: LineKey, product: str, look: Look) -> int:
        mask = self._memo.get(key)
        if mask is None:
            mask = self._weigh(Line(product, 0, 0, look))
            if len(self._memo) >= LINE_MEMO_MAX:
                self._memo.clear()
            self._memo[key] = mask
        return mask

    def _weigh(self, line: Line) -> int:
        if line.look.kind not in self.kinds or (self._is_excluded is not None and self._is_excluded(line)):
            return 0
        return sum(1 << bit for bit, test in enumerate(self._tests) if test is None or test(line))


class LineMasks:
    """The bits by which a version knows its line conditions.

    Versions that leave out the same goods can be numbered together: they see a line by one mask, in which each has bits
    of its own only for conditions that the other has not, or has not so often.
    """

    numbering: Numbering

    def __init__(
        self,
        excluded: Condition | None,
        *,
        delivery_takes_part: bool,
        beside: "LineMasks | None" = None,
    ) -> None:
        kinds = frozenset({"goods", "delivery"} if delivery_takes_part else {"goods"})
        shared = beside.numbering if beside is not None else None
        if shared is None or (shared.excluded, shared.kinds) != (excluded, kinds):
            shared = Numbering(excluded, kinds)
        self.numbering = shared
        self._uses: Counter[Condition | None] = Counter()
        self._looked_for: dict[Condition, int] = {}

    def bit_of(self, condition: Condition | None) -> int:
        """Return a bit for one more use of ``condition``; every line that takes part satisfies None."""
        bit = self.numbering.bit_of(condition, self._uses[condition])
        self._uses[condition] += 1
        return bit

    def bit_for(self, condition: Condition) -> int:
        """Return the bit of lines that a receipt's condition looks for: for equal ones the same."""
        bit = self._looked_for.get(condition)
        if bit is None:
            bit = self._looked_for[condition] = self.bit_of(condition)
        return bit


def line_test(condition: Condition) -> LineTest:
    """Compile a condition on a line.

    :raises ValueError: a condition that does not speak of lines; ``check.problems`` finds it first.
    """
    match condition:
        case All(of=parts):
            tests = [line_test(part) for part in parts]
            return lambda line: all(test(line) for test in tests)
        case Any(of=parts):
            tests = [line_test(part) for part in parts]
            return lambda line: any(test(line) for test in tests)
        case Not(of=part):
            negated = line_test(part)
            return lambda line: not negated(line)
        case Product(ids=ids):
            products = frozenset(ids)
            return lambda line: line.product in products
        case Category(ids=ids):
            categories = frozenset(ids)
            return lambda line: not categories.isdisjoint(line.look.categories)
        case Brand(ids=ids):
            brands = frozenset(ids)
            return lambda line: line.look.brand in brands
        case _:
            raise ValueError(condition)


def _products_of(condition: Condition | None) -> Iterator[str]:
    match condition:
        case All(of=parts) | Any(of=parts):
            for part in parts:
                yield from _products_of(part)
        case Not(of=part):
            yield from _products_of(part)
        case Product(ids=ids):
            yield from ids
        case _:
            pass
