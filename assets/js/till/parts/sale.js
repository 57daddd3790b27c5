// The sale: an amount or goods, what it comes to, how many points are spent, and booking it once.

import { Refused } from "../api.js";

const PIECE_MILLI = 1000;
const TYPED_SKU = "amount";
const SETTLES_MS = 180;

let timer = 0;
let asked = 0;

export const sale = ({ api, outbox, figures }) => ({
  amountText: "",
  redeem: 0,
  pointsMax: 0,
  quote: null,
  isBooking: false,
  done: null,

  newSale() {
    this.go("sale");
    this.find = "";
    this.member = null;
    this.dropPermit();
    this.dropCoupons();
    this.dropCertificates();
    this.mayEnrol = false;
    this.amountText = "";
    this.lines = [];
    this.goodsText = "";
    this.found = null;
    this.areGoodsOpen = false;
    this.redeem = 0;
    this.pointsMax = 0;
    this.quote = null;
    this.done = null;
    this.closeCamera();
    this.turnTo("find");
  },

  get typedMinor() {
    return figures.typedMoney(this.amountText);
  },
  get isAmountWrong() {
    return this.typedMinor === null;
  },
  get totalMinor() {
    return (this.typedMinor ?? 0) + this.lines.reduce((sum, line) => sum + this.lineSum(line), 0);
  },
  get payableMinor() {
    return this.quote?.decision.payable_minor ?? this.totalMinor;
  },
  get hasSavings() {
    return this.dueMinor !== this.totalMinor;
  },
  get isReady() {
    return this.totalMinor > 0 && !this.isAmountWrong;
  },
  get maySpend() {
    return this.isOnline && this.isKnown && this.pointsMax > 0;
  },
  get earnedText() {
    return this.quote && this.isKnown ? this.say("earns", { points: this.points(this.quote.decision.earned_points) }) : "";
  },
  get spendText() {
    return this.redeem > 0 ? this.say("spend", { points: this.pointsObject(this.redeem) }) : this.t.spend_nothing;
  },

  basket() {
    const typed = this.typedMinor
      ? [{ sku: TYPED_SKU, name: this.t.typed_amount, quantity_milli: PIECE_MILLI, amount_minor: this.typedMinor }]
      : [];
    const codes = this.mayShowCoupons && this.couponCodes.length > 0 ? { coupon_codes: this.couponCodes } : {};
    return { currency: this.till.currency, lines: [...this.goodsLines, ...typed], ...this.who(), ...codes };
  },
  who() {
    if (!this.member) {
      return {};
    }
    return { member: this.member.id ? { id: this.member.id } : this.member.later };
  },

  changeAmount() {
    this.problem = this.isAmountWrong ? this.t.amount_malformed : "";
    this.requote();
  },
  chooseRedeem(points) {
    this.redeem = Number(points);
    this.requote();
  },

  // Ask again what the sale comes to, once the typing pauses; only the latest answer counts.
  requote() {
    clearTimeout(timer);
    asked += 1;
    const mine = asked;
    if (this.screen !== "sale" || !this.isReady || !this.isOnline || (this.member && !this.isKnown)) {
      this.quote = null;
      this.pointsMax = 0;
      return;
    }
    timer = setTimeout(() => this.askQuote(mine), SETTLES_MS);
  },
  async askQuote(mine) {
    const basket = this.basket();
    const hasPoints = this.isKnown && this.member.balance.available > 0;
    try {
      const [most, chosen] = await Promise.all([
        hasPoints ? api.post("/v1/quotes", { ...basket, redeem: "max" }) : null,
        api.post("/v1/quotes", { ...basket, redeem: this.redeem }),
      ]);
      if (mine !== asked) {
        return;
      }
      this.pointsMax = most?.decision.points_max ?? 0;
      this.quote = chosen;
      // Asked for more than may be: it was quoted at the most that may.
      this.redeem = chosen.decision.redeemed_points;
    } catch (error) {
      if (mine === asked) {
        this.quote = null;
        this.problem = error instanceof Refused ? error.message : this.problem;
      }
    }
  },

  get bookText() {
    return this.say(this.isOnline ? "book" : "keep", { amount: this.money(this.dueMinor) });
  },

  async book() {
    if (this.isBooking) {
      return;
    }
    if (!this.isReady) {
      this.problem = this.isAmountWrong ? this.t.amount_malformed : this.t.amount_missing;
      this.signal("wrong");
      this.turnTo("amount");
      return;
    }
    if (this.needsPermitNow) {
      this.focusOn("code");
      this.signal("wrong");
      return;
    }
    this.isBooking = true;
    this.problem = "";
    try {
      await this.bookOnce();
    } finally {
      this.isBooking = false;
    }
  },

  async bookOnce() {
    const isSpending = this.isOnline && this.redeem > 0;
    const basket = this.basket();
    // What was shown to the customer is what is asked for: another till may have used the code up meanwhile.
    const tenders = this.tenders;
    const isPromised = isSpending || tenders.length > 0 || (basket.coupon_codes && this.quote);
    const body = {
      ...basket,
      external_id: await outbox.newNumber(),
      occurred_at: this.now().toISOString(),
      cashier: this.shift?.cashier.name,
      ...(isSpending && { redeem: this.redeem }),
      ...(isPromised && { expected_payable_minor: this.payableMinor }),
      ...(isSpending && this.permit && { permit: this.permit.id }),
      ...(tenders.length > 0 && { tenders }),
    };
    const entry = { kind: "sale", path: "/v1/purchases", body, amountMinor: this.dueMinor };
    if (!this.isOnline || this.member?.later) {
      await this.keepSale(entry);
      return;
    }
    try {
      const receipt = await outbox.send(entry);
      this.finish({ receipt, slip: await this.slipOf(receipt) });
    } catch (error) {
      if (error instanceof Refused) {
        this.problem = error.message;
        this.signal("wrong");
        this.requote();
        return;
      }
      const unknown = tenders.length > 0 ? this.t.kept_tenders : this.t.kept_spending;
      this.finish({ kept: entry, text: isSpending || tenders.length > 0 ? unknown : this.t.kept });
    }
  },

  // A member who is not known here may be new: the phone is enrolled first, which changes nothing for who is not.
  async keepSale(entry) {
    const phone = this.member?.later?.phone;
    if (phone) {
      await outbox.keep({ kind: "enrolment", path: "/v1/members", body: { phone } });
    }
    const item = await outbox.keep(entry);
    this.finish({ kept: entry, number: item.number, text: this.t.kept });
  },

  async slipOf(receipt) {
    try {
      return (await api.get(`/v1/receipts/${receipt.id}`, { slip: true })).slip;
    } catch {
      return [];
    }
  },

  finish(done) {
    this.done = { name: this.memberName, payableMinor: this.dueMinor, ...done };
    this.go("done");
    this.signal("booked");
    this.focusOn("next");
  },
  get doneEarned() {
    const points = this.done?.receipt?.decision.earned_points ?? 0;
    return points > 0 ? this.say("earns", { points: this.points(points) }) : "";
  },
  get doneSpent() {
    const points = this.done?.receipt?.decision.redeemed_points ?? 0;
    return points > 0 ? this.say("spends", { points: this.points(points) }) : "";
  },
  printSlip: () => print(),

  async undo() {
    if (this.done.receipt) {
      await this.openReceipt(this.done.receipt.id);
    } else if (await outbox.takeBack(this.done.number)) {
      this.newSale();
      this.notice = this.t.taken_back;
    } else {
      this.done.number = null;
      this.done.text = this.t.sent_already;
    }
  },
  get mayUndo() {
    return Boolean(this.done?.receipt || this.done?.number);
  },
});
