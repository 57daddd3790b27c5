// What waits to be sent, and what was not accepted with its reason.

export const waiting = ({ outbox }) => ({
  queue: [],
  doomed: 0,

  noteQueue(queue) {
    const isSent = queue.length < this.queue.length;
    this.queue = queue;
    if (isSent && this.screen === "receipts") {
      this.notice = "";
      this.renewReceipts();
    }
  },

  // What is being sent at this moment is not called waiting.
  get waitingItems() {
    return this.queue.filter((item) => item.state === "waiting" && item.inHandUntil <= Date.now());
  },
  get refusedItems() {
    return this.queue.filter((item) => item.state === "refused");
  },
  get waitingText() {
    return this.say("items_waiting", { count: this.waitingItems.length });
  },
  get refusedText() {
    return this.say("items_refused", { count: this.refusedItems.length });
  },
  itemText(item) {
    const number = item.body.external_id;
    return {
      sale: () => this.say("kind_sale", { number, amount: this.money(item.amountMinor) }),
      return: () => this.say("kind_return", { number }),
      enrolment: () => this.say("kind_enrolment", { phone: item.body.phone }),
    }[item.kind]();
  },
  hasMember: (item) => Boolean(item.body.member),

  async sendAgain(item) {
    await outbox.again(item);
    await outbox.drain();
  },
  async sendWithoutMember(item) {
    await outbox.again(item, { withMember: false });
    await outbox.drain();
  },
  // What is removed is gone, so it takes a second press.
  async removeItem(item) {
    if (this.doomed === item.number) {
      await outbox.drop(item);
    }
    this.doomed = item.number;
  },
  removeText(item) {
    return this.doomed === item.number ? this.t.remove_surely : this.t.remove;
  },
});
