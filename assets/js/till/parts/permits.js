// The member's agreement to spend, where the business asks for it: a code or QR from their phone (S19), or a button
// that they press in their messenger.

import { Refused } from "../api.js";

const ASKS_AGAIN_MS = 2000;

let asking = 0;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const permits = ({ api }) => ({
  permit: null,
  codeText: "",
  isAsking: false,
  isDeclined: false,

  // Whose code a scanned QR must be now.
  get needsPermitOf() {
    return this.needsPermitNow ? this.member.id : null;
  },
  get needsPermitNow() {
    return Boolean(this.till?.spending_needs_permit && this.isOnline && (this.redeem > 0 || this.isCodeForReward) && !this.permit);
  },

  async presentCode(code = this.codeText.trim()) {
    if (!code) {
      return;
    }
    this.problem = "";
    try {
      const shown = await api.post("/v1/members/codes", { code });
      if (shown.member.id !== this.member.id) {
        this.problem = this.t.other_member;
        this.signal("wrong");
        return;
      }
      this.stopAsking();
      this.takePermit(shown.permit);
    } catch (error) {
      this.problem = error instanceof Refused ? error.message : this.t.needs_connection;
      this.signal("wrong");
    }
  },
  takePermit(permit) {
    this.permit = permit;
    this.isDeclined = false;
    this.codeText = "";
    this.signal("found");
    this.focusOn("main");
  },
  dropPermit() {
    this.stopAsking();
    this.hideOffers();
    this.isDeclined = false;
    this.permit = null;
    this.codeText = "";
  },

  get mayAsk() {
    return this.needsPermitNow && this.member.can_be_asked && !this.isAsking;
  },
  async askInMessenger() {
    asking += 1;
    const mine = asking;
    const isWanted = () => mine === asking && this.screen === "sale";
    this.isAsking = true;
    this.isDeclined = false;
    this.problem = "";
    try {
      const question = await this.waitForAnswer({ id: this.member.id }, isWanted);
      if (isWanted()) {
        this.endAsking(question);
      }
    } catch (error) {
      if (isWanted()) {
        this.problem = error instanceof Refused ? error.message : this.t.no_connection;
        this.signal("wrong");
      }
    } finally {
      if (mine === asking) {
        this.isAsking = false;
      }
    }
  },
  // Nothing is withdrawn: whoever asks again while the question lives asks the same one.
  stopAsking() {
    asking += 1;
    this.isAsking = false;
  },
  endAsking({ permit, declined }) {
    if (permit) {
      this.takePermit(permit);
      return;
    }
    if (declined) {
      this.isDeclined = true;
    } else {
      this.problem = this.t.not_answered;
    }
    this.signal("wrong");
  },
  goOnWithoutPoints() {
    this.isDeclined = false;
    this.chooseRedeem(0);
    this.focusOn("main");
  },

  // Ask, and look for the answer while the question lives: asked any later it would be another question.
  async waitForAnswer(member, isWanted) {
    let question = await api.post("/v1/members/permits", { member });
    if (question.declined) {
      // They said no to what was asked before this press.
      question = await api.post("/v1/members/permits", { member, again_after: question.id });
    }
    const until = Date.parse(question.expires_at) - 2 * ASKS_AGAIN_MS;
    while (!question.permit && !question.declined && this.now().getTime() < until) {
      await pause(ASKS_AGAIN_MS);
      if (!isWanted()) {
        return question;
      }
      try {
        question = await api.post("/v1/members/permits", { member });
      } catch (error) {
        if (error instanceof Refused) {
          throw error;
        }
        // A silence: the connection may be back before the question has run out.
      }
    }
    return question;
  },
});
