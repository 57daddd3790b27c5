// A plain browser: cookies keep the session, the phone's own buttons do the rest.

export const browser = {
  name: "browser",
  signed: "",
  start() {},
  back() {},
  main() {},
  felt() {},
  open(url) {
    window.open(url, "_blank", "noopener");
  },
  phone: null,
};
