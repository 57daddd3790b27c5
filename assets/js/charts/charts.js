// Draws the charts of reports: plain data from the page, colours from the stylesheet, words from the server.
import { BarChart, HeatmapChart, LineChart, SankeyChart, ScatterChart } from "echarts/charts";
import { GridComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { option } from "./options.js";
import { paletteOf } from "./palette.js";

use([
  BarChart,
  LineChart,
  HeatmapChart,
  SankeyChart,
  ScatterChart,
  GridComponent,
  TooltipComponent,
  VisualMapComponent,
  SVGRenderer,
]);

const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const dark = window.matchMedia("(prefers-color-scheme: dark)");

export function draw(place) {
  const data = JSON.parse(place.querySelector("script").textContent);
  const ground = document.createElement("div");
  ground.className = "chart-ground";
  place.append(ground);
  const chart = init(ground, null, { renderer: "svg" });

  function show() {
    chart.setOption(
      {
        animation: !calm.matches,
        animationDuration: 150,
        ...option(data, { palette: paletteOf(place), width: ground.clientWidth, language: document.documentElement.lang }),
      },
      { notMerge: true },
    );
    legend(place, data, paletteOf(place));
  }

  show();
  place.dataset.chartDrawn = "";
  new ResizeObserver(() => {
    if (!ground.isConnected) {
      chart.dispose();
      return;
    }
    chart.resize();
    show();
  }).observe(ground);
  dark.addEventListener("change", () => ground.isConnected && show());
}

// Names beside their colours, as words of the page: they can be read aloud, enlarged and selected.
function legend(place, data, palette) {
  place.querySelector("ul")?.remove();
  if (data.kind !== "chart" || data.series.length < 2) {
    return;
  }
  const list = document.createElement("ul");
  list.className = "chart-legend";
  let place_ = 0;
  for (const series of data.series) {
    const item = document.createElement("li");
    const mark = document.createElement("span");
    mark.className = "chart-mark";
    mark.style.background = series.before ? palette.before : palette.series[place_++ % palette.series.length];
    item.append(mark, series.title);
    list.append(item);
  }
  place.append(list);
}
