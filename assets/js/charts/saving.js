// A chart as a file of its own: its title and its legend, which stand around it on the page, are drawn into it.

const NAMESPACE = "http://www.w3.org/2000/svg";
const PADDING = 16;
const LINE = 24;
const MARK = 12;
const SHARPNESS = 2;

function node(name, attributes, text) {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, String(value));
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

// Marks stand beside each other, in as many lines as they need.
function legendOf(place, palette, width, write) {
  const group = node("g", {});
  let x = 0;
  let y = 0;
  for (const item of place.querySelectorAll(".chart-legend li")) {
    const text = item.textContent.trim();
    const long = MARK + 6 + write.measureText(text).width + PADDING;
    if (x > 0 && x + long > width) {
      x = 0;
      y += LINE;
    }
    const color = getComputedStyle(item.querySelector(".chart-mark")).backgroundColor;
    group.append(
      node("rect", { x, y: y + 4, width: MARK, height: MARK, rx: 2, fill: color }),
      node("text", { x: x + MARK + 6, y: y + 14, "font-size": 12, fill: palette.words }, text),
    );
    x += long;
  }
  return { group, height: group.childNodes.length ? y + LINE : 0 };
}

function columnsOf(place, palette, width) {
  const titles = [...place.querySelectorAll(".chart-columns li")].map((item) => item.textContent.trim());
  const group = node("g", {});
  titles.forEach((title, number) => {
    const anchor = number === 0 ? "start" : number === titles.length - 1 ? "end" : "middle";
    const x = titles.length > 1 ? (width * number) / (titles.length - 1) : 0;
    group.append(node("text", { x, y: 14, "text-anchor": anchor, "font-size": 12, fill: palette.words }, title));
  });
  return { group, height: titles.length ? LINE : 0 };
}

function moved(group, y) {
  group.setAttribute("transform", `translate(${PADDING} ${y})`);
  return group;
}

export function picture(place, { palette, title }) {
  const drawn = place.querySelector(".chart-ground svg");
  const { width, height } = drawn.getBoundingClientRect();
  const write = document.createElement("canvas").getContext("2d");
  write.font = `12px ${palette.font}`;
  const columns = columnsOf(place, palette, width);
  const legend = legendOf(place, palette, width, write);
  const top = PADDING + LINE + columns.height;
  const whole = { width: width + 2 * PADDING, height: top + height + legend.height + 2 * PADDING };
  const svg = node("svg", { ...whole, viewBox: `0 0 ${whole.width} ${whole.height}`, "font-family": palette.font });
  const chart = drawn.cloneNode(true);
  // Styles are not needed by what is drawn, and a page that lets none in would refuse them.
  chart.removeAttribute("style");
  for (const [key, value] of Object.entries({ x: PADDING, y: top, width, height })) {
    chart.setAttribute(key, String(value));
  }
  svg.append(
    node("rect", { ...whole, fill: palette.ground }),
    node("text", { x: PADDING, y: PADDING + 14, "font-size": 16, "font-weight": 600, fill: palette.ink }, title),
    moved(columns.group, PADDING + LINE),
    chart,
    moved(legend.group, top + height + PADDING / 2),
  );
  return { text: new XMLSerializer().serializeToString(svg), ...whole };
}

function give(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export async function save(place, kind, name, look) {
  const { text, width, height } = picture(place, look);
  if (kind === "svg") {
    give(new Blob([text], { type: "image/svg+xml" }), `${name}.svg`);
    return;
  }
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * SHARPNESS);
  canvas.height = Math.round(height * SHARPNESS);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => give(blob, `${name}.png`), "image/png");
}
