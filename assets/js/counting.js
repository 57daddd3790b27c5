// What a form finds is counted beside it ([data-counts] within it), but no longer once the form itself is sent: the page
// that comes may have no place for the answer.

export function stopCountingWhatIsSent() {
  document.addEventListener("htmx:beforeRequest", (event) => {
    const asking = event.detail.elt;
    const counter = asking.querySelector?.("[data-counts]");
    if (counter) {
      counter.dispatchEvent(new CustomEvent("htmx:abort"));
    } else if (asking.matches("[data-counts]") && asking.closest("form.htmx-request")) {
      event.preventDefault();
    }
  });
}
