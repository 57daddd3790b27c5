// In what the app was opened. The first page of a visit is told by its address, the others by what it has left.

import { browser } from "./browser.js";
import { max } from "./max.js";
import { telegram } from "./telegram.js";
import { vk } from "./vk.js";

const KEY = "plushka-launch";

export const host = findHost();

function findHost() {
  const here = [location.hash.slice(1), location.search.slice(1)];
  for (const [hash, search] of [here, left()]) {
    const [parameters, query] = [new URLSearchParams(hash), new URLSearchParams(search)];
    const found = telegram(parameters) ?? max(parameters) ?? vk(parameters, query);
    if (found) {
      sessionStorage.setItem(KEY, JSON.stringify([hash, search]));
      return found;
    }
  }
  return browser;
}

function left() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? ["", ""];
  } catch {
    // A browser that keeps nothing for frames throws instead of returning nothing.
    return ["", ""];
  }
}
