// Draws the charts of reports: plain data from the page, colours from the stylesheet, words from the server.
import { BarChart, HeatmapChart, LineChart, SankeyChart, ScatterChart } from "echarts/charts";
import { GridComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { height, option } from "./options.js";
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

export function draw(place) {
  const data = JSON.parse(place.querySelector("script").textContent);
  const ground = place.querySelector(".chart-ground");
  const chart = init(ground, null, { renderer: "svg" });

  function show() {
    const look = { palette: paletteOf(place), width: ground.clientWidth, language: document.documentElement.lang };
    ground.style.minHeight = `${height(data, look)}px`;
    chart.resize();
    chart.setOption({ animation: !calm.matches, animationDuration: 150, ...option(data, look) }, { notMerge: true });
  }

  show();
  place.dataset.chartDrawn = "";
  new ResizeObserver(() => {
    if (!ground.isConnected) {
      chart.dispose();
      return;
    }
    show();
  }).observe(ground);
  dark.addEventListener("change", () => ground.isConnected && show());
}
