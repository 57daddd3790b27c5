"""The conditions of a list of members in words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from plushka.delivery.office.reports.future.words import told_band
from plushka.delivery.office.visit import Visit
from plushka.domain.businesses.model import Branch
from plushka.domain.insights.members.conditions import ANY, MemberFilter, Then
from plushka.domain.members.consent_texts import CONSENT_WORDS
from plushka.domain.members.links import Link
from plushka.domain.members.words import SEX_WORDS, SOURCE_WORDS
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.platform.i18n import marked

DAY = timedelta(days=1)
_SEXES = {str(sex): told for sex, told in SEX_WORDS.items()} | {"": marked("not said")}

Told = tuple[tuple[str, ...], str]
"""The names of the address that ask for something, and the words for it; no words: it is not asked."""


def tiers_of(visit: Visit) -> list[tuple[str, str]]:
    """Return the tiers of the programme in force: id and name."""
    tiers = visit.version.program.tiers if visit.version else None
    return [(tier.id, tier.name) for tier in tiers.tiers] if tiers else []


def told(
    where: MemberFilter,
    visit: Visit,
    branches: Sequence[Branch],
    links: Sequence[Link],
    segments: Mapping[str, str],
) -> Iterator[Told]:
    """Tell each condition, but for the search, which stands in its own field."""
    teller = _Teller(where, visit)
    named = [segments.get(str(segment_id), "…") for segment_id in where.segment_ids]
    yield ("segment",), teller.listed(visit.words.gettext("Segment"), named)
    yield from teller.people(branches)
    yield from teller.purchases()
    yield from teller.future()
    yield from teller.points()
    yield from teller.joining(links)


@dataclass(frozen=True, slots=True)
class _Teller:
    where: MemberFilter
    visit: Visit

    def people(self, branches: Sequence[Branch]) -> Iterator[Told]:
        where, words = self.where, self.visit.words
        tiers = dict(tiers_of(self.visit))
        places = {branch.id: branch.name for branch in branches}
        yield ("tier",), self.listed(words.gettext("Tier"), [tiers[tier] for tier in where.tiers])
        yield ("tag",), self.listed(words.gettext("Tag"), where.tags)
        groups = [words.gettext(GROUP_WORDS[group]) for group in where.groups]
        yield ("group",), self.listed(words.gettext("Group"), groups)
        yield ("then",), "; ".join(self._then(then) for then in where.then)
        cells = [f"R{cell // 10} F{cell % 10}" for cell in where.cells]
        yield ("cell",), self.listed(words.gettext("Recency and frequency"), cells)
        bought_at = [places.get(branch_id, "…") for branch_id in where.branch_ids]
        yield ("branch",), self.listed(words.gettext("Bought at"), bought_at)
        agreed = [words.gettext(CONSENT_WORDS[kind]) for kind in where.consents_given]
        agreed += [
            words.gettext("not {consent}", consent=words.gettext(CONSENT_WORDS[kind]))
            for kind in where.consents_not_given
        ]
        yield ("consent",), self.listed(words.gettext("Consent"), agreed)
        if where.takes_part is not None:
            told = (
                marked("Take part in “{program}”") if where.takes_part else marked("Not in “{program}” yet")
            )
            yield ("part",), words.gettext(told, program=self.visit.program_name)
        if where.is_blocked is not None:
            yield ("blocked",), words.gettext("Blocked") if where.is_blocked else words.gettext("Not blocked")

    def _then(self, then: Then) -> str:
        words = self.visit.words
        named = {ANY: words.gettext("in the base"), "": words.gettext("not in the base")}
        named |= {group: words.gettext(told) for group, told in GROUP_WORDS.items()}
        month = f"{self.visit.figures.month(then.month.month)} {then.month.year}"
        return words.gettext(
            "At the end of the month ({month}): {group}", month=month, group=named[then.group]
        )

    def purchases(self) -> Iterator[Told]:
        where, words, figures = self.where, self.visit.words, self.visit.figures
        yield (
            ("seen_from", "seen_to"),
            self._between(words.gettext("Last purchase"), where.seen_from, where.seen_to, figures.day),
        )
        if where.unseen_since is not None:
            days = (self.visit.today - where.unseen_since).days
            yield (
                ("unseen",),
                words.ngettext(
                    "Not seen for {count} day", "Not seen for {count} days", days, count=figures.number(days)
                ),
            )
        yield (
            ("purchases_from", "purchases_to"),
            self._between(
                words.gettext("Purchases"), where.purchases_min, where.purchases_max, figures.number
            ),
        )
        yield (
            ("spend_from", "spend_to"),
            self._between(
                words.gettext("Spent on purchases"),
                where.spend_minor_min,
                where.spend_minor_max,
                figures.money,
            ),
        )

    def future(self) -> Iterator[Told]:
        where, words = self.where, self.visit.words
        bands = [told_band(band, self.visit) for band in where.bands]
        yield ("band",), self.listed(words.gettext("Chance of having left"), bands)
        yield (
            ("tenth",),
            self.listed(words.gettext("Tenth of the forecast"), [str(tenth) for tenth in where.tenths]),
        )
        if where.is_leaving is not None:
            told = marked("Have probably left") if where.is_leaving else marked("Have probably not left")
            yield ("leaving",), words.gettext(told)

    def points(self) -> Iterator[Told]:
        where, words, figures = self.where, self.visit.words, self.visit.figures
        yield (
            ("balance_from", "balance_to"),
            self._between(
                words.gettext("Balance"), where.available_min, where.available_max, figures.points_number
            ),
        )
        if where.activating_before is not None:
            day = figures.last_day(where.activating_before)
            yield ("waiting",), words.gettext("Points become spendable by {day}", day=day)
        if where.burning_before is not None:
            yield (
                ("burning",),
                words.gettext("Points burn by {day}", day=figures.last_day(where.burning_before)),
            )

    def joining(self, links: Sequence[Link]) -> Iterator[Told]:
        where, words, figures = self.where, self.visit.words, self.visit.figures
        last: datetime | None = where.enrolled_before - DAY if where.enrolled_before else None
        yield (
            ("enrolled_from", "enrolled_to"),
            self._between(words.gettext("Joined"), where.enrolled_from, last, figures.day),
        )
        if where.birthday_month is not None:
            yield (
                ("birthday",),
                self.listed(words.gettext("Birthday"), [figures.month(where.birthday_month)]),
            )
        sexes = [words.gettext(_SEXES[sex]) for sex in where.sexes]
        yield ("sex",), self.listed(words.gettext("Sex"), sexes)
        if where.is_born is not None:
            yield (
                ("born",),
                words.gettext("Birthday is known")
                if where.is_born
                else words.gettext("Birthday is not known"),
            )
        yield (
            ("born_from", "born_to"),
            self._between(words.gettext("Born"), where.born_from, where.born_to, figures.full_day),
        )
        came = [words.gettext(SOURCE_WORDS[source]) for source in where.sources]
        yield ("source",), self.listed(words.gettext("Joined how"), came)
        names = {link.id: link.name for link in links}
        by = [names.get(link_id, "…") for link_id in where.link_ids]
        yield ("link",), self.listed(words.gettext("Joined by the link"), by)

    def listed(self, title: str, values: Sequence[str]) -> str:
        words = self.visit.words
        return words.gettext("{title}: {values}", title=title, values=", ".join(values)) if values else ""

    def _between(self, title: str, least: Any, most: Any, tell: Callable[[Any], str]) -> str:
        words = self.visit.words
        if least is None:
            return (
                "" if most is None else words.gettext("{title}: up to {most}", title=title, most=tell(most))
            )
        if most is None:
            return words.gettext("{title}: from {least}", title=title, least=tell(least))
        return words.gettext("{title}: {least}–{most}", title=title, least=tell(least), most=tell(most))
