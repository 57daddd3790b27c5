// What is sent exactly once: sales, returns and enrolments are written to the device before they are sent, with
// their number and Idempotency-Key, and leave it when the server has answered. Whatever dies in between (tab,
// network, server), the same thing is sent again under the same number, and the server knows it.

import { Refused, Unreachable } from "./api.js";
import { addToQueue, changeInQueue, listQueue, nextNumber, read, removeFromQueue, write } from "./store.js";

const LOCK = "plushka-till-outbox";
const IN_HAND_MS = 15_000; // Longer than a request may take: by then whoever sent it has died.
const ASK_AGAIN = ["wallet_moved", "key_missing", "key_invalid", "scope_missing"];
const DEVICE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const DEVICE_LENGTH = 5;

export class Outbox {
  constructor(api) {
    this.api = api;
    this.onChange = () => {};
  }

  // The next receipt number of this device: unlike every other's of the same till.
  async newNumber() {
    let device = await read("device");
    if (!device) {
      const random = crypto.getRandomValues(new Uint8Array(DEVICE_LENGTH));
      device = [...random].map((byte) => DEVICE_LETTERS[byte % DEVICE_LETTERS.length]).join("");
      await write("device", device);
    }
    return `${device}-${String(await nextNumber()).padStart(6, "0")}`;
  }

  // Keep and send now. Returns the answer; throws Refused (nothing was done, nothing is kept) or Unreachable
  // (kept, and sent again by itself).
  async send(entry) {
    const item = await this.keep({ ...entry, attempts: 1 }, Date.now() + IN_HAND_MS);
    try {
      const answer = await this.attempt(item);
      await this.drop(item);
      return answer;
    } catch (error) {
      if (error instanceof Refused) {
        await this.drop(item);
      } else {
        await changeInQueue({ ...item, inHandUntil: 0 });
        await this.tell();
      }
      throw error;
    }
  }

  // Keep for later, without trying now.
  async keep(entry, inHandUntil = 0) {
    const item = { key: crypto.randomUUID(), state: "waiting", attempts: 0, inHandUntil, ...entry };
    item.number = await addToQueue(item);
    await this.tell();
    return item;
  }

  // Send all that waits, in its order; only one tab of the till does. Stops when nobody answers.
  drain() {
    return navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
      if (!lock) {
        return;
      }
      for (const item of await listQueue()) {
        if (item.state === "waiting" && item.inHandUntil <= Date.now() && !(await this.settle(item))) {
          return;
        }
      }
    });
  }

  async settle(item) {
    // It may have been sent, and the answer may be lost with this tab: it is not taken back any more.
    await changeInQueue({ ...item, attempts: item.attempts + 1 });
    try {
      await this.attempt(item);
      await this.drop(item);
      return true;
    } catch (error) {
      if (error instanceof Unreachable || ASK_AGAIN.includes(error.code)) {
        return false;
      }
      if (!(error instanceof Refused)) {
        throw error;
      }
      await changeInQueue({ ...item, state: "refused", reason: error.message, code: error.code });
      await this.tell();
      return true;
    }
  }

  attempt(item) {
    return this.api.post(item.path, item.body, { idempotencyKey: item.key });
  }

  // A sale that was refused with its member, once more: with them, or as one without a card.
  async again(item, { withMember = true } = {}) {
    const { member, redeem, permit, expected_payable_minor, ...rest } = item.body;
    const body = withMember ? item.body : rest;
    await changeInQueue({ ...item, body, key: crypto.randomUUID(), state: "waiting", reason: "", inHandUntil: 0 });
    await this.tell();
  }

  // Whether it was surely never sent, so that it can be taken back here.
  async takeBack(number) {
    return navigator.locks.request(LOCK, async () => {
      const item = (await listQueue()).find((each) => each.number === number);
      if (!item || item.attempts > 0 || item.inHandUntil > Date.now()) {
        return false;
      }
      await this.drop(item);
      return true;
    });
  }

  async drop(item) {
    await removeFromQueue(item.number);
    await this.tell();
  }

  async tell() {
    this.onChange(await listQueue());
  }
}
