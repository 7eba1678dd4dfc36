// What is large is computed beside the page, by a worker.
import { convolve } from "./convolve.js";

const LIVE = 4e6; // products that are computed at once, in the page itself

// Whether to compute an output at once, by how many products it takes, roughly.
export function isQuick({ out, filters, shape, kernel, rule, groups }) {
  const inside = rule === "sum" ? shape[1] / groups : 1;
  return out[0] * out[1] * filters * shape[0] * kernel[0] * kernel[1] * inside <= LIVE;
}

export class Computer {
  worker = null;
  waiting = null; // resolves the output that is under way
  held = null; // the image that the worker has

  // The output. A call while another is under way ends that one, which then gives null.
  convolve(plan, { x, w, b }, progress) {
    if (this.waiting) this.stop();
    this.worker ??= begin();
    if (!this.worker) return Promise.resolve(convolve(plan, x, w, b));
    return new Promise((resolve) => {
      this.waiting = resolve;
      this.worker.onmessage = ({ data: { part, y } }) => {
        if (!y) return progress(part);
        this.waiting = null;
        resolve(y);
      };
      this.worker.onerror = () => { // then in the page, which stands still meanwhile
        this.waiting = null;
        this.stop();
        resolve(convolve(plan, x, w, b));
      };
      this.worker.postMessage({ plan, x: this.held === x ? null : x, w, b });
      this.held = x;
    });
  }

  stop() {
    this.worker?.terminate();
    this.waiting?.(null);
    this.worker = this.waiting = this.held = null;
  }
}

// A worker that runs this script. A policy of the page may allow no other address than the script's;
// a page from a folder may not open files, but a text.
function begin() {
  const { url, source } = import.meta;
  try {
    if (location.protocol !== "file:") return new Worker(url);
    return new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  } catch {
    return null;
  }
}
