// Who works here: choosing oneself, the PIN, the shift from opening to closing.

import { Refused } from "../api.js";
import { forget, write } from "../store.js";

const NO_SHIFT = "shift_not_found";
const PIN_LENGTHS = { min: 4, max: 6 };

export const cashiers = ({ api }) => ({
  cashiers: null,
  cashier: null,
  pin: "",
  shift: null,
  closed: null,

  async chooseCashier() {
    this.go("cashier");
    this.cashier = null;
    this.pin = "";
    try {
      this.cashiers = (await api.get("/v1/cashiers")).cashiers;
    } catch (error) {
      this.problem = error instanceof Refused ? error.message : this.t.no_connection_to_open;
    }
  },

  askPin(cashier) {
    this.cashier = cashier;
    this.pin = "";
    this.problem = "";
    this.focusOn("pin");
  },

  get pinDots() {
    return Array.from({ length: PIN_LENGTHS.max }, (_, index) => index < this.pin.length);
  },

  async takeOver() {
    if (this.pin.length < PIN_LENGTHS.min) {
      return;
    }
    // What is typed while the answer is on its way is the next try.
    const pin = this.pin;
    this.pin = "";
    try {
      const shift = await api.post("/v1/shifts", { cashier: this.cashier.id, pin });
      await this.keepShift(shift);
      this.newSale();
      this.notice = shift.forgotten ? this.say("forgotten", { name: shift.forgotten.cashier.name }) : "";
      this.signal("found");
    } catch (error) {
      this.problem = error instanceof Refused ? error.message : this.t.no_connection_to_open;
      this.signal("wrong");
      this.focusOn("pin");
    }
  },

  // Only the shift that was begun on this device goes on without a PIN.
  async findShift() {
    const open = await currentShift(api);
    if (open && open.id === this.shift?.id) {
      await this.keepShift(open);
    } else {
      this.shift = null;
      await forget("shift");
    }
  },

  async keepShift(shift) {
    this.shift = shift;
    this.closed = null;
    await write("shift", shift);
  },

  async showShift() {
    this.go("shift");
    try {
      await this.findShift();
    } catch {
      this.problem = this.t.no_connection;
    }
  },

  async closeShift() {
    try {
      this.closed = await api.post(`/v1/shifts/${this.shift.id}/close`);
      this.shift = null;
      await forget("shift");
      this.go("closed");
    } catch (error) {
      this.problem = error instanceof Refused ? error.message : this.t.no_connection_to_open;
    }
  },

  get shiftLine() {
    return this.shift
      ? this.say("shift_of", { name: this.shift.cashier.name, time: this.time(this.shift.opened_at) })
      : "";
  },
});

async function currentShift(api) {
  try {
    return await api.get("/v1/shifts/current");
  } catch (error) {
    if (error instanceof Refused && error.code === NO_SHIFT) {
      return null;
    }
    throw error;
  }
}
