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
  place.querySelectorAll(".chart-legend, .chart-columns").forEach((each) => each.remove());
  if (data.kind === "flow") {
    place.prepend(listOf("chart-columns", data.columns));
    place.append(listOf("chart-legend", data.names, (name, index) => palette.series[index] ?? palette.before));
  } else if (data.kind === "chart" && data.series.length > 1) {
    let drawn = 0;
    const colors = data.series.map((each) =>
      each.before ? palette.before : palette.series[drawn++ % palette.series.length],
    );
    place.append(listOf("chart-legend", data.series.map((each) => each.title), (title, index) => colors[index]));
  }
}

function listOf(className, titles, colorOf) {
  const list = document.createElement("ul");
  list.className = className;
  titles.forEach((title, index) => {
    const item = document.createElement("li");
    if (colorOf) {
      const mark = document.createElement("span");
      mark.className = "chart-mark";
      mark.style.background = colorOf(title, index);
      item.append(mark);
    }
    item.append(title);
    list.append(item);
  });
  return list;
}
