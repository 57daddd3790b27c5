"""Partners: invited, given coupons, theirs handed out, and what came of both."""
