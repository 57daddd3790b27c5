// What the library is asked to draw for each kind of chart.

const NARROW = 480;
// What an axis takes beside the bars, and what the line of a bar that lies needs.
const BESIDE = 60;
const LINE = 24;
const NAMES = 0.4;
// Between the name of a dot and the edge of the chart.
const EDGE = 4;

// How long each name is that has to be read, measured once a drawing.
export function widths(data, palette) {
  if (data.kind !== "chart" || !data.things) {
    return [];
  }
  const write = document.createElement("canvas").getContext("2d");
  write.font = `12px ${palette.font}`;
  return data.labels.map((label) => write.measureText(label).width);
}

// Names of things that have no room below their bars: the bars lie, and each has its name beside it.
export function lies(data, look) {
  if (data.kind !== "chart" || !data.things || data.series.some((each) => each.form === "line")) {
    return false;
  }
  const long = look.widths;
  const room = (look.width - BESIDE) / data.labels.length;
  return long.some((width, place) => place > 0 && (width + long[place - 1]) / 2 + 6 > room);
}

// How tall a chart has to be for each of its names to be read.
export function height(data, look) {
  return lies(data, look) ? (data.labels.length + 1) * LINE : 0;
}

export function option(data, look) {
  switch (data.kind) {
    case "heat":
      return heat(data, look);
    case "flow":
      return flow(data, look);
    case "dots":
      return dots(data, look);
    default:
      return chart(data, look);
  }
}

function words(look, more = {}) {
  return { color: look.palette.words, fontFamily: look.palette.font, fontSize: 12, ...more };
}

// The box beside the pointer is made of elements: text that came from people is never read as a page.
function box(look, tell) {
  return {
    confine: true,
    backgroundColor: look.palette.ground,
    borderColor: look.palette.axis,
    textStyle: { color: look.palette.ink, fontFamily: look.palette.font, fontSize: 13 },
    formatter: (found) => {
      const holder = document.createElement("div");
      for (const line of tell(found)) {
        const row = document.createElement("div");
        row.textContent = line;
        holder.append(row);
      }
      return holder;
    },
  };
}

// What an axis is numbered with, in the unit of what stands on it: "percent", the code of a currency or none.
function numbers(look, unit) {
  const money = { style: "currency", currency: unit, currencyDisplay: "narrowSymbol", minimumFractionDigits: 0 };
  const format = new Intl.NumberFormat(look.language, {
    notation: "compact",
    maximumFractionDigits: 1,
    ...(unit && unit !== "percent" ? money : {}),
  });
  const sign = unit !== "percent" ? "" : look.language === "ru" ? "\u00a0%" : "%";
  return (value) => format.format(value).replace("-", "\u2212") + sign;
}

function chart(data, look) {
  const { palette } = look;
  let place = 0;
  const series = data.series.map((each) => {
    const color = each.before ? palette.before : palette.series[place++ % palette.series.length];
    const isLine = each.form === "line";
    return {
      name: each.title,
      type: isLine ? "line" : "bar",
      // What is compared with is no part of the whole.
      stack: data.stacked && !each.before ? "whole" : undefined,
      data: each.values,
      color,
      barMaxWidth: each.before ? 12 : 40,
      symbolSize: each.before ? 0 : 6,
      symbol: "circle",
      lineStyle: { width: each.before ? 1.5 : 2.5, color },
      connectNulls: false,
      emphasis: { disabled: true },
      z: each.before ? 3 : 2,
    };
  });
  const isLying = lies(data, look);
  const names = {
    type: "category",
    data: data.labels,
    inverse: isLying,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: palette.axis } },
    axisLabel: isLying
      ? words(look, {
          interval: 0,
          width: Math.ceil(Math.min(look.width * NAMES, Math.max(...look.widths))) + 1,
          overflow: "break",
          lineHeight: 14,
        })
      : words(look, {
          // Names that have room are all written; of a course of time some are enough.
          interval: data.things ? 0 : "auto",
          hideOverlap: true,
          alignMaxLabel: !data.things && look.width < NARROW ? "right" : null,
        }),
  };
  const values = {
    type: "value",
    min: data.series.some((each) => each.values.some((value) => value < 0)) ? undefined : 0,
    max: data.stacked && data.unit === "percent" ? 100 : undefined,
    splitNumber: look.width >= NARROW ? 4 : isLying ? 2 : 3,
    axisLabel: words(look, { formatter: numbers(look, data.unit), hideOverlap: true }),
    splitLine: { lineStyle: { color: palette.axis, type: "dashed" } },
  };
  return {
    grid: {
      left: 4,
      right: isLying ? 24 : 8,
      top: 12,
      bottom: 4,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    xAxis: isLying ? values : names,
    yAxis: isLying ? names : values,
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: palette.axis, opacity: 0.35 } },
      ...box(look, (found) => [
        data.labels[found[0].dataIndex],
        ...data.series.map((each) => `${each.title}: ${each.told[found[0].dataIndex]}`),
      ]),
    },
    series,
  };
}

function heat(data, look) {
  const { palette } = look;
  const cells = data.cells.flatMap((row, y) => row.values.map((value, x) => [x, y, value ?? 0]));
  return {
    grid: { left: 4, right: 8, top: 4, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { type: "category", data: data.columns, axisTick: { show: false }, axisLine: { show: false }, axisLabel: words(look, { hideOverlap: true }) },
    yAxis: { type: "category", data: data.rows, inverse: true, axisTick: { show: false }, axisLine: { show: false }, axisLabel: words(look) },
    visualMap: { show: false, min: 0, max: Math.max(1, ...cells.map((cell) => cell[2])), inRange: { color: [palette.ground, palette.accent] } },
    tooltip: box(look, (found) => {
      const [x, y] = found.value;
      return [`${data.rows[y]}, ${data.columns[x]}`, data.cells[y].told[x]];
    }),
    series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: palette.ground, borderWidth: 2 }, emphasis: { disabled: true } }],
  };
}

function flow(data, look) {
  const { palette } = look;
  const isNarrow = look.width < NARROW * data.columns.length * 0.4;
  const last = data.columns.length - 1;
  return {
    tooltip: box(look, (found) => {
      if (found.dataType !== "edge") {
        const [column, name] = data.nodes[found.dataIndex];
        return [`${data.names[name]}, ${data.columns[column]}`, data.toldNodes[found.dataIndex]];
      }
      const [from, to] = data.links[found.dataIndex].map((place) => data.nodes[place]);
      return [`${data.names[from[1]]} → ${data.names[to[1]]}, ${data.columns[to[0]]}`, data.told[found.dataIndex]];
    }),
    series: [
      {
        type: "sankey",
        left: 4,
        right: isNarrow ? 4 : 120,
        top: 8,
        bottom: 8,
        nodeWidth: 12,
        nodeGap: 6,
        draggable: false,
        // As they come: a group stands in the same order in every column.
        layoutIterations: 0,
        emphasis: { disabled: true },
        labelLayout: { hideOverlap: true },
        data: data.nodes.map(([column, name], place) => ({
          name: String(place),
          depth: column,
          itemStyle: { color: palette.series[name] ?? palette.before },
          label: words(look, { show: !isNarrow && column === last, formatter: data.names[name], color: palette.ink }),
        })),
        links: data.links.map(([source, target, value]) => ({ source: String(source), target: String(target), value })),
        lineStyle: { color: "source", opacity: 0.3, curveness: 0.5 },
      },
    ],
  };
}

function dots(data, look) {
  const { palette } = look;
  const axis = (name, unit) => ({
    type: "value",
    name,
    nameLocation: "middle",
    nameGap: 28,
    nameTextStyle: words(look),
    splitNumber: look.width < NARROW ? 3 : 5,
    axisLabel: words(look, { formatter: numbers(look, unit), hideOverlap: true }),
    splitLine: { lineStyle: { color: palette.axis, type: "dashed" } },
  });
  return {
    grid: { left: 40, right: 24, top: 20, bottom: 36, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: axis(data.across, data.x.unit),
    yAxis: { ...axis(data.up, data.y.unit), nameRotate: 90, nameGap: 48 },
    tooltip: box(look, (found) => [
      data.names[found.dataIndex],
      `${data.across}: ${data.x.told[found.dataIndex]}`,
      `${data.up}: ${data.y.told[found.dataIndex]}`,
    ]),
    series: [
      {
        type: "scatter",
        symbolSize: 10,
        color: palette.series[0],
        data: data.x.values.map((x, place) => [x, data.y.values[place]]),
        label: words(look, {
          show: true,
          position: "top",
          distance: 3,
          // Room between lines is part of a name: those that would touch count as on each other.
          lineHeight: 16,
          formatter: (found) => data.names[found.dataIndex],
          width: look.width * NAMES,
          overflow: "truncate",
        }),
        // Where two lie on each other one is named; what is pointed at says its name. One at the edge is moved inwards.
        labelLayout: ({ labelRect: { x, width } }) => ({
          hideOverlap: true,
          dx: Math.max(EDGE - x, 0) + Math.min(look.width - EDGE - x - width, 0),
        }),
        emphasis: { disabled: true },
      },
    ],
  };
}
