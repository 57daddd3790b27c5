import Alpine from "@alpinejs/csp";
import { newTill } from "./till.js";

const settings = JSON.parse(document.getElementById("settings").textContent);

Alpine.data("till", () => newTill(settings));
Alpine.start();

navigator.serviceWorker?.register("/till/sw.js", { scope: "/till" });
