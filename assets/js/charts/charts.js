// Draws the charts of reports: plain data from the page, colours from the stylesheet, words from the server.
import { BarChart, HeatmapChart, LineChart, SankeyChart, ScatterChart } from "echarts/charts";
import { GridComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { height, option, widths } from "./options.js";
import { paletteOf } from "./palette.js";
import { save as saveAs } from "./saving.js";

use([
  BarChart,
  LineChart,
  HeatmapChart,
  SankeyChart,
  ScatterChart,
  GridComponent,
  TooltipComponent,
  VisualMapComponent,
  LabelLayout,
  SVGRenderer,
]);

const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const dark = window.matchMedia("(prefers-color-scheme: dark)");

// As a file, in the colours that are on.
export function save(place, kind) {
  const { title } = JSON.parse(place.querySelector("script").textContent);
  return saveAs(place, kind, place.dataset.chartName, { palette: paletteOf(place), title });
}

const drawn = new Map();
// Of a sheet of A4, in dots of the screen.
const PAPER = 660;
let isOnPaper = false;

export function draw(place) {
  const data = JSON.parse(place.querySelector("script").textContent);
  const ground = place.querySelector(".chart-ground");
  drawn.set(place, { data, ground, chart: init(ground, null, { renderer: "svg" }) });
  show(place);
  new ResizeObserver(() => settle(place)).observe(ground);
}

function show(place) {
  const { chart, data, ground } = drawn.get(place);
  const palette = paletteOf(place);
  const width = isOnPaper ? PAPER : ground.clientWidth;
  const look = { palette, width, widths: widths(data, palette), language: document.documentElement.lang };
  // What is drawn anew for another width is there at once: a bar that lies does not turn before one's eyes.
  const isFirst = place.dataset.chartDrawn === undefined;
  ground.style.minHeight = `${height(data, look)}px`;
  chart.resize({ width });
  chart.setOption(
    { animation: isFirst && !isOnPaper && !calm.matches, animationDuration: 150, ...option(data, look) },
    { notMerge: true },
  );
  // A sheet may be narrower or wider: there the picture is as wide as its place.
  ground.querySelector("svg").setAttribute("viewBox", `0 0 ${width} ${chart.getHeight()}`);
  place.dataset.chartDrawn = `${width}`;
}

function settle(place) {
  const { chart, ground } = drawn.get(place);
  if (!ground.isConnected) {
    chart.dispose();
    drawn.delete(place);
  } else if (!isOnPaper && place.dataset.chartDrawn !== `${ground.clientWidth}`) {
    show(place);
  }
}

function showAll() {
  for (const [place, { ground }] of drawn) {
    if (ground.isConnected) {
      show(place);
    }
  }
}

// All charts at once, by the time this returns, as wide as a sheet of paper; or as the page has them again.
export function putOnPaper(places) {
  isOnPaper = true;
  places.forEach((place) => (drawn.has(place) ? show : draw)(place));
}

export function takeFromPaper() {
  isOnPaper = false;
  showAll();
}

dark.addEventListener("change", showAll);
