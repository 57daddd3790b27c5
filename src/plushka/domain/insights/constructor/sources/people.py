"""Dimensions of a member, the same in each source that knows one: ``m`` is the row of ``members``, if there is one."""

from collections.abc import Mapping

from plushka.domain.insights.constructor.catalogue import Dimension
from plushka.domain.insights.reports.people import AGES
from plushka.domain.members.words import SEX_WORDS, SOURCE_WORDS
from plushka.platform.i18n import marked

_BOUNDS = ", ".join(map(str, AGES))
_AGE = (
    f"case when m.birthday is not null then width_bucket(extract(year from age({{today}}::date, m.birthday))::integer,"
    f" array[{_BOUNDS}])::text end"
)
NO_CARD = marked("without a card")


def dimensions_of_member(*, needs: tuple[str, ...], zone: str = "{zone}") -> Mapping[str, Dimension]:
    """Return dimensions of a member; ``needs``: the join that brings ``m``."""
    return {
        "sex": Dimension(
            marked("Sex"), "m.sex", "words", words=SEX_WORDS, unsaid=marked("not said"), needs=needs
        ),
        "age": Dimension(
            marked("Age"), _AGE, "age", unsaid=marked("not said"), needs=needs, rises=True
        ),
        "joined_month": Dimension(
            marked("Month of joining"),
            f"to_char(date_trunc('month', m.enrolled_at at time zone {zone}), 'YYYY-MM-DD')",
            "month",
            unsaid=NO_CARD,
            needs=needs,
            rises=True,
        ),
        "joined_from": Dimension(
            marked("Where they joined"),
            "m.source",
            "words",
            words=SOURCE_WORDS,
            unsaid=NO_CARD,
            needs=needs,
        ),
        "member": Dimension(
            marked("Member"),
            "m.id::text",
            "member",
            unsaid=NO_CARD,
            needs=needs,
            action="members.read",
            file_action="members.export",
        ),
    }  # fmt: skip
