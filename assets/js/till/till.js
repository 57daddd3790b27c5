// The page as one component, put together from its parts; each part is a task of the cashier.

import { Api } from "./api.js";
import { Figures } from "./figures.js";
import { Outbox } from "./outbox.js";
import { cashiers } from "./parts/cashiers.js";
import { catalogue } from "./parts/catalogue.js";
import { certificates } from "./parts/certificates.js";
import { coupons } from "./parts/coupons.js";
import { device } from "./parts/device.js";
import { finding } from "./parts/finding.js";
import { gifts } from "./parts/gifts.js";
import { goods } from "./parts/goods.js";
import { permits } from "./parts/permits.js";
import { returning } from "./parts/returning.js";
import { sale } from "./parts/sale.js";
import { typing } from "./parts/typing.js";
import { waiting } from "./parts/waiting.js";
import { fill } from "./words.js";

export function newTill(settings) {
  const api = new Api(settings.language);
  const outbox = new Outbox(api);
  const figures = new Figures(settings);
  const tools = { api, outbox, figures, settings };
  const parts = [device, cashiers, finding, catalogue, gifts, goods, sale, coupons, certificates, permits, returning, typing, waiting].map((part) => part(tools));
  // Spreading would read the getters once; their descriptors keep them alive.
  return Object.defineProperties({}, Object.assign({}, ...parts.map(Object.getOwnPropertyDescriptors), shared(tools)));
}

const shared = ({ figures }) =>
  Object.getOwnPropertyDescriptors({
    screen: "starting",
    problem: "",
    notice: "",

    say(name, values) {
      return fill(this.t[name], values);
    },
    money: (minor) => figures.money(minor),
    points: (units) => figures.points(units),
    pointsObject: (units) => figures.points(units, "points_object"),
    bareNumber: (units) => figures.number(units, figures.scale),
    quantity: (milli) => figures.quantity(milli),
    moment: (moment) => figures.moment(moment),
    time: (moment) => figures.time(moment),

    go(screen) {
      this.screen = screen;
      this.problem = "";
      this.notice = "";
    },
    focusOn(id) {
      this.$nextTick(() => document.getElementById(id)?.focus());
    },
  });
