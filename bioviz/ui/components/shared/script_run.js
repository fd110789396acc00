// @ts-check
// Whether Python is drawing the page now, or is asked to.

/**
 * What asks Python for a part of the page at the very end of a run can make Streamlit drop what that run has drawn:
 * nothing is asked by itself before the browser has got all of the run.
 */
export function isDrawing() {
  const state = document.querySelector("[data-test-script-state]")?.getAttribute("data-test-script-state");
  return state !== undefined && state !== "notRunning";
}
