"""Passkeys (WebAuthn): a key of the device or of its keychain signs in place of password and second step.

The authenticator must have verified its person (a finger, a face, a PIN), so that it is two factors in one.
A question's token is the challenge that is signed: it comes back inside the answer.
"""

import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit.operations import record
from plushka.domain.businesses.names import check_name
from plushka.domain.staff.challenges import Challenge, close_challenge, put_challenge, take_try
from plushka.domain.staff.model import (
    PASSKEYS_MAX,
    Account,
    PasskeyKnown,
    PasskeyRefused,
    TooManyPasskeys,
    UnknownPasskey,
)
from plushka.platform.database import GlobalTx, Tx
from plushka.platform.ids import new_id

ISSUER = "Plushka"


class Site(Struct, frozen=True):
    """The site that a passkey is bound to: ``host`` without a port, and how browsers write its origin."""

    host: str
    origins: tuple[str, ...]


class Passkey(Struct, frozen=True):
    """A passkey in a list; ``name`` is what its owner calls it."""

    id: UUID
    name: str
    created_at: datetime
    used_at: datetime | None


async def list_passkeys(tx: GlobalTx, account_id: UUID) -> tuple[Passkey, ...]:
    """Return the passkeys of an account, the earliest first."""
    rows = await tx.fetch(
        """
        -- passkeys.list_passkeys
        select id, name, created_at, used_at from passkeys where account_id = $1 order by id limit $2
        """,
        account_id,
        PASSKEYS_MAX,
    )
    return tuple(Passkey(**row) for row in rows)


async def ask_registration(tx: GlobalTx, account: Account, site: Site) -> str:
    """Return, as JSON for the browser, what a new passkey is to be made of.

    :raises TooManyPasskeys: when the account has as many as it may
    """
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    known = await tx.fetch(
        """
        -- passkeys.ask_registration
        select credential_id from passkeys where account_id = $1
        """,
        account.id,
    )
    if len(known) >= PASSKEYS_MAX:
        raise TooManyPasskeys(passkeys_max=PASSKEYS_MAX)
    challenge = await put_challenge(tx, "passkey_registration", account_id=account.id)
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=ISSUER,
        user_id=account.id.bytes,
        user_name=account.email,
        user_display_name=account.name,
        challenge=challenge.token.encode(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=row["credential_id"]) for row in known],
    )
    return options_to_json(options)


async def register(tx: Tx, account: Account, site: Site, *, name: str, answer: str) -> Passkey:
    """Keep the passkey that the browser has made.

    :raises ChallengeOver: when the question has run out
    :raises PasskeyRefused: when the answer is not of this site, question or person
    :raises PasskeyKnown: when it is kept already
    :raises Invalid: when the name is missing or too long
    """
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    check_name(name)
    challenge = await take_try(tx, _challenge_in(answer), "passkey_registration")
    if challenge.account_id != account.id:
        raise PasskeyRefused
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge.token.encode(),
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError) as error:
        raise PasskeyRefused from error
    await close_challenge(tx, challenge)
    passkey = Passkey(id=new_id(), name=name.strip(), created_at=tx.at, used_at=None)
    inserted = await tx.fetchval(
        """
        -- passkeys.register
        insert into passkeys (credential_id, id, account_id, public_key, sign_count, name, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict do nothing
        returning true
        """,
        made.credential_id,
        passkey.id,
        account.id,
        made.credential_public_key,
        made.sign_count,
        passkey.name,
        tx.at,
    )
    if not inserted:
        raise PasskeyKnown
    await record(tx, action="passkey.add", subject=f"account:{account.id}", name=passkey.name)
    return passkey


async def remove_passkey(tx: Tx, account_id: UUID, passkey_id: UUID) -> None:
    """Forget a passkey: it opens nothing any more.

    :raises UnknownPasskey: when the account has none of this id
    """
    name = await tx.fetchval(
        """
        -- passkeys.remove_passkey
        delete from passkeys where account_id = $1 and id = $2 returning name
        """,
        account_id,
        passkey_id,
    )
    if name is None:
        raise UnknownPasskey
    await record(tx, action="passkey.remove", subject=f"account:{account_id}", name=name)


async def ask_sign_in(tx: GlobalTx, site: Site) -> str:
    """Return, as JSON for the browser, what a passkey is to sign; whose it is, its answer tells."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    challenge = await put_challenge(tx, "passkey_sign_in", account_id=None)
    return options_to_json(
        generate_authentication_options(
            rp_id=site.host,
            challenge=challenge.token.encode(),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


async def take_signature(tx: GlobalTx, site: Site, *, answer: str) -> UUID:
    """Return whose passkey has signed the question, which is used up.

    :raises ChallengeOver: when the question has run out
    :raises PasskeyRefused: when no passkey known here has signed it, for this site
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    challenge: Challenge = await take_try(tx, _challenge_in(answer), "passkey_sign_in")
    try:
        credential_id = base64url_to_bytes(str(json.loads(answer)["id"]))
        row = await tx.fetchrow(
            """
            -- passkeys.take_signature
            select account_id, public_key, sign_count from passkeys where credential_id = $1 for update
            """,
            credential_id,
        )
        if row is None:
            raise PasskeyRefused
        signed = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge.token.encode(),
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            credential_public_key=row["public_key"],
            credential_current_sign_count=row["sign_count"],
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError) as error:
        raise PasskeyRefused from error
    await close_challenge(tx, challenge)
    await tx.execute(
        """
        -- passkeys.take_signature
        update passkeys set sign_count = $2, used_at = $3 where credential_id = $1
        """,
        credential_id,
        signed.new_sign_count,
        tx.at,
    )
    account_id: UUID = row["account_id"]
    return account_id


def _challenge_in(answer: str) -> str:
    """Return the token of the question that an answer says it is to; what is no answer says none."""
    from webauthn.helpers import base64url_to_bytes

    try:
        client_data = json.loads(base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"]))
        return base64url_to_bytes(client_data["challenge"]).decode()
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise PasskeyRefused from error


def site_of(host_header: str, *, schemes: Sequence[str] = ("https", "http")) -> Site:
    """Return the site that a request's ``Host`` names.

    A browser signs for the host it is really at, so that a forged header gains nothing. Both schemes are
    taken because a proxy may speak TLS for us; over plain HTTP browsers offer passkeys on localhost alone.
    """
    host = host_header.rpartition(":")[0] if host_header.rpartition(":")[2].isdigit() else host_header
    return Site(host=host, origins=tuple(f"{scheme}://{host_header}" for scheme in schemes))
