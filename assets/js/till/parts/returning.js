// Returns: the till's latest receipts, what comes back of one, and what that does to points, before it is booked.

import { Refused } from "../api.js";

const PIECE_MILLI = 1000;

let asked = 0;

export const returning = ({ api, outbox }) => ({
  receipts: null,
  back: null,

  async showReceipts() {
    this.go("receipts");
    this.back = null;
    await this.renewReceipts();
  },

  async renewReceipts() {
    try {
      this.receipts = (await api.get("/v1/receipts/latest")).receipts;
    } catch (error) {
      this.problem = error instanceof Refused ? error.message : this.t.no_connection;
    }
  },

  whoseReceipt(receipt) {
    return receipt.member_name || (receipt.member_id ? this.t.no_name : this.t.no_card);
  },

  async openReceipt(id) {
    try {
      const [receipt, { returns }] = await Promise.all([
        api.get(`/v1/receipts/${id}`),
        api.get(`/v1/receipts/${id}/returns`),
      ]);
      this.go("return");
      this.back = { receipt, preview: null, lines: linesLeft(receipt, returns) };
      await this.previewReturn();
    } catch (error) {
      this.problem = error instanceof Refused ? error.message : this.t.no_connection;
    }
  },

  lessBack(line) {
    line.back = Math.max(0, line.back - stepOf(line));
    this.previewReturn();
  },
  moreBack(line) {
    line.back = Math.min(line.left, line.back + stepOf(line));
    this.previewReturn();
  },

  // Everything that is left is a return without lines: the cent that lines would round comes back too.
  returnBody(externalId) {
    const { receipt, lines } = this.back;
    const isWhole = lines.every((line) => line.back === line.left);
    const some = lines
      .filter((line) => line.back > 0)
      .map((line) => ({ index: line.index, quantity_milli: line.back }));
    return { external_id: externalId, receipt: { id: receipt.id }, ...(!isWhole && { lines: some }) };
  },
  get hasBack() {
    return Boolean(this.back?.lines.some((line) => line.back > 0));
  },

  async previewReturn() {
    asked += 1;
    const mine = asked;
    this.problem = "";
    if (!this.hasBack) {
      this.back.preview = null;
      return;
    }
    try {
      const preview = await api.post("/v1/returns/preview", this.returnBody("preview"));
      if (mine === asked) {
        this.back.preview = preview;
      }
    } catch (error) {
      if (mine === asked) {
        this.back.preview = null;
        this.problem = error instanceof Refused ? error.message : this.t.no_connection;
      }
    }
  },
  get effects() {
    const preview = this.back?.preview;
    if (!preview) {
      return [];
    }
    const taken = preview.points_clawed_back - preview.points_owed;
    const told = [
      ...preview.certificates.map((each) =>
        this.say("returned_to_certificate", { amount: this.money(each.amount_minor), number: each.number }),
      ),
      preview.points_back > 0 && this.say("returned_points", { points: this.points(preview.points_back) }),
      taken > 0 && this.say("clawed_points", { points: this.points(taken) }),
      taken < 0 && this.say("returned_points", { points: this.points(-taken) }),
      preview.points_owed > 0 && this.say("owed_points", { points: this.points(preview.points_owed) }),
      preview.rewards_withdrawn > 0 && this.t.gift_withdrawn,
      preview.rewards_owed > 0 && this.t.gift_owed,
      preview.points_burned > 0 && this.say("burned_points", { points: this.points(preview.points_burned) }),
    ].filter(Boolean);
    return told.length > 0 ? told : [this.t.no_points_move];
  },
  get returnText() {
    return this.say("give_back", { amount: this.money(this.back?.preview?.money_minor ?? 0) });
  },

  async bookReturn() {
    if (!this.back.preview || this.isBooking) {
      return;
    }
    this.isBooking = true;
    const body = this.returnBody(await outbox.newNumber());
    const refund = this.back.preview.money_minor;
    try {
      const booked = await outbox.send({ kind: "return", path: "/v1/returns", body, amountMinor: refund });
      await this.showReceipts();
      this.notice = this.say("returned_done", { amount: this.money(booked.money_minor) });
      this.signal("booked");
    } catch (error) {
      if (error instanceof Refused) {
        this.problem = error.message;
        this.signal("wrong");
      } else {
        this.go("receipts");
        this.notice = this.t.kept;
      }
    } finally {
      this.isBooking = false;
    }
  },
});

function linesLeft(receipt, returns) {
  return receipt.decision.lines.map((line, index) => {
    const gone = returns
      .flatMap((each) => each.lines)
      .filter((each) => each.index === index)
      .reduce((sum, each) => sum + each.quantity_milli, 0);
    const left = line.quantity_milli - gone;
    return { index, name: line.name ?? line.sku, payable: line.payable_minor, quantity: line.quantity_milli, left, back: left };
  });
}

// Pieces come back one by one, what is weighed at once.
const stepOf = (line) => (line.quantity % PIECE_MILLI === 0 ? PIECE_MILLI : line.left);
