// Gift certificates: one pays for the sale, one that nobody has bought yet is sold by its number.

import { Refused } from "../api.js";

export const certificates = ({ api, outbox }) => ({
  certificateText: "",
  certificatePin: "",
  certificates: [],
  unsold: null,
  areCertificatesOpen: false,
  isAskingCertificate: false,

  // Without a connection nobody knows what is on one.
  get mayUseCertificates() {
    return Boolean(this.till?.takes_certificates) && this.isOnline && (!this.member || this.isKnown);
  },
  // What each pays, in the order in which they were shown.
  get paying() {
    let left = this.mayUseCertificates ? this.payableMinor : 0;
    return this.certificates.map((each) => {
      const amount = Math.min(each.balance, left);
      left -= amount;
      return { ...each, amount };
    });
  },
  get dueMinor() {
    return this.payableMinor - this.paying.reduce((sum, each) => sum + each.amount, 0);
  },
  get tenders() {
    return this.paying
      .filter((each) => each.amount > 0)
      .map(({ number, pin, amount }) => ({ certificate: number, amount_minor: amount, ...(pin && { pin }) }));
  },

  openCertificates() {
    this.areCertificatesOpen = true;
    this.turnTo("certificate");
  },
  async checkCertificate() {
    const number = this.certificateText.trim();
    const pin = this.certificatePin.trim();
    this.unsold = null;
    this.problem = "";
    if (!number || this.isAskingCertificate) {
      return;
    }
    await this.askCertificate(async () => {
      const shown = await api.post("/v1/certificates/check", { certificate: number, ...(pin && { pin }) });
      if (shown.state === "new") {
        this.unsold = shown;
      } else if (shown.balance_minor === 0) {
        this.problem = this.t[`certificate_${shown.state}`];
        this.signal("wrong");
      } else {
        this.takeCertificate(shown, pin);
      }
    });
  },
  takeCertificate(shown, pin) {
    this.certificates = this.certificates.filter((each) => each.number !== shown.number);
    this.certificates.push({ number: shown.number, pin, balance: shown.balance_minor });
    this.certificateText = "";
    this.certificatePin = "";
    this.signal("found");
    this.focusOn("main");
  },
  removeCertificate(number) {
    this.certificates = this.certificates.filter((each) => each.number !== number);
  },

  get unsoldMinor() {
    return this.unsold?.nominal_minor ?? this.typedMinor ?? 0;
  },
  get sellText() {
    return this.unsoldMinor > 0 ? this.say("sell_certificate", { amount: this.money(this.unsoldMinor) }) : this.t.type_its_amount;
  },
  async sellCertificate() {
    if (this.isAskingCertificate) {
      return;
    }
    await this.askCertificate(async () => {
      const { certificate } = await api.post("/v1/certificates/sales", {
        external_id: await outbox.newNumber(),
        certificate: this.unsold.number,
        amount_minor: this.unsoldMinor,
        ...this.who(),
      });
      this.newSale();
      this.notice = this.say("certificate_sold", { amount: this.money(certificate.nominal_minor) });
      this.signal("booked");
    });
  },

  async askCertificate(question) {
    this.isAskingCertificate = true;
    try {
      await question();
    } catch (error) {
      this.problem = error instanceof Refused ? error.message : this.t.no_connection;
      this.signal("wrong");
    } finally {
      this.isAskingCertificate = false;
    }
  },
  dropCertificates() {
    this.certificateText = "";
    this.certificatePin = "";
    this.certificates = [];
    this.unsold = null;
    this.areCertificatesOpen = false;
  },
});
