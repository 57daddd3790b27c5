// Who works here: choosing oneself, the PIN, the shift from opening to closing.

import { Refused } from "../api.js";
import { forget, write } from "../store.js";

const NO_SHIFT = "shift_not_found";
const GIVEN = "pin_given";
const PIN_LENGTHS = { min: 4, max: 6 };

export const cashiers = ({ api }) => ({
  cashiers: null,
  cashier: null,
  pin: "",
  given: "", // A right PIN that somebody else knows: their own is being chosen.
  chosen: "", // Typed once, to be typed once more.
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
    this.given = "";
    this.chosen = "";
    this.problem = "";
    this.focusOn("pin");
  },

  get pinTitle() {
    if (!this.given) {
      return this.t.pin;
    }
    return this.chosen ? this.t.pin_again : this.t.pin_own;
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
    if (!this.given) {
      await this.beginShift({ pin });
    } else if (!this.chosen) {
      this.problem = "";
      this.chosen = pin;
      this.focusOn("pin");
    } else if (this.chosen === pin) {
      await this.beginShift({ pin: this.given, new_pin: pin });
    } else {
      this.askPinAgain(this.t.pins_differ);
    }
  },

  async beginShift(pins) {
    try {
      const shift = await api.post("/v1/shifts", { cashier: this.cashier.id, ...pins });
      await this.keepShift(shift);
      this.newSale();
      this.notice = shift.forgotten ? this.say("forgotten", { name: shift.forgotten.cashier.name }) : "";
      this.signal("found");
    } catch (error) {
      if (error instanceof Refused && error.code === GIVEN) {
        this.given = pins.pin;
        this.problem = "";
        this.focusOn("pin");
        return;
      }
      this.askPinAgain(error instanceof Refused ? error.message : this.t.no_connection_to_open);
    }
  },

  askPinAgain(problem) {
    this.chosen = "";
    this.problem = problem;
    this.signal("wrong");
    this.focusOn("pin");
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
