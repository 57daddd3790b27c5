"""Where members stand on their stamp cards, kept beside their stamps so that all members can be asked at once.

It decides nothing: a purchase is decided from the stamps themselves, and ``laws`` proves that both tell the same.
"""

from collections.abc import Collection, Mapping
from itertools import groupby
from uuid import UUID

from plushka.domain.rewards.stamps import decode_terms
from plushka.engine.purchase import CardState
from plushka.engine.stamps import Filled, Stamps, add_stamps, fill
from plushka.platform.database import Tx

Key = tuple[UUID, UUID, str]
"""A member, a programme and one of its cards."""


def after(state: CardState, stamps: Stamps) -> Filled | None:
    """Return the card once a purchase's ``stamps`` are on it; None: they are not the last on it, whatever their id."""
    if state.last_on is not None and stamps.day <= state.last_on:
        return None
    card = Filled(have=state.have, first_on=state.first_on, last_on=state.last_on, ends_on=state.ends_on)
    return add_stamps(card, stamps)


async def keep_states(tx: Tx, filled: Mapping[Key, Filled]) -> None:
    """Write down where members stand on these cards; their wallets are locked."""
    await tx.execute(
        """
        -- rewards.keep_states
        with told as (
            select * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::date[])
                as told (member_id, program_id, card_id, have, ends_on)
        ), emptied as (
            delete from card_states s using told t
            where s.tenant_id = $1 and s.member_id = t.member_id and s.program_id = t.program_id
              and s.card_id = t.card_id and t.have = 0
        )
        insert into card_states (tenant_id, member_id, program_id, card_id, have, ends_on)
        select $1, member_id, program_id, card_id, have, ends_on from told where have > 0
        on conflict (tenant_id, member_id, program_id, card_id) do update
        set have = excluded.have, ends_on = excluded.ends_on
        """,
        tx.tenant_id,
        [member_id for member_id, _, _ in filled],
        [program_id for _, program_id, _ in filled],
        [card for _, _, card in filled],
        [card.have for card in filled.values()],
        [card.ends_on for card in filled.values()],
    )


async def settle_states(tx: Tx, member_ids: Collection[UUID]) -> None:
    """Write down where members stand on all cards, by all that is left of their stamps; their wallets are locked."""
    ids = list(member_ids)
    rows = await tx.fetch(
        """
        -- rewards.list_stamps_of_members
        select member_id, program_id, card_id, business_date, count_left, terms from stamps
        where tenant_id = $1 and member_id = any($2::uuid[])
        order by member_id, program_id, card_id, business_date, receipt_id
        """,
        tx.tenant_id,
        ids,
    )
    filled: dict[Key, Filled] = {
        key: fill(
            Stamps(row["business_date"], row["count_left"], decode_terms(row["terms"])) for row in of_card
        )
        for key, of_card in groupby(
            rows, key=lambda row: (row["member_id"], row["program_id"], row["card_id"])
        )
    }
    await tx.execute(
        """
        -- rewards.forget_states
        delete from card_states where tenant_id = $1 and member_id = any($2::uuid[])
        """,
        tx.tenant_id,
        ids,
    )
    await keep_states(tx, filled)
