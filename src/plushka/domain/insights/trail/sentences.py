"""What was done, as a sentence without its doer; each action of the trail has one."""

from collections.abc import Callable, Mapping
from datetime import date
from string import Formatter

from plushka.domain.audit.model import Entry
from plushka.domain.members.channels import MESSENGER_NAMES
from plushka.domain.members.consent_texts import CONSENT_WORDS
from plushka.domain.messages.gateways.model import PROVIDER_NAMES
from plushka.domain.messages.model import CHANNEL_NAMES, PURPOSE_NAMES
from plushka.domain.staff.devices import told_device
from plushka.domain.staff.words import ACTION_WORDS, ROLE_WORDS, SCOPE_WORDS
from plushka.platform.errors import Fact
from plushka.platform.i18n import (
    Translator,
    format_date,
    format_number,
    format_percent,
    format_points,
    marked,
)

GROUPS = {
    "account": marked("Accounts"),
    "advice": marked("What to do next"),
    "auto_tag": marked("Automatic tags"),
    "bot": marked("Bots"),
    "branch": marked("Branches"),
    "certificate": marked("Gift certificates"),
    "certificate_type": marked("Kinds of certificates"),
    "branding": marked("Branding"),
    "business": marked("Settings of the business"),
    "campaign": marked("Broadcasts"),
    "catalog": marked("Catalog"),
    "channel": marked("Members in messengers"),
    "chat": marked("Messages of members"),
    "consent": marked("Consents of members"),
    "consent_text": marked("Texts of consents"),
    "coupon": marked("Coupons"),
    "event": marked("Events of members"),
    "event_kind": marked("Kinds of events"),
    "offer": marked("Offers of partners"),
    "partnership": marked("Partners"),
    "gateway": marked("Channels of sending"),
    "groups": marked("Groups of members"),
    "identity": marked("Phones and cards of members"),
    "invitation": marked("Invitations"),
    "journey": marked("Journeys"),
    "key": marked("Keys of tills"),
    "letter_rules": marked("Rules of letters"),
    "limit": marked("Limits"),
    "link": marked("Registration links"),
    "lot": marked("Prolonged points"),
    "lots": marked("Prolonged points, many"),
    "member": marked("Members"),
    "members": marked("Members, many"),
    "note": marked("Notes about members"),
    "passkey": marked("Passkeys"),
    "password": marked("Passwords"),
    "points": marked("Points by hand"),
    "product": marked("Products"),
    "push": marked("Devices that show notifications"),
    "program": marked("Programme"),
    "reward": marked("Gifts of members"),
    "reward_offer": marked("Catalogue of rewards"),
    "role": marked("Roles"),
    "sandbox": marked("Sandbox"),
    "second_factor": marked("Codes at sign-in"),
    "segment": marked("Segments of members"),
    "session": marked("Signing in and out"),
    "shift": marked("Shifts"),
    "spending": marked("Spending of points"),
    "staff": marked("Staff"),
    "task": marked("Work"),
    "tier": marked("Tiers"),
    "template": marked("Templates of letters"),
    "till": marked("Tills"),
}
"""What stands before the dot of an action, for the filter."""

SENTENCES: dict[str, tuple[str, ...]] = {
    "account.change": (marked("Changed the own account"),),
    "advice.put_away": (marked("Put a piece of advice away for {days} days"),),
    "advice.take_back": (marked("Took a piece of advice back"),),
    "auto_tag.change": (marked("Changed the rule of the automatic tag “{tag}”"),),
    "auto_tag.end": (marked("Ended the automatic tag “{tag}”"),),
    "auto_tag.make": (marked("Made the automatic tag “{tag}”"),),
    "bot.confirming": (marked("Chose the branches where members agree to spending by a button"),),
    "bot.connect": (marked("Connected the bot @{username} in {messenger}"),),
    "bot.disconnect": (marked("Disconnected the bot @{username} in {messenger}"),),
    "branch.change": (marked("Changed the branch “{name}”"),),
    "branch.close": (marked("Closed the branch “{name}”"),),
    "branch.open": (marked("Opened the branch “{name}”"),),
    "branch.reopen": (marked("Reopened the branch “{name}”"),),
    "branding.change": (marked("Changed how the card looks"),),
    "branding.remove_logo": (marked("Removed the logo"),),
    "branding.set_logo": (marked("Put up a logo"),),
    "business.change": (marked("Changed the settings of the business"),),
    "business.found": (marked("Founded the business “{name}”"),),
    "catalog.upsert_categories": (marked("Entered categories: {categories}"),),
    "catalog.upsert_products": (marked("Entered products: {products}"),),
    "channel.bind": (marked("Can be written to in {messenger}"),),
    "chat.answer": (marked("Answered a message of the member"),),
    "campaign.cancel": (marked("Called the broadcast “{name}” off: {members} were not told any more"),),
    "campaign.change": (marked("Changed the broadcast “{name}”"),),
    "campaign.create": (marked("Wrote the broadcast “{name}”"),),
    "campaign.delete": (marked("Deleted the draft of the broadcast “{name}”"),),
    "campaign.pause": (marked("Paused the broadcast “{name}”"),),
    "campaign.resume": (marked("Let the broadcast “{name}” go on"),),
    "campaign.schedule": (marked("Scheduled the broadcast “{name}”"),),
    "campaign.start": (marked("Started the broadcast “{name}”"),),
    "campaign.try": (marked("Sent the broadcast “{name}” to one member to try it"),),
    "campaign.unschedule": (marked("Made the broadcast “{name}” a draft again"),),
    "consent.give": (marked("Noted a consent: {consent}"),),
    "consent.withdraw": (marked("Noted that a consent is taken back: {consent}"),),
    "consent_text.write": (marked("Wrote the text of a consent: {consent}, version {version}"),),
    "gateway.connect": (marked("Connected the channel {provider}, from {sender}"),),
    "gateway.try": (marked("Tried the channel {provider} out with one message"),),
    "mailbox.connect": (marked("Letters come back to {address}, which is read"),),
    "mailbox.disconnect": (marked("What comes back to {address} is not read any more"),),
    "gateway.disconnect": (marked("Disconnected the channel {provider}, from {sender}"),),
    "groups.block_categories": (marked("Changed of which categories nothing is suggested: {categories}"),),
    "groups.change_bounds": (marked("Changed the bounds of the groups of members"),),
    "journey.create": (marked("Began the journey “{name}”"),),
    "journey.delete": (marked("Deleted the draft of the journey “{name}”"),),
    "journey.pause": (marked("Paused the journey “{name}”"),),
    "journey.publish": (marked("Published the journey “{name}”, version {version}"),),
    "journey.resume": (marked("Let the journey “{name}” go on"),),
    "journey.save": (marked("Saved the draft of the journey “{name}”"),),
    "journey.stop": (marked("Stopped the journey “{name}”; on the way were {members}"),),
    "journey.take_out": (marked("Took the member out of the journey “{name}”"),),
    "letter_rules.change": (marked("Changed the rules of letters"),),
    "identity.add": (marked("Added {kind} {value}"),),
    "identity.correct": (marked("Corrected {kind}"),),
    "identity.remove": (marked("Removed {kind} {value}"),),
    "invitation.accept": (marked("Accepted an invitation: {name}, {email}"),),
    "invitation.create": (marked("Invited {name} as {role}"),),
    "invitation.revoke": (marked("Took back the invitation of {name}"),),
    "key.issue": (marked("Issued the key …{hint} to the till “{till}”: {scopes}"),),
    "key.revoke": (marked("Revoked the key …{hint} of the till “{till}”"),),
    "limit.set": (marked("Changed how many points a role may move by hand"),),
    "coupon.change": (marked("Changed the terms of the coupon “{name}”"),),
    "coupon.create": (marked("Made the coupon “{name}”"),),
    "coupon.resume": (marked("Let the coupon “{name}” go on"),),
    "coupon.stop": (marked("Stopped the coupon “{name}”"),),
    "offer.give": (marked("Gave the coupon “{name}” to the partner “{partner}”"),),
    "offer.hide": (marked("Shows the partner's offer “{name}” no more"),),
    "offer.hide_sums": (marked("Shows the partner no money of the offer “{name}”"),),
    "offer.print": (marked("Printed codes of the partner's offer “{name}”: {count}"),),
    "offer.show": (marked("Shows the partner's offer “{name}” again"),),
    "offer.show_sums": (marked("Shows the partner the money of the offer “{name}”"),),
    "partnership.accept": (marked("Became a partner of “{name}”"),),
    "partnership.end": (marked("Ended the partnership with “{name}”"),),
    "partnership.invite": (marked("Invited a partner"),),
    "partnership.withdraw": (marked("Took the invitation of a partner back"),),
    "link.close": (marked("Closed a registration link"),),
    "link.create": (marked("Made the registration link “{name}”"),),
    "link.open": (marked("Reopened a registration link"),),
    "lot.extend": (marked("Prolonged points: “{reason}”"),),
    "lots.extend": (marked("Prolonged {points}: “{reason}”"),),
    "member.add_date": (marked("Added a day to remember"),),
    "member.block": (marked("Blocked: “{reason}”"),),
    "member.erase": (marked("Destroyed all personal data of the member, at their own request"),),
    "member.confirm": (marked("Confirmed that the phone is theirs"),),
    "member.edit": (marked("Changed the card: “{reason}”"), marked("Changed the card")),
    "member.enroll": (marked("Enrolled the member"),),
    "event.cancel": (marked("Cancelled the event “{kind}” of a member: “{reason}”"),),
    "event.note": (marked("Noted the event “{kind}” of a member"),),
    "event_kind.change": (marked("Changed the kind of events “{name}”"),),
    "event_kind.declare": (marked("Declared the kind of events “{name}”"),),
    "event_kind.resume": (marked("Took events of the kind “{name}” again"),),
    "event_kind.retire": (marked("Took no more events of the kind “{name}”"),),
    "member.invited": (marked("Noted who brought the member"),),
    "points.take_back": (marked("Took back {points} of what was given to many members at once: “{reason}”"),),
    "member.merge": (marked("Merged two cards: “{reason}”"), marked("Merged two cards")),
    "member.merge_undone": (marked("Parted merged cards again"),),
    "member.remove_date": (marked("Removed a day to remember"),),
    "member.tag": (marked("Tagged “{tag}”"),),
    "member.unblock": (marked("Unblocked"),),
    "member.untag": (marked("Took the tag “{tag}” off"),),
    "members.export": (marked("Exported members: {members}"),),
    "members.import": (marked("Imported members: {created} new, {updated} updated, {skipped} skipped"),),
    "members.tag": (marked("Tagged “{tag}” members: {members}"),),
    "members.untag": (marked("Took the tag “{tag}” off members: {members}"),),
    "note.restore": (marked("Took the striking out of a note back"),),
    "note.strike": (marked("Struck a note out"),),
    "note.write": (marked("Wrote a note"),),
    "passkey.add": (marked("Added the passkey “{name}”"),),
    "passkey.remove": (marked("Removed the passkey “{name}”"),),
    "password.change": (marked("Changed the own password"),),
    "password.reset_link": (marked("Made a link for a new password for {name}"),),
    "points.adjustment": (marked("Changed points by hand: {points}, “{reason}”"),),
    "points.approved": (marked("Allowed to change points: {points}, “{reason}”"),),
    "points.ask": (marked("Asked to change points above the limit: {points}, “{reason}”"),),
    "points.bulk": (marked("Changed points of many: {points} each for {members}, “{reason}”"),),
    "points.debt_write_off": (marked("Wrote off a debt: {points}, “{reason}”"),),
    "points.declined": (marked("Declined to change points: {points}, “{reason}”"),),
    "points.withdrawn": (marked("Withdrew the wish to change points: {points}, “{reason}”"),),
    "product.add": (marked("Added the product “{name}”"),),
    "product.archive": (marked("Put the product “{name}” away"),),
    "product.change": (marked("Changed the product “{name}”"),),
    "product.restore": (marked("Took the product “{name}” back on sale"),),
    "program.create": (marked("Began the programme “{name}”"),),
    "program.discard_draft": (marked("Threw the draft of the programme away"),),
    "program.publish": (marked("Published version {number} of the programme"),),
    "program.remove_picture": (marked("Removed the picture of the programme"),),
    "program.rename": (marked("Renamed the programme to “{name}”"),),
    "program.roll_back": (marked("Rolled the programme back to version {rules_of}"),),
    "program.save_draft": (marked("Saved a draft of the programme"),),
    "program.set_picture": (marked("Gave the programme a picture"),),
    "program.serve": (marked("Let the programme “{name}” serve the branch “{branch}”"),),
    "push.subscribe": (marked("Lets a device show notifications: {device}"),),
    "push.unsubscribe": (marked("Lets a device show no notifications any more: {device}"),),
    "reward.cancel": (marked("Cancelled the gift “{name}”: “{reason}”"),),
    "reward_offer.archive": (marked("Took the reward “{name}” out of the catalogue"),),
    "reward_offer.change": (marked("Changed the reward “{name}”"),),
    "reward_offer.create": (marked("Put the reward “{name}” into the catalogue"),),
    "reward_offer.move": (marked("Moved the reward “{name}” in the catalogue"),),
    "reward_offer.pause": (marked("Paused the reward “{name}”"),),
    "reward_offer.picture": (marked("Changed the picture of the reward “{name}”"),),
    "reward_offer.restore": (marked("Put the reward “{name}” back into the catalogue"),),
    "reward_offer.resume": (marked("Let the reward “{name}” go on"),),
    "reward_offer.supply": (
        marked("Changed the stock of the reward “{name}” by {change}, {left} are left: “{reason}”"),
    ),
    "role.change": (marked("Changed the role “{name}”"),),
    "role.create": (marked("Made the role “{name}”: {actions}"),),
    "role.delete": (marked("Deleted the role “{name}”"),),
    "sandbox.close": (marked("Closed the sandbox"),),
    "sandbox.open": (marked("Opened a sandbox"),),
    "second_factor.demand": (marked("Changed of which roles a second factor is demanded"),),
    "certificate.block": (marked("Blocked the certificate {number}: “{reason}”"),),
    "certificate.change_pin": (marked("Gave the certificate {number} another PIN"),),
    "certificate.extend": (marked("Prolonged the certificate {number}: “{reason}”"),),
    "certificate.issue": (marked("Made certificates “{name}”: {count}"),),
    "certificate.print": (marked("Opened the sheet of the certificate {number} with its PIN"),),
    "certificate.sell": (marked("Sold the certificate {number} by hand"),),
    "certificate.transfer": (marked("Gave the certificate {number} to another member: “{reason}”"),),
    "certificate.unblock": (marked("Unblocked the certificate {number}: “{reason}”"),),
    "certificate_type.create": (marked("Made the kind of certificates “{name}”"),),
    "certificate_type.retire": (marked("Put the kind of certificates “{name}” out of use"),),
    "second_factor.off": (marked("Switched codes at sign-in off"),),
    "second_factor.on": (marked("Switched codes at sign-in on"),),
    "second_factor.renew_codes": (marked("Made new recovery codes"),),
    "segment.add": (marked("Put members into the list “{name}”: {count}"),),
    "segment.archive": (marked("Archived the segment “{name}”"),),
    "segment.change": (marked("Changed the segment “{name}”"),),
    "segment.create": (marked("Made the segment “{name}”"),),
    "segment.remove": (marked("Took members out of the list “{name}”: {count}"),),
    "segment.restore": (marked("Took the segment “{name}” out of the archive"),),
    "session.begin": (marked("Signed in: {device}"),),
    "session.begin_two_factor": (marked("Signed in with a second factor: {device}"),),
    "session.end": (marked("Ended an own session: {device}"),),
    "session.end_others": (marked("Ended all other own sessions: {sessions}"),),
    "shift.close": (marked("Closed the shift of {name}"),),
    "shift.open": (marked("{name} took the till over"),),
    "spending.allow": (marked("Let points be spent again"),),
    "spending.stop": (marked("Stopped the spending of points: the member says it was not them"),),
    "session.fail": (marked("Wrong password for {name}: {device}"),),
    "session.fail_code": (marked("Right password and wrong code for {name}: {device}"),),
    "session.leave": (marked("Signed out"),),
    "staff.change": (marked("Changed as what {name} works"),),
    "staff.dismiss": (marked("Dismissed {name}"),),
    "staff.hire": (marked("{name} works here as {role}"),),
    "staff.rehire": (marked("Took {name} back as {role}"),),
    "staff.choose_pin": (marked("{name} chose a PIN of their own"),),
    "staff.remove_pin": (marked("Took the PIN of {name} away"),),
    "staff.set_pin": (marked("Set a PIN for {name}"),),
    "task.cancel": (marked("Stopped a piece of work"),),
    "task.leave": (marked("Started a piece of work"),),
    "tier.free": (marked("Left the tier to the rules"),),
    "tier.set": (
        marked("Set the tier “{tier}” by hand: “{reason}”"),
        marked("Took the tier away: “{reason}”"),
    ),
    "template.archive": (marked("Put the template “{name}” away"),),
    "template.change": (marked("Changed the template “{name}”"),),
    "template.create": (marked("Wrote the template “{name}”"),),
    "template.picture": (marked("Changed the picture of the template “{name}”"),),
    "template.restore": (marked("Took the template “{name}” out again"),),
    "template.test": (marked("Sent a test of the template “{name}”"),),
    "till.certificates_locked": (
        marked("Tried {tries} wrong certificates within a minute; the till was locked"),
    ),
    "till.change": (marked("Changed the till “{name}”"),),
    "till.codes_locked": (marked("Tried {tries} wrong codes within a minute; the till was locked"),),
    "till.retire": (marked("Put the till “{name}” out of use"),),
    "till.set_up": (marked("Set up the till “{name}”"),),
}

CHANGES = {
    "text_en": marked("text in English"),
    "text_ru": marked("text in Russian"),
    "actions": marked("rights"),
    "address": marked("address"),
    "barcode": marked("barcode"),
    "birthday": marked("birthday"),
    "branch": marked("branch"),
    "branches": marked("branches"),
    "card": marked("card"),
    "card_style": marked("style of the card"),
    "category": marked("category"),
    "channel_costs": marked("costs of the channels"),
    "channels": marked("order of the channels"),
    "channels_without_offers": marked("channels without offers"),
    "code": marked("code"),
    "color": marked("colour"),
    "conditions": marked("conditions"),
    "day_starts": marked("beginning of the day"),
    "email": marked("e-mail"),
    "external": marked("external id"),
    "fields": marked("fields"),
    "first_on": marked("first day"),
    "group_bounds": marked("bounds of the groups"),
    "hours": marked("opening hours"),
    "language": marked("language"),
    "last_on": marked("last day"),
    "letters_max": marked("letters that a member gets at most"),
    "motto": marked("motto"),
    "move_on_minutes": marked("minutes until the next channel"),
    "name": marked("name"),
    "personal_discount_bp": marked("personal discount"),
    "phone": marked("phone"),
    "point_words_en": marked("name of a point in English"),
    "point_words_ru": marked("name of a point in Russian"),
    "points_max": marked("most points in a day"),
    "price": marked("price"),
    "program": marked("programme"),
    "purpose": marked("purpose"),
    "quiet_hours": marked("quiet hours"),
    "role": marked("role"),
    "roles": marked("roles"),
    "sex": marked("sex"),
    "source": marked("where it is given out"),
    "spending": marked("spending of points"),
    "time_zone": marked("time zone"),
    "title": marked("title"),
    "uses_max": marked("uses by all"),
    "uses_max_a_day": marked("uses by all a day"),
    "uses_max_a_month": marked("uses by all a month"),
    "uses_per_code": marked("uses of a code"),
    "uses_per_member": marked("uses by a member"),
    "uses_per_member_a_day": marked("uses by a member a day"),
    "uses_per_member_a_month": marked("uses by a member a month"),
}
"""What can have been changed, by its name in the trail."""

_LISTS: dict[str, Mapping[str, str]] = {
    "actions": ACTION_WORDS,
    "channels": {str(channel): name for channel, name in CHANNEL_NAMES.items()},
    "scopes": {str(scope): text for scope, text in SCOPE_WORDS.items()},
}
_ROLES = {code: name for code, (name, _) in ROLE_WORDS.items()}
_CONSENTS = {str(kind): text for kind, text in CONSENT_WORDS.items()}
_MESSENGERS = {str(messenger): name for messenger, name in MESSENGER_NAMES.items()}
_PROVIDERS = {str(provider): name for provider, name in PROVIDER_NAMES.items()}
_PURPOSES = {str(purpose): name for purpose, name in PURPOSE_NAMES.items()}
_SPENDING = {"free": marked("at the cashier's word"), "code": marked("with the member's code")}
"""On whose word points are spent at tills."""
_SEXES = {"female": marked("female"), "male": marked("male")}
_CARD_STYLES = {"plain": marked("one colour"), "waves": marked("with waves"), "bun": marked("with a swirl")}
_KINDS = {name: CHANGES[name] for name in ("phone", "card", "email", "external")}


def sentence(entry: Entry, words: Translator, *, scale: int) -> str:
    """Return what was done; ``scale`` is that of the programme's points.

    An entry without a fact of its sentence gets the variant that does without it.
    """
    told = {
        name: _told(name, value, words, scale) for name, value in entry.details.items() if value is not None
    }
    variants = SENTENCES[entry.action]
    message = next((variant for variant in variants if _fields(variant) <= told.keys()), variants[-1])
    missing = dict.fromkeys(_fields(message) - told.keys(), "…")
    return words.gettext(message, **told, **missing)


def changes(entry: Entry, words: Translator, *, scale: int) -> list[tuple[str, str, str]]:
    """Return what was changed, what it was before and what it is after."""
    return [
        (
            words.gettext(CHANGES[name]) if name in CHANGES else name,
            _told(name, before, words, scale) if before is not None else "",
            _told(name, after, words, scale) if after is not None else "",
        )
        for name, (before, after) in entry.changes.items()
    ]


def _told(name: str, value: Fact, words: Translator, scale: int) -> str:
    text = str(value)
    tell: dict[str, Callable[[], str]] = {
        "points": lambda: format_points(int(text), scale, words.language, signed=True),
        "role": lambda: words.gettext(_ROLES[text]) if text in _ROLES else text,
        "roles": lambda: ", ".join(_told("role", role, words, scale) for role in text.split(", ")),
        "device": lambda: told_device(text) or words.gettext("unknown device"),
        "kind": lambda: words.gettext(_KINDS[text]) if text in _KINDS else text,
        "sex": lambda: words.gettext(_SEXES.get(text, text)),
        "card_style": lambda: words.gettext(_CARD_STYLES.get(text, text)),
        "personal_discount_bp": lambda: format_percent(int(text), words.language),
        "points_max": lambda: format_points(int(text), 0, words.language),
        **dict.fromkeys(
            ("birthday", "first_on", "last_on"),
            lambda: format_date(date.fromisoformat(text), words.language),
        ),
        "provider": lambda: words.gettext(_PROVIDERS.get(text, text)),
        "messenger": lambda: words.gettext(_MESSENGERS.get(text, text)),
        "consent": lambda: words.gettext(_CONSENTS.get(text, text)),
        "purpose": lambda: words.gettext(_PURPOSES.get(text, text)),
        "spending": lambda: words.gettext(_SPENDING.get(text, text)),
        "actions": lambda: _listed(name, text, words),
        "scopes": lambda: _listed(name, text, words),
        "channels": lambda: _listed(name, text, words),
        "channels_without_offers": lambda: _listed("channels", text, words),
    }
    if name in tell:
        return tell[name]()
    return format_number(value, words.language) if isinstance(value, int) else text


def _listed(name: str, text: str, words: Translator) -> str:
    known = _LISTS[name]
    return ", ".join(words.gettext(known[code]) if code in known else code for code in text.split())


def _fields(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name}
