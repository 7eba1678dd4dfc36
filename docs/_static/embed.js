// Tells the page around an embedded figure how high the figure is.
(() => {
  if (parent === window) return;
  const root = document.documentElement;
  const tell = () =>
    parent.postMessage({ convdocHeight: Math.ceil(root.getBoundingClientRect().height) }, "*");
  new ResizeObserver(tell).observe(root);
})();
