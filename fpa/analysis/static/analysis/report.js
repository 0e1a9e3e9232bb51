// A number of the report opens its card in a dialog; without this script it is a link to the figure's page.
"use strict";

document.addEventListener("htmx:afterSwap", (event) => {
  const card = event.detail.target.closest("dialog");
  const number = event.detail.requestConfig.elt;
  if (!card || !number.matches("a")) return;
  card.querySelector("[data-card-link]").href = number.href;
  card.showModal();
});
