import Alpine from "@alpinejs/csp";
import { newTill } from "./till.js";

const settings = JSON.parse(document.getElementById("settings").textContent);

Alpine.data("till", () => newTill(settings));
Alpine.start();

// A device that loses its network meanwhile asks again once it is back.
function keepPage() {
  navigator.serviceWorker
    ?.register("/till/sw.js", { scope: "/till" })
    .catch(() => addEventListener("online", keepPage, { once: true }));
}
keepPage();
