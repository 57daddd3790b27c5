// A hardware scanner is a keyboard that types faster than people do and ends with Enter. What it types goes to
// `onScan` wherever the cursor stands, and the field there is left as it was. Letters of a Russian layout are
// read by the place of their keys.

const PAUSE_MS = 200; // Of a device that is busy with something else.
const SIGN_MS = 50; // On average: nobody types numbers so fast.
const LENGTH_MIN = 6;
const PLACES = { Minus: "-", Slash: "/", Period: ".", Equal: "=" };
const SHIFTED_PLACES = { Minus: "_", Semicolon: ":", Slash: "?", Equal: "+" };
const LATIN = /^[\x21-\x7e]$/;

function signOf({ code, shiftKey, key }) {
  if (key.length > 1) {
    return "";
  }
  if (LATIN.test(key)) {
    return key;
  }
  if (/^Key[A-Z]$/.test(code)) {
    return key === key.toLowerCase() ? code.at(-1).toLowerCase() : code.at(-1);
  }
  return (shiftKey ? SHIFTED_PLACES : PLACES)[code] ?? key;
}

export function listenToScanner(onScan) {
  let typed = "";
  let beganAt = 0;
  let lastAt = 0;
  let field = null;
  let before = "";
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.key === "Shift") {
        return;
      }
      const isPaused = event.timeStamp - lastAt > PAUSE_MS;
      if (event.key === "Enter") {
        const isFast = lastAt - beganAt <= SIGN_MS * (typed.length - 1);
        if (!isPaused && isFast && typed.length >= LENGTH_MIN) {
          event.preventDefault();
          event.stopImmediatePropagation();
          if (field) {
            field.value = before;
            field.dispatchEvent(new Event("input", { bubbles: true }));
          }
          onScan(typed);
        }
        typed = "";
        return;
      }
      const sign = signOf(event);
      if (!sign) {
        return;
      }
      if (isPaused || typed === "") {
        typed = "";
        beganAt = event.timeStamp;
        field = event.target instanceof HTMLInputElement ? event.target : null;
        before = field?.value ?? "";
      }
      typed += sign;
      lastAt = event.timeStamp;
    },
    true,
  );
}
