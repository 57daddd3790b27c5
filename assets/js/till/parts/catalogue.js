// Rewards of the catalogue that the member can have for points: got here, they are gifts like any other.

import { Refused } from "../api.js";

export const catalogue = ({ api }) => ({
  offers: null,
  isGettingReward: false,
  isCodeForReward: false,

  get mayShowOffers() {
    return Boolean(this.member && this.isKnown && this.isOnline && !this.member.is_blocked && !this.offers);
  },
  get catalogueOffers() {
    return this.offers ?? [];
  },
  get isCatalogueEmpty() {
    return this.offers?.length === 0;
  },
  offerText(offer) {
    const lacks = offer.reason === "points_missing" ? this.say("reward_lacks", { points: this.points(offer.points_missing) }) : this.t[`reward_${offer.reason}`];
    return [this.points(offer.price_points), lacks].filter(Boolean).join(" · ");
  },
  async showOffers() {
    await this.askForReward(async () => {
      const { id } = this.member;
      const { offers } = await api.get("/v1/rewards/offers", { member: id });
      if (this.member?.id === id) {
        this.offers = offers;
      }
    });
  },
  hideOffers() {
    this.offers = null;
    this.isCodeForReward = false;
  },

  async getReward(offer) {
    if (this.till?.spending_needs_permit && !this.permit) {
      this.isCodeForReward = true;
      this.problem = this.t.reward_needs_code;
      return;
    }
    await this.askForReward(async () => {
      const { id } = this.member;
      await api.press(`buy ${id} ${offer.id}`, "/v1/rewards", {
        offer: offer.id,
        member: { id },
        price_points: offer.price_points,
        ...(this.permit && { permit: this.permit.id }),
      });
      this.dropPermit();
      const member = await api.get(`/v1/members/${id}`);
      if (this.member?.id === id) {
        this.member = member;
      }
      this.notice = this.say("reward_got", { name: offer.name });
      this.signal("booked");
    });
  },

  async askForReward(question) {
    if (this.isGettingReward) {
      return;
    }
    this.problem = "";
    this.isGettingReward = true;
    try {
      await question();
    } catch (error) {
      this.problem = error instanceof Refused ? error.message : this.t.gift_needs_connection;
      this.signal("wrong");
    } finally {
      this.isGettingReward = false;
    }
  },
});
