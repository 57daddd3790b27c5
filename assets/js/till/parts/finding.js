// The member: found by phone, card, code or camera, or enrolled in one field.

import { Refused } from "../api.js";
import { scanWithCamera } from "../camera.js";

const CODE = /^(PLK1:\S+|\d{3}[ -]?\d{3})$/i;
const QR = /^PLK1:/i;
const PHONE_DIGITS = { min: 10, max: 15 };
const NEAR_DAYS = 7;
const DAY_MS = 24 * 3600 * 1000;
const NOT_FOUND = 404;
const NOT_THIS = ["member_not_found", "phone_invalid", "identity_too_long", "email_invalid"];

const digitsOf = (text) => text.replace(/\D/g, "");

export function looksLikePhone(text) {
  const count = digitsOf(text).length;
  return /^[\d\s()+-]+$/.test(text) && count >= PHONE_DIGITS.min && count <= PHONE_DIGITS.max;
}

// What a typed text may be, the likeliest first.
export function readings(text) {
  if (text.includes("@")) {
    return [{ email: text }];
  }
  return looksLikePhone(text) ? [{ phone: text }, { card: text }] : [{ card: text }];
}

let camera = null;

export const finding = ({ api, figures, settings }) => ({
  find: "",
  member: null,
  isFinding: false,
  mayEnrol: false,
  friendCode: "",
  isCameraOn: false,

  async findMember(text = this.find.trim()) {
    if (!text || this.isFinding) {
      return;
    }
    this.problem = "";
    this.notice = "";
    this.mayEnrol = false;
    this.isFinding = true;
    try {
      await this.lookFor(text);
    } catch (error) {
      this.failToFind(error, text);
    } finally {
      this.isFinding = false;
    }
  },

  async lookFor(text) {
    if (!QR.test(text)) {
      for (const identity of readings(text)) {
        const found = await this.ask(identity);
        if (found) {
          this.meetMember(found);
          return;
        }
      }
    }
    const found = await this.findByGift(text);
    if (found) {
      this.meetMember(found);
      return;
    }
    if (CODE.test(text)) {
      const shown = await api.post("/v1/members/codes", { code: text });
      this.meetMember(shown.member, shown.permit);
      return;
    }
    this.problem = this.t.nobody_found;
    this.mayEnrol = looksLikePhone(text);
    this.signal("wrong");
  },

  async ask(identity) {
    try {
      return await api.get("/v1/members", identity);
    } catch (error) {
      if (error instanceof Refused && NOT_THIS.includes(error.code)) {
        return null;
      }
      throw error;
    }
  },

  // Without a connection the sale goes to whoever has this phone or card: points come later.
  failToFind(error, text) {
    if (error instanceof Refused) {
      this.problem = error.status === NOT_FOUND ? this.t.code_not_here : error.message;
      this.signal("wrong");
    } else if (CODE.test(text)) {
      this.problem = this.t.needs_connection;
      this.signal("wrong");
    } else {
      this.meetLater(text);
    }
  },

  meetMember(member, permit = null) {
    this.dropPermit();
    this.member = member;
    this.givenGift = null;
    this.permit = permit;
    this.redeem = 0;
    this.afterMeeting();
  },

  meetLater(text) {
    const [identity] = readings(text);
    this.member = { name: "", later: identity, text };
    this.dropPermit();
    this.redeem = 0;
    this.notice = this.t.found_later;
    this.afterMeeting();
  },

  // The connection is back before the sale was booked: now it can be known who it is.
  findAgain() {
    if (this.screen === "sale" && this.member?.later) {
      const { text } = this.member;
      this.member = null;
      this.find = text;
      this.findMember(text);
    }
  },

  afterMeeting() {
    this.find = "";
    this.friendCode = "";
    this.mayEnrol = false;
    this.signal("found");
    this.turnTo("amount");
    this.requote();
  },

  async enrol() {
    const phone = this.find.trim();
    const code = this.friendCode.trim();
    try {
      const member = await api.post("/v1/members", { phone, ...(code && { referrer_code: code }) });
      this.meetMember(member);
      this.problem = "";
      const refused = member.referrer_refused;
      this.notice = refused ? this.say("friend_refused", { why: this.t[`friend_${refused}`].toLowerCase() }) : this.t.enrolled;
    } catch (error) {
      if (error instanceof Refused) {
        this.problem = error.message;
        this.signal("wrong");
        return;
      }
      this.problem = "";
      this.meetLater(phone);
    }
  },

  dropMember() {
    this.member = null;
    this.dropPermit();
    this.redeem = 0;
    this.turnTo("find");
    this.requote();
  },

  get asksForFriend() {
    return this.mayEnrol && Boolean(this.till?.rewards_friends);
  },

  get memberName() {
    return this.member ? this.member.name || this.member.text || this.phoneOf(this.member) : "";
  },
  phoneOf(member) {
    return member.identities?.find(({ kind }) => kind === "phone" || kind === "card")?.value ?? "";
  },
  get isKnown() {
    return Boolean(this.member?.id);
  },
  get memberFacts() {
    if (!this.isKnown) {
      return [];
    }
    const { balance, burns_next: burns, is_blocked: isBlocked, is_unverified: isUnverified } = this.member;
    return [
      isBlocked && { mark: "ban", text: this.t.blocked },
      isUnverified && { mark: "clock", text: this.t.unverified },
      balance.debt > 0 && { mark: "alert-triangle", text: this.say("debt", { points: this.points(balance.debt) }) },
      this.birthdayText && { mark: "cake", text: this.birthdayText },
      burns && {
        mark: "flame",
        text: this.say("burns", { points: this.points(burns.points), day: figures.day(Date.parse(burns.at) - 1) }),
      },
      ...(this.member.cards ?? []).map((card) => ({ mark: "circle-check", text: this.cardText(card) })),
      balance.pending > 0 && { mark: "clock", text: this.say("pending", { points: this.points(balance.pending) }) },
    ].filter(Boolean);
  },
  cardText(card) {
    const told = (count) => (card.counts === "spend" ? this.money(count) : String(count));
    return this.say("stamps", { name: card.name, have: told(card.have), needed: told(card.needed) });
  },
  get birthdayText() {
    const [, month, day] = (this.member.birthday ?? "").split("-").map(Number);
    if (!month) {
      return "";
    }
    const [year, ...today] = new Intl.DateTimeFormat("sv", { timeZone: this.till.time_zone })
      .format(this.now())
      .split("-")
      .map(Number);
    const now = Date.UTC(year, today[0] - 1, today[1]);
    const days = [year - 1, year, year + 1].map((each) => (Date.UTC(each, month - 1, day) - now) / DAY_MS);
    const nearest = days.reduce((best, each) => (Math.abs(each) < Math.abs(best) ? each : best));
    if (nearest === 0) {
      return this.t.birthday_today;
    }
    return Math.abs(nearest) <= NEAR_DAYS
      ? this.say("birthday_near", { day: figures.day(this.now().getTime() + nearest * DAY_MS) })
      : "";
  },
  get tierText() {
    const tier = this.member?.tier;
    if (!tier?.name) {
      return "";
    }
    const { next, next_discount_bp: discountBp } = tier;
    if (discountBp > 0 && next.metric === "spend" && next.need > next.have) {
      const amount = this.money(next.need - next.have);
      return `${tier.name}, ${this.say("next_discount", { amount, rate: figures.percent(discountBp) })}`;
    }
    return tier.next_name ? `${tier.name}, ${this.say("next_tier", { tier: tier.next_name })}` : tier.name;
  },

  // Wherever the cursor stands: a member's QR or card, or a product; in the field of promo codes one of those.
  async takeScan(code) {
    if (this.screen === "done") {
      this.newSale();
    }
    if (this.screen !== "sale") {
      return;
    }
    if (QR.test(code) && this.needsPermitOf) {
      await this.presentCode(code);
    } else if (this.active.startsWith("certificate") && this.areCertificatesOpen) {
      this.certificateText = code;
      this.turnTo("certificate-pin");
    } else if (this.active === "coupon" && this.areCouponsOpen) {
      this.couponText = code;
      this.addCoupon();
    } else if (QR.test(code) || !(await this.addByCode(code))) {
      await this.findMember(code);
      if (!this.member && this.problem === this.t.nobody_found) {
        this.problem = this.say("no_product", { code });
      }
    }
  },

  async openCamera() {
    this.isCameraOn = true;
    this.problem = "";
    camera = new AbortController();
    const mine = camera;
    await this.$nextTick();
    try {
      const code = await scanWithCamera(document.getElementById("camera"), settings, mine.signal);
      this.closeCamera();
      if (code) {
        await this.takeScan(code);
      }
    } catch {
      this.problem = this.t.camera_refused;
      this.closeCamera();
    }
  },
  closeCamera() {
    camera?.abort();
    this.isCameraOn = false;
  },
});
