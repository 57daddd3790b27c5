// The device: its key, the connection, the clock, sound and look.

import { Refused } from "../api.js";
import { forget, read, write } from "../store.js";
import { listenToScanner } from "../scanner.js";
import { signal } from "../signals.js";
import { callPoints } from "../words.js";

const KEY = /^plk_[0-9a-f]{32}_[\w-]{43}$/;
const LOOK_AGAIN_MS = 4000;
const YEAR_SECONDS = 365 * 24 * 3600;
const NO_KEY_STATUS = 401;

export const device = ({ api, outbox, figures, settings }) => ({
  till: null,
  t: settings.texts,
  keyText: "",
  isOnline: true,
  isLoud: true,
  isTouch: matchMedia("(pointer: coarse)").matches || innerWidth < 768,
  clockAheadMs: 0,

  async init() {
    api.onReach = (isReached) => this.noteReach(isReached);
    outbox.onChange = (queue) => this.noteQueue(queue);
    listenToScanner((code) => this.takeScan(code));
    addEventListener("online", () => this.lookAgain());
    addEventListener("offline", () => this.noteReach(false));
    addEventListener("hashchange", () => this.start());
    setInterval(() => this.lookAgain(), LOOK_AGAIN_MS);
    navigator.storage?.persist?.();
    await this.start();
  },

  async start() {
    await this.takeKeyOfAddress();
    const kept = await Promise.all(["key", "till", "shift", "isLoud", "shelf"].map(read));
    const [key, till, shift, isLoud, shelf] = kept;
    this.isLoud = isLoud ?? true;
    this.shelf = shelf ?? [];
    await outbox.tell();
    if (!key) {
      this.go("connect");
      return;
    }
    api.key = key;
    if (till) {
      this.learn(till);
      this.shift = shift ?? null;
      this.beginWork();
    }
    await this.meet();
  },

  // A link from the office or the demo carries the key after the hash, which no server sees; it does not stay there.
  async takeKeyOfAddress() {
    const key = new URLSearchParams(location.hash.slice(1)).get("key");
    if (!key) {
      return;
    }
    history.replaceState(null, "", location.pathname);
    if (key !== (await read("key"))) {
      await this.forgetBusiness();
      await write("key", key);
    }
  },

  async openKey() {
    const key = this.keyText.trim();
    if (!KEY.test(key)) {
      this.problem = this.t.key_malformed;
      return;
    }
    api.key = key;
    await write("key", key);
    await this.meet();
  },

  // Ask where this till stands and who is at work.
  async meet() {
    const askedAt = Date.now();
    try {
      const till = await api.get("/v1/till");
      this.clockAheadMs = Date.parse(till.now) - (askedAt + Date.now()) / 2;
      await write("till", till);
      this.learn(till);
      await this.findShift();
    } catch (error) {
      this.failToMeet(error);
      return;
    }
    this.keyText = "";
    if (this.screen === "starting" || this.screen === "connect" || (!this.shift && this.screen === "sale")) {
      this.beginWork();
    }
    this.renewShelf();
    outbox.drain();
  },

  failToMeet(error) {
    const isRefused = error instanceof Refused;
    const isUnknown = isRefused && error.status === NO_KEY_STATUS;
    if (isUnknown || this.screen === "starting") {
      this.go("connect");
    }
    if (isRefused || !this.till) {
      // Whoever has no key has no language there either.
      this.problem = isUnknown ? this.t.key_unknown : isRefused ? error.message : this.t.no_connection;
    }
  },

  beginWork() {
    if (this.shift) {
      this.newSale();
    } else {
      this.chooseCashier();
    }
  },

  learn(till) {
    this.till = till;
    this.t = callPoints(settings.texts, till.point_words, settings.language);
    figures.learn(till);
    figures.texts = this.t;
  },

  async disconnect() {
    await this.forgetBusiness();
    location.reload();
  },
  async forgetBusiness() {
    await Promise.all(["key", "till", "shift", "shelf"].map(forget));
    this.till = null;
    this.shift = null;
  },

  // Our clock, whatever the device's says.
  now() {
    return new Date(Date.now() + this.clockAheadMs);
  },

  noteReach(isReached) {
    const isBack = isReached && !this.isOnline;
    this.isOnline = isReached;
    if (isBack) {
      this.findAgain();
      this.requote();
      outbox.drain();
    }
  },

  async lookAgain() {
    if (!api.key) {
      return;
    }
    if (this.queue.some((item) => item.state === "waiting")) {
      await outbox.drain();
    } else if (!this.isOnline) {
      await this.meet();
    }
  },

  signal(kind) {
    signal(kind, this.isLoud);
  },
  async switchSound() {
    this.isLoud = !this.isLoud;
    await write("isLoud", this.isLoud);
    this.signal("found");
  },
  setLook(name, value) {
    document.cookie = `plushka_${name}=${value}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
    location.reload();
  },
});
