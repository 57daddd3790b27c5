// The product grid: what has a price, kept on the device, searched as one types.

import { Refused } from "../api.js";
import { write } from "../store.js";

const PIECE_MILLI = 1000;
const SHOWN_MAX = 60;

export const goods = ({ api, figures }) => ({
  shelf: [],
  category: "",
  goodsText: "",
  found: null,
  areGoodsOpen: false,
  lines: [],

  async renewShelf() {
    try {
      this.shelf = (await api.get("/v1/products")).products;
      await write("shelf", this.shelf);
    } catch {
      // What was kept is good enough: prices of the day before, until the connection is back.
    }
  },

  get categories() {
    return [...new Set(this.shelf.map((product) => product.category).filter(Boolean))];
  },
  get products() {
    const text = this.goodsText.trim().toLowerCase();
    if (text && this.found) {
      return this.found;
    }
    return this.shelf
      .filter((product) => !this.category || text || product.category === this.category)
      .filter((product) => !text || product.name.toLowerCase().includes(text))
      .slice(0, SHOWN_MAX);
  },
  pickCategory(category) {
    this.category = this.category === category ? "" : category;
  },

  async searchGoods() {
    const text = this.goodsText.trim();
    this.found = null;
    if (!text) {
      return;
    }
    try {
      const { products } = await api.get("/v1/products", { text });
      if (text === this.goodsText.trim()) {
        this.found = products.slice(0, SHOWN_MAX);
      }
    } catch {
      // The shelf that is kept is searched instead.
    }
  },

  // A scanned product goes into the basket. Returns whether the code is one.
  async addByCode(code) {
    const isIt = (product) => product.sku === code || product.barcode === code;
    let product = this.shelf.find(isIt);
    if (!product) {
      try {
        product = (await api.get("/v1/products", { text: code })).products.find(isIt);
      } catch (error) {
        if (error instanceof Refused) {
          throw error;
        }
      }
    }
    if (product) {
      this.addProduct(product);
    }
    return Boolean(product);
  },

  addProduct(product) {
    const known = this.lines.find((line) => line.sku === product.sku);
    if (known) {
      known.quantity += 1;
    } else {
      const price = product.price_minor ?? figures.typedMoney(this.amountText);
      if (!price) {
        this.problem = this.say("price_missing", { name: product.name });
        this.signal("wrong");
        return;
      }
      if (product.price_minor === null) {
        this.amountText = "";
      }
      this.lines.push({ sku: product.sku, name: product.name, price, quantity: 1 });
    }
    this.problem = "";
    this.signal("found");
    this.requote();
  },
  lessOf(line) {
    line.quantity -= 1;
    this.lines = this.lines.filter((each) => each.quantity > 0);
    this.requote();
  },
  moreOf(line) {
    line.quantity += 1;
    this.requote();
  },
  lineSum: (line) => line.price * line.quantity,

  get goodsLines() {
    return this.lines.map((line) => ({
      sku: line.sku,
      name: line.name,
      quantity_milli: line.quantity * PIECE_MILLI,
      amount_minor: this.lineSum(line),
    }));
  },
});
