// Draws the mark as a PNG for home screens, which show no SVG: its spiral on a square of its ground, as phones
// round the corners of icons themselves.
import { deflateSync, gzipSync } from "node:zlib";

const BOX = 32; // The mark's own square.

/** Return the PNG with `side` points either way of a mark made of a circle and a path of arcs. */
export function drawIcon(svg, side) {
  const [ground, ink] = [...svg.matchAll(/(?:fill|stroke)="#([0-9a-f]{6})"/g)].map(([, hex]) => Buffer.from(hex, "hex"));
  const half = Number(svg.match(/stroke-width="([\d.]+)"/)[1]) / 2;
  const arcs = arcsOf(svg.match(/ d="([^"]+)"/)[1]);
  const point = BOX / side;
  const rows = Array.from({ length: side }, (_, y) => {
    const row = Buffer.alloc(1 + side * 3); // A row begins with the number of its filter: none.
    for (let x = 0; x < side; x += 1) {
      const at = [x, y].map((each) => (each + 0.5) * point);
      const outside = Math.min(...arcs.map((arc) => distance(arc, at))) - half;
      // A point that the edge runs through is covered in part.
      const share = Math.min(1, Math.max(0, 0.5 - outside / point));
      for (let channel = 0; channel < 3; channel += 1) {
        row[1 + x * 3 + channel] = Math.round(ground[channel] + (ink[channel] - ground[channel]) * share);
      }
    }
    return row;
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2], 8); // Eight bits of red, green and blue.
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Read a path of one move and relative arcs of circles: each its centre, radius, ends and whether it is the small one. */
function arcsOf(path) {
  const [, move, rest] = path.match(/^M([-\d. ]+)a(.+)$/);
  let [x, y] = move.trim().split(/\s+/).map(Number);
  const numbers = rest.match(/-?\d*\.?\d+/g).map(Number);
  const arcs = [];
  for (let at = 0; at < numbers.length; at += 7) {
    const [radius, , , isLarge, isClockwise, dx, dy] = numbers.slice(at, at + 7);
    const chord = Math.hypot(dx, dy);
    const r = Math.max(radius, chord / 2);
    const height = Math.sqrt(r * r - (chord / 2) ** 2) * (isLarge === isClockwise ? 1 : -1);
    const centre = [x + dx / 2 + (height * dy) / chord, y + dy / 2 - (height * dx) / chord];
    const ends = [[x, y], [x + dx, y + dy]];
    arcs.push({ centre, r, ends, isClockwise });
    [x, y] = ends[1];
  }
  return arcs;
}

/** Return how far a point is from an arc with round ends. */
function distance({ centre, r, ends, isClockwise }, at) {
  const [from, to, angle] = [...ends, at].map(([x, y]) => Math.atan2(y - centre[1], x - centre[0]));
  const turn = (end) => (isClockwise ? end - from : from - end);
  const round = (turned) => ((turned % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI);
  if (round(turn(angle)) <= round(turn(to))) {
    return Math.abs(Math.hypot(at[0] - centre[0], at[1] - centre[1]) - r);
  }
  return Math.min(...ends.map((end) => Math.hypot(at[0] - end[0], at[1] - end[1])));
}

function chunk(kind, content) {
  const named = Buffer.concat([Buffer.from(kind, "latin1"), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  // What gzip ends with is the sum that a PNG wants, the other way round.
  return Buffer.concat([length, named, gzipSync(named).subarray(-8, -4).reverse()]);
}
