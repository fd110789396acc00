import type { ActLog } from "./acts.js";

declare global {
  // Handles for the browser's console and for tests; no script reads them.
  var biovizActs: Record<string, ActLog> | undefined;
  var biovizPoints: Map<string, unknown> | undefined;
  // Put there by plotly.js itself.
  var Plotly: any;
}
