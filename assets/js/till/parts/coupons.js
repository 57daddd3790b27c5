// Codes of coupons that the customer shows: each is told its coupon, or why it gives nothing.

export const coupons = () => ({
  couponText: "",
  couponCodes: [],
  areCouponsOpen: false,

  // Without a connection nobody knows whether a code is good.
  get mayShowCoupons() {
    return this.isOnline && (!this.member || this.isKnown);
  },
  get shownCoupons() {
    const told = this.mayShowCoupons ? (this.quote?.decision.coupons ?? []) : [];
    return this.couponCodes.map((code) => this.tellCoupon(code, told.find((each) => each.code === code)));
  },
  tellCoupon(code, told) {
    if (!told) {
      return { code, text: "", isGood: false, isRefused: false };
    }
    const text = told.reason ? this.t[told.reason] : told.coupon;
    return { code, text, isGood: !told.reason, isRefused: Boolean(told.reason) };
  },

  // Codes that are the member's alone, until they are on the sale.
  get memberCoupons() {
    return this.isKnown && this.isOnline
      ? this.member.coupons.filter((coupon) => !this.couponCodes.includes(coupon.code))
      : [];
  },
  useCoupon(code) {
    this.areCouponsOpen = true;
    this.couponText = code;
    this.addCoupon();
  },

  openCoupons() {
    this.areCouponsOpen = true;
    this.focusOn("coupon");
  },
  addCoupon() {
    // A scanner types the address of the code's QR.
    const [, scanned] = this.couponText.match(/\/codes\/([^/?#]+)$/) ?? [];
    const code = scanned ? decodeURIComponent(scanned) : this.couponText.trim();
    this.couponText = "";
    if (code && !this.couponCodes.includes(code)) {
      this.couponCodes.push(code);
      this.requote();
    }
  },
  removeCoupon(code) {
    this.couponCodes = this.couponCodes.filter((other) => other !== code);
    this.requote();
  },
  dropCoupons() {
    this.couponText = "";
    this.couponCodes = [];
    this.areCouponsOpen = false;
  },
});
