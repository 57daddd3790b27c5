// Gifts that wait for the member: each is given once, and taken back when that was a mistake.

import { Refused } from "../api.js";

const CODE = /^[A-HJKMNP-Z2-9]{4}[ -]?[A-HJKMNP-Z2-9]{4}$/i;

const endOf = ({ expires_at: until }) => (until ? Date.parse(until) : Number.MAX_SAFE_INTEGER);

export const gifts = ({ api, figures }) => ({
  givenGift: null,
  isGiving: false,

  // Gifts of one name are one row, of which the first to expire is given first.
  get memberGifts() {
    const waiting = [...(this.member?.rewards ?? [])].sort((one, other) => endOf(one) - endOf(other));
    const names = [...new Set(waiting.map(({ name }) => name))];
    return names.map((name) => {
      const alike = waiting.filter((gift) => gift.name === name);
      return { ...alike[0], title: alike.length > 1 ? `${name} × ${alike.length}` : name };
    });
  },
  giftText(gift) {
    return gift.expires_at ? this.say("gift_until", { day: figures.day(endOf(gift) - 1) }) : "";
  },

  // A gift's code is as good as a card: it says who stands there.
  async findByGift(text) {
    if (!CODE.test(text)) {
      return null;
    }
    try {
      const gift = await api.get("/v1/rewards", { code: text });
      return await api.get(`/v1/members/${gift.member_id}`);
    } catch (error) {
      if (error instanceof Refused) {
        return null;
      }
      throw error;
    }
  },

  async giveGift(gift) {
    if (await this.turnGift(gift, "redeem")) {
      this.givenGift = gift;
      this.notice = this.say("gift_given", { name: gift.name });
      this.signal("booked");
    }
  },
  async takeGiftBack() {
    if (await this.turnGift(this.givenGift, "reverse")) {
      this.givenGift = null;
      this.notice = "";
    }
  },

  async turnGift(gift, how) {
    if (this.isGiving) {
      return false;
    }
    this.problem = "";
    this.isGiving = true;
    const { id } = this.member;
    try {
      await api.press(`${how} ${gift.id}`, `/v1/rewards/${gift.id}/${how}`);
      const member = await api.get(`/v1/members/${id}`);
      if (this.member?.id === id) {
        this.member = member;
      }
      return true;
    } catch (error) {
      this.problem = error instanceof Refused ? error.message : this.t.gift_needs_connection;
      this.signal("wrong");
      return false;
    } finally {
      this.isGiving = false;
    }
  },
});
