// The colours of charts, as the stylesheet has them for the theme that is on.

export function paletteOf(element) {
  const style = getComputedStyle(element);
  const color = (name) => style.getPropertyValue(name).trim();
  return {
    series: [1, 2, 3, 4, 5, 6, 7].map((number) => color(`--chart-${number}`)),
    before: color("--chart-before"),
    axis: color("--color-base-300"),
    words: color("--plushka-muted"),
    ink: color("--color-base-content"),
    ground: color("--color-base-100"),
    accent: color("--color-primary"),
    font: style.fontFamily,
  };
}
