"""All endpoints of the API, in the order in which they are described."""

from plushka.delivery.pos import holds, members, permits, products, purchases, receipts, returns, shifts, till

ENDPOINTS = (
    till.show_till,
    products.show_products,
    members.find_or_enroll_member,
    members.find_member_by_identity,
    members.show_member,
    members.present_member_code,
    permits.ask_member,
    purchases.quote_purchase,
    purchases.commit_purchase,
    purchases.commit_purchases,
    holds.hold_points,
    holds.cancel_points_hold,
    receipts.show_receipt,
    receipts.find_receipt_by_number,
    receipts.show_latest_receipts,
    receipts.show_returns_of_receipt,
    returns.book_return,
    returns.preview_booked_return,
    shifts.show_cashiers,
    shifts.begin_shift,
    shifts.show_current_shift,
    shifts.end_shift,
)
