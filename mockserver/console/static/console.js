"use strict"
// Clocks that run, countdowns, and buttons that copy. Every page can be read and used without.
document.documentElement.classList.add("script")

// The instant that a clock showed when this page first had it, and when that was.
const seen = new WeakMap()

const shown = (clock) => {
  let first = seen.get(clock)
  if (!first || first.text !== clock.dataset.now) {
    first = {text: clock.dataset.now, at: performance.now()}
    seen.set(clock, first)
  }
  const passed = "frozen" in clock.dataset ? 0 : performance.now() - first.at
  return Date.parse(first.text) + passed
}

const tick = () => {
  const clock = document.querySelector("[data-now]")
  if (!clock) return
  const now = shown(clock)
  const text = new Date(now).toISOString().slice(0, 19).replace("T", " ") + "Z"
  if (clock.textContent !== text) clock.textContent = text
  for (const one of document.querySelectorAll("[data-expires]")) {
    const left = Math.ceil((Date.parse(one.dataset.expires) - now) / 1000)
    const minutes = Math.floor(left / 60)
    const value = left <= 0 ? "expired" : `${minutes}:${String(left - 60 * minutes).padStart(2, "0")}`
    if (one.textContent !== value) one.textContent = value
    one.classList.toggle("good", left > 0)
    one.classList.toggle("bad", left <= 0)
  }
}

const copy = async (button) => {
  const source = document.getElementById(button.dataset.copy)
  try {
    await navigator.clipboard.writeText(source.textContent)
  } catch {  // a page that did not come by HTTPS or from this machine
    getSelection().selectAllChildren(source)
    if (!document.execCommand("copy")) return
  }
  const label = button.textContent
  const spoken = document.getElementById("spoken")
  button.textContent = spoken.textContent = "Copied"
  setTimeout(() => {
    button.textContent = label
    spoken.textContent = ""
  }, 1500)
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]")
  if (button) copy(button)
})

// A part of a page that is asked for again and refused: the page says why. Without an answer it stays as it is.
document.addEventListener("htmx:beforeSwap", ({detail}) => {
  if (detail.requestConfig.verb !== "get" || detail.xhr.status < 400) return
  detail.shouldSwap = detail.xhr.status < 500
  detail.target = document.getElementById("main")
  detail.selectOverride = "#main"
  detail.swapOverride = "outerHTML show:none"
})

// Of what a page asks for, or of a form, that nobody answered.
const lost = (text) => { document.getElementById("lost").textContent = text }
document.addEventListener("htmx:sendError", () => lost("The mock does not answer: the page shows what was before."))
document.addEventListener("htmx:afterOnLoad", () => lost(""))

tick()
setInterval(tick, 250)
