// Blocks of reports come one by one. One that does not come says so in its own place and can be asked for again.
// Charts are drawn when they are about to be seen, or before they are printed, by a script that is fetched for the
// first of them.

const SOON = "300px";
const GROWN = 300;
const CHARTS = "[data-chart]";
const whenIdle = window.requestIdleCallback ?? setTimeout;
let charts;

function placeOf(event) {
  const target = event.detail.target ?? event.target;
  return target instanceof Element ? target.closest("[data-block]") : null;
}

function showFailed(place, failed) {
  place.querySelector("[data-block-waiting]").hidden = failed;
  place.querySelector("[data-block-failed]").hidden = !failed;
  place.setAttribute("aria-busy", String(!failed));
}

const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) {
        watcher.unobserve(target);
        draw(target);
      }
    }
  },
  { rootMargin: SOON },
);

async function fetched(place) {
  charts = await import(place.dataset.chart);
  return charts;
}

async function draw(place) {
  try {
    (await fetched(place)).draw(place);
  } catch (failure) {
    place.textContent = place.dataset.chartFailed;
    console.warn(failure);
  }
}

// The chart may be further down than what was drawn until now.
async function save(place, kind) {
  await fetched(place);
  if (place.dataset.chartDrawn === undefined) {
    watcher.unobserve(place);
    charts.draw(place);
    // It grows into its place for a moment.
    await new Promise((done) => setTimeout(done, GROWN));
  }
  await charts.save(place, kind);
}

function drawSoon(root) {
  const places = [...root.querySelectorAll(`${CHARTS}:not([data-chart-drawn])`)];
  places.forEach((place) => watcher.observe(place));
  // Who prints does not wait: by then the script has to be there, though no chart was seen.
  if (places.length && !charts) {
    whenIdle(() => fetched(places[0]).catch(console.warn));
  }
}

function print() {
  const places = [...document.querySelectorAll(CHARTS)];
  places.forEach((place) => watcher.unobserve(place));
  charts?.putOnPaper(places);
}

export function loadReports() {
  window.addEventListener("beforeprint", print);
  window.addEventListener("afterprint", () => charts?.takeFromPaper());
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      const place = placeOf(event);
      if (place) {
        showFailed(place, true);
      }
    });
  }
  document.addEventListener("click", (event) => {
    const taken = event.target.closest("[data-chart-save]");
    if (taken) {
      save(taken.closest("section").querySelector("[data-chart]"), taken.dataset.chartSave);
    }
    const button = event.target.closest("[data-block-again]");
    if (button) {
      const place = button.closest("[data-block]");
      showFailed(place, false);
      place.dispatchEvent(new Event("again"));
    }
  });
  // A date is being typed until the button is pressed; anything else is chosen at once.
  document.addEventListener("change", (event) => {
    const bar = event.target.closest("[data-asked]");
    if (bar && event.target.type !== "date" && event.target.value !== "custom") {
      bar.dispatchEvent(new Event("chosen"));
    }
  });
  document.addEventListener("htmx:load", (event) => drawSoon(event.detail.elt.parentElement ?? event.detail.elt));
  drawSoon(document);
}
