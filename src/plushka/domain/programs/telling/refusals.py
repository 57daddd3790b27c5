"""Refusals in words: what happened, what is safe, what to do."""

from collections.abc import Mapping
from datetime import date
from string import Formatter

from plushka.platform.errors import Fact
from plushka.platform.i18n import (
    Language,
    format_date,
    format_points,
    format_points_bound,
    marked,
    translator,
)

_SENTENCES: dict[str, tuple[str, ...]] = {
    # The four kinds, for a refusal that no sentence of its own explains.
    "not_found": (marked("Nothing like this was found. Check what you entered."),),
    "conflict": (marked("This is not possible in the present state. Nothing was changed."),),
    "invalid": (marked("Something is wrong with what was entered. Nothing was changed."),),
    "denied": (marked("You have no right to do this. The owner of the business can give it."),),
    # Businesses, people and tills.
    "business_not_found": (marked("No such business."),),
    "name_missing": (marked("Give it a name."),),
    "name_too_long": (
        marked("The name is too long: it takes at most {length_max} characters."),
        marked("The name is too long."),
    ),
    "founded_already": (marked("The business is founded already: sign in."),),
    "currency_unknown": (marked("There is no currency “{currency}”."), marked("There is no such currency.")),
    "country_unknown": (marked("There is no country “{country}”."), marked("There is no such country.")),
    "time_zone_unknown": (
        marked("There is no time zone “{time_zone}”."),
        marked("There is no such time zone."),
    ),
    "auto_tag_not_found": (marked("No such automatic tag: it may have been ended."),),
    "auto_tag_exists": (
        marked("Another rule puts the tag “{tag}” on. Change that one, or choose another tag."),
    ),
    "auto_tags_too_many": (marked("There can be {rules_max} automatic tags. End one that is not needed."),),
    "auto_tag_rule_wrong": (
        marked("The rule asks for nothing, or for something that there is not any more."),
    ),
    "bounds_not_rising": (marked("Each bound must be more than the one before it."),),
    "bound_out_of_range": (
        marked("The bound must be from {least} to {most}."),
        marked("The bound is out of range."),
    ),
    "branch_code_taken": (marked("Another branch has this code. Choose a different one."),),
    "branch_not_found": (marked("No such branch."),),
    "branch_closed_already": (marked("The branch is closed already."),),
    "branch_open_already": (marked("The branch is open already."),),
    "branch_text_invalid": (
        marked("Write something, {length_max} characters at most."),
        marked("Write something shorter."),
    ),
    "day_start_out_of_range": (marked("The day can begin at any time from 00:00 to 23:59."),),
    "hours_invalid": (marked("It must close later than it opens, and within a day."),),
    "report_question_unsound": (
        marked("The question cannot be asked so: something in it is chosen twice, or is not there any more."),
    ),
    "report_question_denied": (marked("This report has figures that your role may not see."),),
    "report_too_costly": (
        marked("This is too much for one report. Take fewer days, or add a condition, and ask again."),
    ),
    "report_too_long": (
        marked("It was not counted in {seconds} s. Take fewer days, or add a condition, and ask again."),
        marked("It takes too long. Take fewer days, or add a condition, and ask again."),
    ),
    "report_too_wide": (
        marked(
            "There are more than {columns_max} columns. Stand something else side by side, or choose the table."
        ),
        marked("There are too many columns. Stand something else side by side, or choose the table."),
    ),
    "report_running": (
        marked("Another report is being counted. Wait until it is ready, or stop it among your work."),
    ),
    "report_not_found": (marked("There is no such report: it was deleted, or is somebody's own."),),
    "report_not_yours": (marked("Only who has saved the report may change it. Save a copy of your own."),),
    "report_name_wrong": (
        marked("Give the report a name, {length_max} characters at most."),
        marked("Give the report a shorter name."),
    ),
    "report_rhythm_wrong": (marked("There is no such day or hour, or there are too many recipients."),),
    "report_stopped": (marked("Its counting was stopped."),),
    "report_no_mail": (marked("No mail server is connected: no letter has left. The file waits here."),),
    "report_no_chat": (
        marked("Nobody who gets it has connected a messenger in their account. The file waits here."),
    ),
    "report_no_way": (
        marked(
            "No mail server is connected, and nobody who gets it has connected a messenger. The file waits here."
        ),
    ),
    "report_nobody": (marked("Nobody of the recipients may see this report any more."),),
    "reports_too_many": (
        marked("There are {reports_max} saved reports already: delete those that are not needed."),
        marked("There are too many saved reports already."),
    ),
    "segment_not_found": (marked("There is no such segment."),),
    "segment_name_taken": (marked("Another segment has this name."),),
    "segment_name_missing": (marked("Give the segment a name."),),
    "segment_name_too_long": (
        marked("The name has {length_max} characters at most."),
        marked("The name is too long."),
    ),
    "segments_too_many": (
        marked("There are {segments_max} segments already: archive those that are not needed."),
        marked("There are too many segments already."),
    ),
    "audience_invalid": (marked("Something is missing in the conditions."),),
    "segment_cycle": (
        marked("The segment would stand on itself, or on too many others. Take this condition out."),
    ),
    "segment_in_use": (
        marked("“{name}” stands on this segment. Change that first."),
        marked("Something stands on this segment. Change that first."),
    ),
    "segment_not_list": (marked("Members are put into lists only."),),
    "segment_not_conditions": (marked("This segment is of another kind."),),
    "segment_list_full": (
        marked("A list has {members_max} members at most."),
        marked("The list is full."),
    ),
    "staff_not_found": (marked("Nobody like this works here."),),
    "cashier_not_found": (
        marked(
            "This person has no PIN, or works in another branch. A PIN is set in the office, under Staff."
        ),
    ),
    "shift_not_found": (marked("No shift is open at this till."),),
    "pin_malformed": (marked("A PIN is four to six digits."),),
    "pin_too_easy": (marked("This PIN is the first that anybody would try. Take another one."),),
    "pin_given": (marked("Somebody else knows this PIN. Choose one of your own."),),
    "pin_unchanged": (marked("This is the PIN that you were given. Choose another one."),),
    "pin_wrong": (marked("The PIN is wrong. Try again."),),
    "pin_locked": (
        marked("Too many wrong PINs. The next try is in {wait_minutes}\u00a0min."),
        marked("Too many wrong PINs. Wait a little."),
    ),
    "role_not_found": (marked("No such role."),),
    "invitation_not_found": (
        marked("This link does not work any more: it was used, taken back or is older than a week."),
    ),
    "session_not_found": (marked("This session has ended already."),),
    "passkey_not_found": (marked("No such passkey."),),
    "reset_not_found": (marked("This link does not work any more: it was used or is older than an hour."),),
    "till_retired": (marked("The till is out of use. Set up a new one."),),
    "last_owner": (
        marked(
            "This is the last owner. Make somebody else an owner first, or nobody could manage the business."
        ),
    ),
    "dismissed_already": (marked("This person does not work here any more."),),
    "role_name_taken": (marked("Another role has this name. Choose a different one."),),
    "role_in_use": (
        marked("Somebody has the role “{name}”, had it, or is invited to it. Give them another one first."),
        marked("Somebody has this role. Give them another one first."),
    ),
    "roles_too_many": (marked("There are too many roles. Delete one that nobody needs."),),
    "second_factor_on": (marked("Codes at sign-in are switched on already."),),
    "second_factor_off": (marked("Codes at sign-in are switched off."),),
    "passkey_known": (marked("This passkey is in the list already."),),
    "passkeys_too_many": (marked("There are too many passkeys. Remove one that you do not use."),),
    "works_elsewhere": (
        marked(
            "This person works for another business too, and the password opens both."
            " The one who runs the server can make the link: plushka staff reset-link."
        ),
    ),
    "own_second_factor_missing": (
        marked(
            "You have come in by the password alone. Set a second factor up under your account first,"
            " then demand it of your own role."
        ),
    ),
    "consent_text_changed": (
        marked("Somebody has written another version of this text meanwhile. Look at it and save again."),
    ),
    "own_reset": (marked("You change your own password under your account, with the present one."),),
    "exceeds_own_rights": (
        marked("You cannot give or take rights that you do not have yourself. Ask the owner."),
    ),
    "actions_missing": (marked("Choose at least one thing that the role may do."),),
    "scopes_missing": (marked("Choose at least one thing that the key may do."),),
    "password_wrong": (
        marked(
            "This is not your present password. After several wrong tries it is not checked for 15 minutes."
        ),
    ),
    "password_too_easy": (
        marked(
            "This password is easy to guess. Take three or four words that have nothing to do with each other."
        ),
    ),
    "code_wrong": (marked("The code is wrong or used already. Wait for the next one and enter it."),),
    "passkey_refused": (marked("The passkey does not fit. Try another one, or sign in with the password."),),
    "challenge_over": (marked("Too long ago, or too many wrong codes. Sign in again."),),
    "till_not_found": (marked("No such till."),),
    "key_not_found": (marked("No such key, or it is revoked already."),),
    "account_not_found": (marked("No such person."),),
    "email_taken": (marked("Somebody is registered with this e-mail. Sign in, or use a different one."),),
    "already_hired": (marked("This person works in the business already."),),
    "email_invalid": (marked("This is no e-mail address. Check how it is written."),),
    "password_too_short": (
        marked("The password is too short: it takes at least {length_min} characters."),
        marked("The password is too short."),
    ),
    "password_too_long": (
        marked("The password is too long: it takes at most {length_max} characters."),
        marked("The password is too long."),
    ),
    "sign_in_failed": (marked("The e-mail or the password is wrong. Check both and try again."),),
    # The member's app.
    "chat_unanswered": (marked("Your last messages wait for an answer. Write more when it has come."),),
    "launch_refused": (
        marked("The messenger does not vouch for this any more. Close the app and open it again."),
    ),
    # The sandbox.
    "sandbox_open": (marked("The business has a sandbox already. Close it first."),),
    "sandbox_in_sandbox": (marked("This is a sandbox itself: it needs no other one."),),
    "invitation_in_sandbox": (
        marked("Nobody is invited to a sandbox: who works in the business is in it when it is opened."),
    ),
    "not_sandbox": (marked("This is a real business, it cannot be closed here."),),
    # How a business looks.
    "color_invalid": (marked("This is no colour. Choose one, or write it as #b4531d."),),
    "motto_too_long": (
        marked("This would not fit on a card: it takes at most {length_max} characters."),
        marked("This would not fit on a card."),
    ),
    "picture_unreadable": (marked("This is no picture that we can read. A PNG, JPEG or WebP will do."),),
    "picture_too_large": (
        marked("The picture is too large: it takes at most {megabytes_max} MB."),
        marked("The picture is too large."),
    ),
    "promotion_not_found": (marked("The programme has no such promotion now."),),
    # Gift certificates.
    "certificate_not_found": (
        marked("There is no certificate of this number, or the PIN is wrong. Check both."),
    ),
    "certificate_mistyped": (
        marked("This is not how a certificate's number is written. Check it: one character is wrong."),
    ),
    "certificates_locked": (
        marked("Too many wrong numbers or PINs. The next try is in {retry_after_seconds}\u00a0s."),
        marked("Too many wrong numbers or PINs. Wait a minute."),
    ),
    "certificate_not_sold": (marked("This certificate is not sold yet: nothing is on it."),),
    "certificate_sold": (marked("This certificate is sold already."),),
    "certificate_blocked": (marked("This certificate is blocked. The office knows why. Nothing was taken."),),
    "certificate_not_blocked": (marked("This certificate is not blocked."),),
    "certificate_expired": (
        marked("This certificate has expired. The office can prolong it. Nothing was taken."),
    ),
    "certificate_short": (marked("There is less on the certificate. Check its balance. Nothing was taken."),),
    "certificate_twice": (marked("The same certificate is named twice. Nothing was taken."),),
    "tender_over_payable": (
        marked(
            "Certificates would pay more than the goods cost. A certificate is not bought with another one."
            " Nothing was taken."
        ),
    ),
    "certificate_type_not_found": (marked("No such kind of certificate."),),
    "certificate_type_retired": (marked("No more certificates of this kind are made."),),
    "certificate_types_too_many": (marked("The business has as many kinds of certificates as fit."),),
    "nominal_unknown": (marked("This kind of certificate is not sold for this amount."),),
    "nominal_out_of_range": (marked("This amount is outside the bounds of certificates."),),
    "nominal_missing": (marked("Say what amount the certificate is for."),),
    "certificate_life_out_of_range": (marked("A certificate lives from 1 day to 10 years."),),
    "certificate_count_out_of_range": (
        marked("From 1 to {count_max} certificates are made at once."),
        marked("This is not a number of certificates that can be made at once."),
    ),
    "extension_not_later": (
        marked("The new last day must be later than the present one, and not over yet."),
    ),
    "sale_differs": (
        marked("Another certificate was sold under this number of the till. Nothing was changed."),
    ),
    # Partners and coupons.
    "partner_invitation_not_found": (marked("There is no such invitation. Ask for a new link."),),
    "partner_invitation_over": (
        marked("This invitation is accepted already, taken back, or too old. Ask for a new link."),
    ),
    "partner_invitation_own": (marked("This is your own invitation: send the link to your partner."),),
    "already_partners": (marked("You are partners already."),),
    "too_many_partners": (
        marked("There are too many partners and invitations: the most is {partners_max}."),
    ),
    "partnership_not_found": (marked("There is no such partner."),),
    "partnership_ended": (marked("This partnership is over."),),
    "partner_offer_not_found": (marked("There is no such offer, or it is stopped."),),
    "already_offered": (marked("The partner has this coupon already."),),
    "nothing_to_offer": (marked("This coupon has no codes that everybody may use."),),
    "pool_too_large": (marked("A partner is given at most {pool_max} codes."),),
    "too_many_partner_offers": (
        marked("The partner has too many coupons of yours: the most is {offers_max}."),
    ),
    "no_codes_left": (marked("There are not so many codes left."),),
    "simulation_not_found": (marked("There is no such what-if any more."),),
    "simulation_running": (marked("Another what-if is at work: wait until it ends, or stop it."),),
    "nothing_published": (marked("No rules are in force that the draft could be compared with."),),
    "receipts_missing": (marked("There are no receipts of that time."),),
    "months_out_of_range": (marked("From 1 to {months_max} months."),),
    "campaign_not_found": (marked("There is no such broadcast."),),
    "campaign_state": (marked("This cannot be done any more: look at the broadcast's page."),),
    "campaign_changed": (marked("Somebody has changed it meanwhile. Read it once more, and start it then."),),
    "campaign_incomplete": (marked("This is not said yet, or is not there any more."),),
    "campaign_text_needs_offer": (
        marked("The text names {variable} in braces, and this broadcast gives it no value."),
    ),
    "campaign_impossible": (marked("This makes no sense."),),
    "coupon_not_found": (marked("There is no such coupon."),),
    "certificate_orders_too_many": (
        marked("You have ordered {orders_max} certificates already: pay for one at a till first."),
    ),
    "code_not_found": (marked("There is no such code, or it gives nothing any more."),),
    "too_many_code_tries": (marked("Too many wrong codes. Wait ten minutes."),),
    "journey_not_found": (marked("There is no such journey."),),
    "journey_run_not_found": (marked("The member is not in this journey any more."),),
    "rating_over": (marked("A purchase can be rated for {days_max} days."),),
    "rating_score_wrong": (marked("Choose from 1 to 5."),),
    "journey_changed": (
        marked(
            "Somebody else has changed the journey meanwhile. Look at what there is now, and change it again."
        ),
    ),
    "journey_state": (marked("That cannot be done with the journey as it is now."),),
    "journeys_too_many": (
        marked("There can be at most {most} journeys. Stop those that you need no more."),
        marked("There are too many journeys. Stop those that you need no more."),
    ),
    "journey_nothing_to_undo": (marked("There is nothing to undo."),),
    "journey_unsound": (
        marked("The journey cannot be published as it is. What keeps it is told beside it."),
    ),
    "code_taken": (marked("One of these codes is taken already. Nothing was added."),),
    "code_invalid": (marked("A code is letters, digits and dashes, 64 characters at most."),),
    "pattern_too_narrow": (
        marked("There are too few codes of this pattern to be safe from guessing: add “#” or ask for fewer."),
    ),
    "limit_below_used": (marked("{used} are used already: the limit cannot be less."),),
    "too_many_codes_to_change": (
        marked("Of more than {codes_max} codes the limit of each cannot be changed: make another coupon."),
    ),
    "period_reversed": (marked("The last day comes before the first."),),
    # Long work.
    "task_not_found": (marked("There is no such work, or its file is no longer kept."),),
    "task_closed": (marked("This work has ended already."),),
    "task_broken": (
        marked("Something broke on our side, several times. What was done before that stays done."),
    ),
    "file_too_large": (
        marked("The file is too large: it takes at most {megabytes_max} MB."),
        marked("The file is too large."),
    ),
    # Members and the catalog.
    "member_not_found": (marked("No such member. Check the phone or the card number, or enrol the member."),),
    "identity_taken": (marked("Another member has this phone, card or e-mail. Find that member instead."),),
    "phone_invalid": (marked("This is no phone number. Check its digits."),),
    "identity_empty": (marked("Nothing is entered."),),
    "identity_too_long": (marked("This is too long."),),
    "identity_missing": (
        marked("Enter a phone, a card or an e-mail, or the member could not be found again."),
    ),
    "link_not_found": (marked("There is no such link. Check its address."),),
    "link_closed": (marked("This link is closed. Ask at the till how to enrol."),),
    "links_too_many": (marked("The business has as many links as fit."),),
    "bot_not_found": (marked("No such bot is connected."),),
    "button_not_used": (marked("This branch does not let members agree by a button. Ask for their code."),),
    "member_unreachable": (
        marked("The member is in no messenger of the business, or has stopped its bot. Ask for their code."),
    ),
    "token_missing": (marked("Paste the bot's token."),),
    "token_refused": (marked("The messenger knows no bot with this token. Copy it again, whole."),),
    "rights_missing": (
        marked("The key does not allow this: {rights}. Make one with all three rights that are named above."),
    ),
    "bot_taken": (
        marked("Another business has connected this bot. Disconnect it there, or make a new one."),
    ),
    "messenger_taken": (marked("A bot is connected in this messenger already. Disconnect it first."),),
    "letter_rules_impossible": (
        marked("It must be from {least} to {most}."),
        marked("This is out of bounds."),
    ),
    "test_unwanted": (
        marked("This member has not agreed to advertising, so not even a test of it is sent to them."),
    ),
    "test_unreachable": (marked("This member cannot be written to by this channel."),),
    "letter_not_found": (marked("There is no such letter any more."),),
    "template_not_found": (marked("There is no such template."),),
    "template_archived": (marked("The template is put away. Take it out again first."),),
    "template_changed": (
        marked(
            "Somebody else has saved this template meanwhile. Open it anew: what you have typed stays here."
        ),
    ),
    "templates_too_many": (
        marked("There are {templates_max} templates already. Change one of them."),
        marked("There are too many templates already."),
    ),
    "template_faulty": (marked("Something is wrong in the text. See the notes beside it."),),
    "gateway_not_found": (marked("No such channel is connected."),),
    "gateway_taken": (marked("A channel of this kind is connected already. Disconnect it first."),),
    "gateway_in_sandbox": (marked("A sandbox sends nothing to anybody, so no channel is connected here."),),
    "gateway_refused": (marked("The channel was not taken: {problem}"),),
    "push_off": (marked("Notifications are turned off here. Load the page again."),),
    "subscription_invalid": (
        marked("The browser gave no subscription. Load the page again and try once more."),
    ),
    "secret_missing": (marked("Paste the key or the password."),),
    "secret_invalid": (marked("The login or the password has signs that cannot be typed. Copy it again."),),
    "secret_invalid:smpp": (
        marked("In SMPP a login has up to 15 Latin letters and digits, and a password up to 8."),
    ),
    "sender_invalid": (
        marked("SMS come from a name of up to 11 Latin letters and digits, or from a number."),
    ),
    "sender_invalid:email": (marked("This is no address of mail."),),
    "sender_invalid:tagged": (
        marked("Before the @ there is room for 24 signs, as a mark of the letter follows them."),
    ),
    "mailbox_not_found": (marked("No mailbox is connected."),),
    "mailbox_taken": (marked("A mailbox is connected already. Disconnect it first."),),
    "host_invalid": (marked("Type where the server is: its name without https://, and its port."),),
    "host_inner": (
        marked(
            "This server stands in the inner network. Whoever runs Plushka may allow it: PLUSHKA_INNER_HOSTS."
        ),
    ),
    "pace_invalid": (marked("From 1 to {per_second_max} messages a second can be sent."),),
    "consent_missing": (marked("Without this consent we may not keep your phone, so we cannot enrol you."),),
    "merge_not_found": (marked("No such joining of members."),),
    "merge_with_self": (marked("This is the same member. Choose another one."),),
    "merge_not_undone": (marked("Something has happened since, so the two cannot be parted."),),
    "merge_not_undone:late": (marked("More than a day has passed, so the two cannot be parted."),),
    "merge_not_undone:undone": (marked("The two are parted already."),),
    "merge_not_undone:merged_again": (
        marked("The member was joined once more since. Undo the latest joining first."),
    ),
    "merge_not_undone:points": (
        marked("Points were earned, spent or changed since, so the two cannot be parted."),
    ),
    "merge_not_undone:standing": (
        marked("There was a purchase, a return or a change of tier since, so the two cannot be parted."),
    ),
    "merge_not_undone:profile": (
        marked("The profile, tags or block were changed since. Put them back, then the two can be parted."),
    ),
    "merge_not_undone:identities": (
        marked("A phone or card was removed since, so the two cannot be parted."),
    ),
    "merge_not_undone:erased": (marked("The member's data were destroyed, so the two cannot be parted."),),
    "merge_not_undone:channels": (
        marked("A messenger was joined or left since, so the two cannot be parted."),
    ),
    "merge_not_undone:consents": (
        marked("A consent was given or taken back since, so the two cannot be parted."),
    ),
    "identity_last": (
        marked("This is all the member is known by. Add another phone or card first, then remove this one."),
    ),
    "identities_too_many": (marked("The member has as many phones and cards as fit. Remove one first."),),
    "text_missing": (marked("Fill this in."),),
    "text_over_length": (
        marked("This is too long: at most {length_max} characters."),
        marked("This is too long."),
    ),
    "reason_missing": (marked("Write a reason: it stays in the history."),),
    "discount_out_of_range": (marked("A discount is from 0 to 100 %."),),
    "birthday_in_future": (marked("This day has not come yet. Check the year."),),
    "birthday_changed_lately": (
        marked("A birthday can be changed once a year; this one again from {free_on}."),
        marked("A birthday can be changed once a year."),
    ),
    "member_already_blocked": (marked("The member is blocked already."),),
    "member_not_blocked": (marked("The member is not blocked."),),
    "consent_unchanged": (marked("This consent is noted so already."),),
    "consent_suppressed": (
        marked(
            "They asked to be deleted before: only they themselves can agree to offers, in the app or the bot."
        ),
    ),
    "date_impossible": (marked("There is no such day. Check the day and the month."),),
    "dates_too_many": (marked("The member has as many dates as fit. Remove one first."),),
    "member_date_not_found": (marked("No such date: somebody has removed it."),),
    "note_missing": (marked("Write something first."),),
    "notes_too_many": (marked("The member has as many notes as fit."),),
    "note_not_found": (marked("No such note."),),
    "tags_too_many": (marked("The member has as many tags as fit. Remove one first."),),
    "category_unknown": (marked("There is no category “{category}”."), marked("There is no such category.")),
    "category_too_deep": (marked("The category lies too deep in the tree."),),
    # Points.
    "insufficient_points": (
        marked("Not enough points: {available} are available, {points} are asked for. Nothing was taken."),
        marked("Not enough points. Nothing was taken."),
    ),
    "receipt_points_over_maximum": (
        marked(
            "A receipt earns at most {points_max}. Check its quantities and the rules; nothing was booked."
        ),
        marked("The receipt earns too many points. Check its quantities and the rules; nothing was booked."),
    ),
    "balance_over_maximum": (
        marked("An account holds at most {points_max}. Nothing was booked."),
        marked("The account does not hold as many points. Nothing was booked."),
    ),
    "debt_smaller": (
        marked("The debt is smaller: {debt}. Nothing was written off."),
        marked("The debt is smaller. Nothing was written off."),
    ),
    "points_already_spent": (
        marked("The points of this purchase are already spent; the programme does not take it back."),
    ),
    "wallet_not_found": (marked("No such account of points."),),
    "wallet_moved": (
        marked("This member was joined with another one at this moment. Repeat: the points are there now."),
    ),
    "adjustment_decided": (marked("Somebody has decided on this already. Nothing was booked twice."),),
    "second_person_needed": (
        marked("You asked for this yourself. Somebody else with the right has to approve it."),
    ),
    "already_adjusted": (marked("This was booked already. Nothing was booked twice."),),
    "cost_not_found": (marked("No such line of costs."),),
    "too_many_costs": (
        marked("There are {most} lines of costs, and no more are kept. Delete old ones first."),
    ),
    "lot_not_found": (marked("No such lot of points."),),
    "not_an_extension": (
        marked("These points cannot be prolonged: they never burn, are used up, or the date is earlier."),
    ),
    "hold_not_found": (marked("No such hold of points."),),
    "reward_not_found": (marked("There is no such gift. Check the code."),),
    "reward_unusable": (marked("This gift cannot be given now."),),
    "reward_unusable:taken": (marked("This gift has been given already."),),
    "reward_unusable:expired": (marked("This gift was not taken in time."),),
    "reward_unusable:withdrawn": (
        marked("This gift was withdrawn: a purchase that had won it was returned."),
    ),
    "reward_unusable:member_blocked": (marked("The member is blocked: no gift is given."),),
    "reward_unusable:not_taken": (marked("Nobody has taken this gift yet."),),
    "reward_unusable:other_till": (marked("This gift was given at another till; it is taken back there."),),
    "reward_unusable:cancelled": (marked("This gift was cancelled, its points went back."),),
    "reward_unusable:other_branch": (marked("This gift is given in other branches."),),
    "reward_unusable:not_bought": (
        marked("This gift was won, not bought: there are no points to give back."),
    ),
    "reward_unusable:other_reward": (marked("This press was for another reward. Choose it again."),),
    "offer_not_found": (marked("There is no such reward in the catalogue."),),
    "offer_unavailable": (marked("This reward cannot be had now."),),
    "offer_unavailable:archived": (marked("This reward is no longer in the catalogue."),),
    "offer_unavailable:paused": (marked("This reward cannot be had for now."),),
    "offer_unavailable:not_begun": (marked("This reward cannot be had yet."),),
    "offer_unavailable:over": (marked("This reward can no longer be had."),),
    "offer_unavailable:other_branch": (marked("This reward is given in other branches."),),
    "offer_unavailable:other_tier": (marked("This reward is for other tiers."),),
    "offer_unavailable:limit_reached": (marked("As many of this reward as one member may have are taken."),),
    "offer_unavailable:sold_out": (marked("This reward has run out."),),
    "offer_unavailable:points_missing": (marked("There are not enough points for this reward."),),
    "offer_unavailable:price_changed": (marked("The price of this reward has just changed. Look again."),),
    "too_many_offers": (marked("A catalogue has at most {offers_max} rewards. Archive one first."),),
    "stock_out_of_range": (
        marked(
            "There are {stock_left} left: no more can be written off, and no more than {stock_max} be there."
        ),
    ),
    "referral_code_not_found": (marked("This code is nobody's. Check the digits."),),
    "referral_refused": (marked("It cannot be noted who brought this member."),),
    "referral_refused:self": (marked("This is the member's own code."),),
    "referral_refused:cycle": (marked("This member has brought the other one themselves."),),
    "referral_refused:same_account": (marked("Both cards come from one account in a messenger."),),
    "referral_refused:same_device": (marked("Both cards are on one device."),),
    "referral_refused:came_back": (marked("This member was here before and has come back."),),
    "referral_refused:blocked": (marked("Whose code this is takes no part any more."),),
    "referral_refused:bought": (
        marked("The member has bought before: who brought them is told before the first purchase."),
    ),
    "referral_refused:late": (marked("The member joined too long ago for that."),),
    "referral_refused:bound": (marked("Who brought this member is noted already."),),
    "hold_closed": (marked("These held points were already spent or released."),),
    "points_out_of_range": (marked("This is not a number of points that can be moved."),),
    "ttl_out_of_range": (marked("Points cannot be held for so long."),),
    # Programmes.
    "program_not_found": (marked("No such programme."),),
    "program_version_not_found": (marked("No such version of the programme."),),
    "tier_not_manual": (marked("The rules decide on this tier already."),),
    "tier_unknown": (marked("The programme has no such tier."),),
    "product_not_found": (marked("There is no product of this sku."),),
    "sku_taken": (marked("Another product has this sku; perhaps it is put away."),),
    "product_text_invalid": (
        marked("Write something, at most {length_max} characters."),
        marked("Write something shorter."),
    ),
    "price_out_of_range": (marked("This is no price."),),
    "barcode_invalid": (
        marked("This is no barcode: it has 8, 12, 13 or 14 digits, the last of which checks the others."),
    ),
    "barcode_taken": (
        marked("“{name}” has this barcode. A scanner has to find one product."),
        marked("Another product has this barcode. A scanner has to find one product."),
    ),
    "program_unsound": (marked("The programme contradicts itself; nothing was published."),),
    "program_currency_wrong": (
        marked("The business trades in {currency}, the programme is written in another currency."),
        marked("The programme is written in another currency than the business trades in."),
    ),
    "preset_unknown": (marked("There is no such preset. Choose one of the list."),),
    "preset_currency": (
        marked("The presets have no amounts in {currency} yet. Begin with an empty programme."),
        marked("The presets have no amounts in this currency yet. Begin with an empty programme."),
    ),
    "program_name_missing": (marked("Give the programme a name."),),
    "program_text_too_long": (
        marked("This is too long: it takes at most {length_max} characters."),
        marked("This is too long."),
    ),
    "programs_too_many": (
        marked("The business has {programs_max} programmes already; it takes no more."),
        marked("The business has too many programmes already."),
    ),
    "rule_not_found": (marked("The draft has no such rule; perhaps it was removed."),),
    "draft_missing": (marked("There is no draft to publish: it was published or thrown away meanwhile."),),
    "draft_changed": (
        marked(
            "Somebody else has saved the draft meanwhile. Nothing of theirs was overwritten; what you typed is here."
        ),
    ),
    "versions_changed": (
        marked(
            "Another version was published meanwhile. Look at the changes once more; nothing was published."
        ),
    ),
    "valid_from_past": (
        marked("This moment has passed. Rules cannot be changed for receipts already booked."),
    ),
    "valid_from_too_far": (
        marked("A version can be planned at most {days_max} days ahead."),
        marked("A version cannot be planned so far ahead."),
    ),
    "program_scale_fixed": (marked("Members have points already: how they are divided cannot change."),),
    "program_not_ready": (
        marked("The programme has no rules in force by then. Publish some, or choose a later moment."),
    ),
    "branches_missing": (marked("Choose open branches of the business."),),
    "branches_served": (marked("The programme serves these branches at that moment already."),),
    "program_not_in_force": (
        marked("No programme was in force at the time of the purchase. Publish one first."),
    ),
    # Codes.
    "code_unknown": (
        marked(
            "Nobody shows this code now: it is used, older than two minutes, or mistyped. Ask for a new one."
        ),
    ),
    "codes_locked": (
        marked("Too many wrong codes. This till may try again in {retry_after_seconds} s."),
        marked("Too many wrong codes. Wait a minute."),
    ),
    "permit_required": (
        marked("Points are spent only with the member's consent: ask for the code or the QR of their card."),
    ),
    "permit_unusable": (
        marked("This consent to spend points is used or has run out. Ask the member for a new code."),
    ),
    # Purchases.
    "receipt_not_found": (marked("No such receipt. Check its number and the till it was made at."),),
    "hold_of_other_program": (
        marked(
            "The points were set aside in another programme than the one that serves this branch. Cancel the hold."
        ),
    ),
    "branch_closed": (
        marked(
            "The branch is closed and takes no receipts. Reopen it in the office, or check the till's settings."
        ),
    ),
    "branch_unknown": (marked("The business has no such branch. Check the till's settings."),),
    "currency_wrong": (
        marked("The business counts in {currency}. Check the till's settings."),
        marked("The receipt is in another currency than the business counts in. Check the till's settings."),
    ),
    "time_in_future": (marked("The receipt's time has not come yet. Check the till's clock."),),
    "lines_missing": (marked("The receipt has no lines."),),
    "lines_too_many": (marked("The receipt has too many lines."),),
    "receipt_ambiguous": (
        marked("Several tills have a receipt of this number. Name the receipt by its id."),
    ),
    "nothing_to_return": (marked("Nothing is left of the receipt to return."),),
    "returned_more_than_sold": (marked("More is returned than is left of the receipt. Nothing was booked."),),
    "line_unknown": (marked("The receipt has no such line."),),
    "amount_out_of_range": (marked("This amount cannot be on a receipt."),),
    "quantity_out_of_range": (marked("This quantity cannot be on a receipt."),),
    "member_missing": (marked("Points can be spent only by a member. Name the member."),),
    "member_busy": (marked("Another purchase of this member is being booked. Repeat in a moment."),),
    "receipt_differs": (
        marked("A receipt with this number is already booked with other content. Nothing was booked twice."),
    ),
    "idempotency_key_reused": (
        marked("This request key was already used for another request. Nothing was booked."),
    ),
    "payable_changed": (marked("The sum to pay has changed. Count the receipt again; nothing was booked."),),
    "redemption_over_maximum": (
        marked("This receipt takes at most {points_max}. Nothing was taken."),
        marked("This receipt does not take as many points. Nothing was taken."),
    ),
    "redemption_refused": (marked("Points cannot be spent on this receipt. Nothing was taken."),),
    "redemption_refused:redemption_off": (
        marked("The programme does not let points be spent. Nothing was taken."),
    ),
    "redemption_refused:redemption_blocked_by_debt": (
        marked("The member owes points: until that is repaid none can be spent. Nothing was taken."),
    ),
    "redemption_refused:redemption_unverified": (
        marked(
            "The member enrolled by a link and buys for the first time: points can be spent from the second "
            "purchase on. Nothing was taken."
        ),
    ),
    "redemption_refused:redemption_stopped": (
        marked(
            "The member has stopped the spending of points in the messenger. The office can allow it again. "
            "Nothing was taken."
        ),
    ),
    "redemption_refused:member_blocked": (
        marked(
            "The member is blocked: book the purchase without spending points. Why, the business can tell. "
            "Nothing was taken."
        ),
    ),
    "redemption_refused:redemption_receipt_too_small": (
        marked("The receipt is too small to be paid with points. Nothing was taken."),
    ),
    "redemption_refused:redemption_below_minimum": (
        marked("Fewer points than the programme takes at once. Nothing was taken."),
    ),
    "redemption_refused:points_missing": (
        marked("The member has no points that can be spent here. Nothing was taken."),
    ),
    "return_exceeds_receipt": (marked("More is returned than is left of the receipt. Nothing was booked."),),
    "event_kind_not_found": (marked("There is no such kind of events, or it takes none any more."),),
    "event_not_found": (marked("No such event."),),
    "event_differs": (
        marked(
            "Another event was told under this number. Give this one a number of its own; nothing was noted."
        ),
    ),
    "event_in_future": (marked("The event lies in the future. Check the clock; nothing was noted."),),
    "event_too_old": (
        marked("The event is more than {days_max} days old. Nothing was noted."),
        marked("The event is too old. Nothing was noted."),
    ),
    "cart_in_future": (marked("The cart's moment lies in the future. Check the clock; nothing was noted."),),
    "cart_too_old": (
        marked("What is told of the cart is more than {days_max} days old. Nothing was noted."),
        marked("What is told of the cart is too old. Nothing was noted."),
    ),
    "cart_link_wrong": (
        marked("The link must be an HTTPS address of {length_max} characters at most. Nothing was noted."),
        marked("The link must be an HTTPS address. Nothing was noted."),
    ),
    "event_field_unknown": (
        marked("This kind of events has no field “{name}”. Nothing was noted."),
        marked("This kind of events has no such field. Nothing was noted."),
    ),
    "event_field_missing": (
        marked("The field “{name}” must be filled in. Nothing was noted."),
        marked("A field that must be there is missing. Nothing was noted."),
    ),
    "event_field_wrong": (
        marked("The value of “{name}” is not of its type, {type}. Nothing was noted."),
        marked("A field's value is not of its type. Nothing was noted."),
    ),
    "event_too_large": (
        marked("An event says {length_max} characters at most. Nothing was noted."),
        marked("The event says too much. Nothing was noted."),
    ),
    "event_kind_name_wrong": (
        marked(
            "Write it in small Latin letters, digits and underscores, beginning with a letter: table_booked."
        ),
    ),
    "event_kind_taken": (marked("There is a kind of events of this name already."),),
    "event_kind_built_in": (marked("This kind is built in: it cannot be changed."),),
    "event_kinds_too_many": (
        marked("There are {kinds_max} kinds of events already."),
        marked("There are too many kinds of events."),
    ),
    "event_fields_unsound": (marked("These fields contradict each other."),),
    "event_fields_unsound:repeated": (marked("This is there twice."),),
    "event_fields_unsound:choices": (marked("Write the words to choose from, one a line: 50 at most."),),
    "event_fields_unsound:too_many": (marked("An event has 20 fields at most."),),
    "view_not_found": (marked("No such view: it may have been deleted."),),
    "views_too_many": (marked("There are {views_max} saved views already. Delete one that nobody needs."),),
    "import_file_unreadable": (
        marked(
            "This is neither a CSV table nor an Excel workbook, or it is in another encoding. Nothing was brought in."
        ),
    ),
    "import_file_empty": (marked("There is nothing in the file. Nothing was brought in."),),
    "import_exceeds_trial": (
        marked("The file would bring in more points than its trial has shown. Try it again."),
    ),
    "import_file_too_long": (
        marked(
            "The file is too long; the most is {rows_max} rows and {columns_max} columns. Nothing was brought in."
        ),
    ),
}
KNOWN_CODES = frozenset(code for code in _SENTENCES if ":" not in code)


def refusal_sentence(code: str, facts: Mapping[str, Fact], language: Language, *, scale: int = 0) -> str:
    """Return the sentence of a refusal, with its figures where ``facts`` have them.

    ``scale`` is that of the programme's points. An unknown code gets the plainest sentence there is; one that
    carries a ``reason`` gets that reason's, if it has one.
    """
    told = {name: _fact(name, value, language, scale) for name, value in facts.items() if value is not None}
    variants = _SENTENCES.get(f"{code}:{facts.get('reason')}") or _SENTENCES.get(code, _SENTENCES["conflict"])
    message = next((variant for variant in variants if _fields(variant) <= told.keys()), variants[-1])
    return translator(language).gettext(message, **told)


def _fields(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name}


def _fact(name: str, value: str | int, language: Language, scale: int) -> str:
    if name == "free_on":
        return format_date(date.fromisoformat(str(value)), language)
    if name == "points_max" and isinstance(value, int):
        return format_points_bound(value, scale, language)
    if name in {"points", "available", "debt"} and isinstance(value, int):
        return format_points(value, scale, language)
    return str(value)
