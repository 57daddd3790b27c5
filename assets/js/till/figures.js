// Money and points from integers, as people read and type them.

const NBSP = "\u00a0";
const MINUS = "\u2212";
const TYPED = /^\d{1,12}(?:\.\d*)?$/;

export class Figures {
  constructor({ language, texts }) {
    this.language = language;
    this.texts = texts;
    this.plurals = new Intl.PluralRules(language);
    this.decimals = 2;
    this.sign = "";
    this.scale = 0;
    this.timeZone = undefined;
  }

  // Learn from GET /v1/till how this business writes.
  learn(till) {
    this.decimals = till.currency_decimals;
    this.sign = till.currency_sign;
    this.scale = till.points?.scale ?? 0;
    this.timeZone = till.time_zone;
  }

  money(minor) {
    const number = this.number(minor, this.decimals);
    return this.language === "ru" ? `${number}${NBSP}${this.sign}` : `${this.sign}${number}`;
  }

  // "57 points"; `form` is "points_object" where something is done to them.
  points(units, form = "points") {
    const isWhole = units % 10 ** this.scale === 0;
    const count = isWhole ? Math.abs(units) / 10 ** this.scale : 2;
    const forms = this.texts[form];
    const text = forms[this.plurals.select(count)] ?? forms.other;
    return text.replace("{number}", this.number(units, this.scale));
  }

  // Without decimals when they are all zero.
  number(units, decimals) {
    const digits = String(Math.abs(units)).padStart(decimals + 1, "0");
    const cut = digits.length - decimals;
    const group = this.language === "ru" ? NBSP : ",";
    const whole = digits.slice(0, cut).replace(/\B(?=(\d{3})+$)/g, group);
    const rest = /^0*$/.test(digits.slice(cut)) ? "" : (this.language === "ru" ? "," : ".") + digits.slice(cut);
    return (units < 0 ? MINUS : "") + whole + rest;
  }

  // Minor units of what was typed with a comma or a point; null when it is no amount, 0 of nothing.
  typedMoney(text) {
    return this.typed(text, this.decimals);
  }

  typed(text, decimals) {
    const typed = text.replace(/\s/g, "").replace(",", ".");
    if (typed === "") {
      return 0;
    }
    const [whole, rest = ""] = typed.split(".");
    return TYPED.test(typed) && rest.length <= decimals ? Number(whole + rest.padEnd(decimals, "0")) : null;
  }

  percent(bp) {
    const number = this.number(bp, 2).replace(/([.,]\d*?)0+$/, "$1");
    return this.language === "ru" ? `${number}${NBSP}%` : `${number}%`;
  }

  quantity(milli) {
    return this.number(milli, 3).replace(/([.,]\d*?)0+$/, "$1");
  }

  time(moment) {
    return this.date(moment, { hour: "2-digit", minute: "2-digit", hour12: false });
  }

  day(moment) {
    return this.date(moment, { day: "numeric", month: "long" });
  }

  moment(moment) {
    return this.date(moment, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false });
  }

  date(moment, options) {
    return new Intl.DateTimeFormat(this.language, { timeZone: this.timeZone, ...options }).format(new Date(moment));
  }
}
