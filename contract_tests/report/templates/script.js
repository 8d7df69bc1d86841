"use strict";
const form = document.getElementById("filters");
const rows = [...document.querySelectorAll("[data-id]")];
const squares = new Map([...document.querySelectorAll("[data-of]")].map(one => [one.dataset.of, one]));
const lists = [...document.querySelectorAll("details.rows")].filter(one => one.querySelector("[data-id]"));

function filter() {
  const chosen = new FormData(form), states = new Set(chosen.getAll("state"));
  const words = chosen.get("text").toLowerCase().split(/\s+/).filter(Boolean);
  const all = words.length === 0 && !chosen.get("group") && !chosen.get("strength") && states.size === form.querySelectorAll("[name=state]").length;
  let shown = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    const fits = states.has(row.dataset.state)
      && (!chosen.get("group") || row.dataset.group === chosen.get("group"))
      && (!chosen.get("strength") || row.dataset.strength === chosen.get("strength"))
      && words.every(word => text.includes(word));
    row.hidden = !fits;
    squares.get(row.dataset.id).classList.toggle("left-out", !fits);
    shown += fits;
  }
  for (const list of lists) {
    const left = list.querySelectorAll("li:not([hidden])").length;
    list.hidden = left === 0;
    list.open = !all && left > 0;
  }
  form.querySelector("output").textContent = all ? "" : `${shown} of ${rows.length}`;
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
  const own = target?.matches("article") && target.querySelector("details");
  if (own) own.open = true;
  target?.scrollIntoView();
}

form.hidden = false;
form.addEventListener("input", filter);
form.addEventListener("submit", event => event.preventDefault());
addEventListener("hashchange", openTarget);
if (location.hash) openTarget();
