// The keypad for fingers, and the keys for those who have a keyboard only.

const DIGITS_MAX = 24;

export const typing = ({ settings }) => ({
  active: "find",
  hasLetters: false,
  keypad: ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
  comma: settings.language === "ru" ? "," : ".",

  turnTo(field) {
    this.active = field;
    this.hasLetters = false;
    this.focusOn(field);
  },

  // Cards and e-mails with letters want the device's own keyboard, which comes with a new focus only.
  useLetters() {
    this.hasLetters = true;
    document.getElementById("find")?.blur();
    this.focusOn("find");
  },

  press(key) {
    this.typeInto((text) => (text.length < DIGITS_MAX ? text + key : text));
  },
  wipe() {
    this.typeInto((text) => text.slice(0, -1));
  },
  typeInto(change) {
    if (this.screen === "cashier") {
      this.pin = change(this.pin).replace(/\D/g, "").slice(0, 6);
    } else if (this.active === "amount") {
      this.amountText = change(this.amountText);
      this.changeAmount();
    } else if (this.active === "code") {
      this.codeText = change(this.codeText);
    } else if (this.active === "certificate") {
      this.certificateText = change(this.certificateText);
    } else if (this.active === "certificate-pin") {
      this.certificatePin = change(this.certificatePin);
    } else if (this.active === "friend") {
      this.friendCode = change(this.friendCode);
    } else if (this.active === "coupon") {
      this.couponText = change(this.couponText);
    } else {
      this.find = change(this.find);
    }
  },

  // The big button does what comes next.
  get isFindNext() {
    return this.active === "find" && this.find.trim() !== "" && !this.member;
  },
  get isNothingNext() {
    return !this.isFindNext && this.totalMinor === 0;
  },
  goOn() {
    return this.isFindNext ? this.findMember() : this.book();
  },

  onKey(event) {
    if (this.isPinTypedAhead(event)) {
      this.press(event.key);
    } else if (event.key === "Escape") {
      this.escape();
    } else if (event.key === "F2" && this.shift) {
      event.preventDefault();
      this.showReceipts();
    } else if (event.key === "F4" && this.shift) {
      event.preventDefault();
      this.showShift();
    }
  },
  // A quick hand types before the field has appeared and is focused.
  isPinTypedAhead({ key }) {
    return this.screen === "cashier" && this.cashier && /^\d$/.test(key) && document.activeElement?.id !== "pin";
  },
  escape() {
    if (this.isCameraOn) {
      this.closeCamera();
    } else if (this.screen === "cashier" && this.cashier) {
      this.cashier = null;
    } else if (this.shift) {
      this.newSale();
    }
  },
});
