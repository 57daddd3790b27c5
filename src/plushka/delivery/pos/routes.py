"""All endpoints of the API, in the order in which they are described."""

from plushka.delivery.pos import holds, members, purchases, receipts, returns

ENDPOINTS = (
    members.find_or_enroll_member,
    members.find_member_by_identity,
    members.show_member,
    members.present_member_code,
    purchases.quote_purchase,
    purchases.commit_purchase,
    purchases.commit_purchases,
    holds.hold_points,
    holds.cancel_points_hold,
    receipts.show_receipt,
    receipts.find_receipt_by_number,
    returns.book_return,
    returns.preview_booked_return,
)
