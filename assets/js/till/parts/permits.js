// The member's agreement to spend, where the business asks for it: a code or QR from their phone (S19).

import { Refused } from "../api.js";

export const permits = ({ api }) => ({
  permit: null,
  codeText: "",

  // Whose code a scanned QR must be now.
  get needsPermitOf() {
    return this.needsPermitNow ? this.member.id : null;
  },
  get needsPermitNow() {
    return Boolean(this.till?.spending_needs_permit && this.isOnline && this.redeem > 0 && !this.permit);
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
      this.permit = shown.permit;
      this.codeText = "";
      this.signal("found");
      this.focusOn("main");
    } catch (error) {
      this.problem = error instanceof Refused ? error.message : this.t.needs_connection;
      this.signal("wrong");
    }
  },
});
