// On a narrow screen the theme's sidebars are drawers: whoever chooses an entry sees the page.
for (const drawer of document.querySelectorAll("dialog[id$=sidebar-modal]")) {
  drawer.addEventListener("click", ({ target }) => target.closest("a") && drawer.close());
}
