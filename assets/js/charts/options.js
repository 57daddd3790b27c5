// What the library is asked to draw for each kind of chart.

const NARROW = 480;

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

function numbers(look, percent) {
  const format = new Intl.NumberFormat(look.language, { notation: "compact", maximumFractionDigits: 1 });
  return (value) => format.format(value) + (percent ? "\u00a0%" : "");
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
  return {
    grid: { left: 4, right: 8, top: 12, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: {
      type: "category",
      data: data.labels,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.axis } },
      axisLabel: words(look, { hideOverlap: true }),
    },
    yAxis: {
      type: "value",
      min: data.series.some((each) => each.values.some((value) => value < 0)) ? undefined : 0,
      max: data.stacked && data.percent ? 100 : undefined,
      splitNumber: look.width < NARROW ? 3 : 4,
      axisLabel: words(look, { formatter: numbers(look, data.percent) }),
      splitLine: { lineStyle: { color: palette.axis, type: "dashed" } },
    },
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
  const axis = (name, formatter) => ({
    type: "value",
    name,
    nameLocation: "middle",
    nameGap: 28,
    nameTextStyle: words(look),
    axisLabel: words(look, { formatter }),
    splitLine: { lineStyle: { color: palette.axis, type: "dashed" } },
  });
  return {
    grid: { left: 40, right: 16, top: 12, bottom: 36, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: axis(data.across, numbers(look, false)),
    yAxis: { ...axis(data.up, numbers(look, false)), nameRotate: 90, nameGap: 44 },
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
        emphasis: { disabled: true },
      },
    ],
  };
}
