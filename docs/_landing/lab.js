// The photograph on the first page, convolved with a kernel that the reader changes. Words are in
// lab.html. Without this script the page shows the result that the library computed.
(() => {
  const lab = document.getElementById("convdoc-lab");
  const weights = [...lab.querySelectorAll("input")];
  const kernels = [...lab.querySelectorAll("[data-kernel]")];
  const [photograph, result] = lab.querySelectorAll(".frame");
  const canvas = lab.querySelector("canvas");
  const [line, fault] = lab.querySelectorAll(".sum, .fault");
  const size = canvas.width + 2; // a kernel of 3, and no padding

  let image; // the pixels, row by row, from 0 to 255
  let kernel; // nine numbers as they are stored
  let place = { row: 80, column: 57 }; // of the output whose sum is shown: on the camera

  // A decimal number or a fraction; NaN for anything else.
  function parsed(text) {
    const [above, below = "1", ...more] = text.trim().replace("−", "-").split("/");
    if (more.length > 0 || above.trim() === "" || below.trim() === "") return NaN;
    const value = Number(above) / Number(below);
    return Number.isFinite(value) ? value : NaN;
  }

  // A true convolution: the weight at [2 - u][2 - v] meets the pixel at [row + u][column + v].
  function sumAt(row, column) {
    let sum = 0;
    for (let t = 0; t < 9; t += 1) {
      sum += image[(row + Math.floor(t / 3)) * size + column + t % 3] * kernel[8 - t];
    }
    return sum;
  }

  function convolve() {
    const { width, height } = canvas, pixels = new ImageData(width, height);
    const grey = new Uint32Array(pixels.data.buffer), shown = new Uint8ClampedArray(1);
    for (let at = 0; at < grey.length; at += 1) {
      shown[0] = sumAt(Math.floor(at / width), at % width);
      grey[at] = 0xff000000 | shown[0] * 0x10101;
    }
    canvas.getContext("2d").putImageData(pixels, 0, 0);
  }

  function showSum() {
    const { row, column } = place;
    const terms = kernel.map((_, t) => {
      const pixel = image[(row + Math.floor(t / 3)) * size + column + t % 3];
      const text = weights[8 - t].value.trim().replace("-", "−");
      return `${pixel}·${/^[\d.]+$/.test(text) ? text : `(${text})`}`;
    });
    const sum = String(Math.round(sumAt(row, column) * 100) / 100).replace("-", "−");
    const bold = document.createElement("b");
    bold.textContent = sum;
    line.replaceChildren(`y[${row}, ${column}] = ${terms.join(" + ")} = `, bold);
    for (const [frame, middle, side] of [[photograph, 1.5, size], [result, 0.5, size - 2]]) {
      const { style } = frame.querySelector(".ring");
      style.top = `${100 * (row + middle) / side}%`;
      style.left = `${100 * (column + middle) / side}%`;
    }
  }

  function change() {
    const values = weights.map(({ value }) => parsed(value));
    weights.forEach((field, t) => field.setAttribute("aria-invalid", Number.isNaN(values[t])));
    const wrong = values.findIndex(Number.isNaN);
    fault.textContent = wrong < 0 ? "" : fault.dataset.words
      .replace("{row}", Math.floor(wrong / 3)).replace("{column}", wrong % 3);
    if (wrong >= 0) { // the last result stays
      for (const button of kernels) button.ariaPressed = false;
      return;
    }
    kernel = values;
    const strongest = Math.max(...kernel.map(Math.abs)) || 1;
    weights.forEach((field, t) => {
      field.style.setProperty("--strength", `${10 + 45 * Math.abs(kernel[t]) / strongest}%`);
    });
    const written = weights.map(({ value }) => value.trim().replace("-", "−")).join(" ");
    for (const button of kernels) button.ariaPressed = button.dataset.kernel === written;
    convolve();
    showSum();
  }

  function move(row, column) {
    const within = (value) => Math.min(Math.max(Math.round(value), 0), size - 3);
    place = { row: within(row), column: within(column) };
    showSum();
  }

  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  function start() {
    const drawn = document.createElement("canvas");
    drawn.width = drawn.height = size;
    const context = drawn.getContext("2d");
    context.drawImage(photograph.querySelector("img"), 0, 0, size, size);
    const { data } = context.getImageData(0, 0, size, size);
    image = Uint8Array.from({ length: size * size }, (_, at) => data[4 * at]);

    lab.querySelector("fieldset").disabled = false;
    for (const part of lab.querySelectorAll("[hidden]")) part.hidden = false;
    result.querySelector("img").remove();
    change();

    lab.addEventListener("input", change);
    lab.addEventListener("click", ({ target }) => {
      const chosen = target.closest("[data-kernel]");
      if (!chosen) return;
      chosen.dataset.kernel.split(" ").forEach((text, t) => (weights[t].value = text));
      change();
    });
    for (const frame of [photograph, result]) {
      const point = ({ clientX, clientY }) => {
        const box = frame.getBoundingClientRect(), side = frame === result ? size - 2 : size;
        const middle = frame === result ? 0.5 : 1.5; // of the window, or of the output
        move(
          (clientY - box.top) / box.height * side - middle,
          (clientX - box.left) / box.width * side - middle,
        );
      };
      frame.addEventListener("pointermove", point);
      frame.addEventListener("pointerdown", point);
    }
    photograph.addEventListener("keydown", (event) => {
      const arrow = ARROWS[event.key];
      if (!arrow || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const stride = event.shiftKey ? 10 : 1;
      move(place.row + stride * arrow[0], place.column + stride * arrow[1]);
    });
  }

  photograph.querySelector("img").decode().then(start);
})();
