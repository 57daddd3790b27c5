// On paper it is day, whatever the screen shows.

export function printByDay() {
  const { dataset } = document.documentElement;
  let theme;
  window.addEventListener("beforeprint", () => {
    theme = dataset.theme;
    dataset.theme = "plushka";
  });
  window.addEventListener("afterprint", () => {
    if (theme === undefined) {
      delete dataset.theme;
    } else {
      dataset.theme = theme;
    }
  });
}
