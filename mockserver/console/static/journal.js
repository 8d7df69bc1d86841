// Adds rows as calls come, and opens a call below its row. Without it the page shows the calls when it is loaded.
const MAX_ROWS = 200
const rows = document.getElementById("rows")
const count = document.getElementById("count")
const pause = document.getElementById("pause")
let source = null
let paused = false
let seen = 0
let skipped = 0
let newest = null
let failed = ""
let again = null

// Long enough that a mock which refuses the stream is not asked all the time.
const AGAIN_MS = 3000
const lost = document.getElementById("lost")
const say = (text) => { if (count.textContent !== text) count.textContent = text }

const receive = (event) => {
  const data = JSON.parse(event.data)
  failed = lost.textContent = data.failed ?? ""
  if (failed) return
  const template = document.createElement("template")
  template.innerHTML = data.html
  seen += template.content.children.length
  skipped += data.skipped
  newest = event.lastEventId
  rows.prepend(template.content)
  const calls = rows.querySelectorAll(":scope > tr:not(.opened)")
  for (const row of [...calls].slice(MAX_ROWS)) {
    opened(row)?.remove()
    row.remove()
  }
  say(`${seen} new call${seen === 1 ? "" : "s"}` + (skipped ? `, and ${skipped} more that came too fast to show` : "") + ".")
}

const stop = () => {
  clearTimeout(again)
  source?.close()
  source = null
}

const follow = () => {
  stop()
  const url = new URL(rows.dataset.stream, location)
  if (newest) url.searchParams.set("after", newest)
  source = new EventSource(url)
  source.onopen = () => { lost.textContent = "" }
  source.onmessage = receive
  source.onerror = () => {
    lost.textContent = failed || "The mock does not answer: calls that come now are not shown yet. Trying again …"
    stop()
    again = setTimeout(follow, AGAIN_MS)
  }
}

// Browsers open few connections to a server: a page that nobody sees would keep one from the others.
const listen = () => paused || document.hidden ? stop() : follow()

const opened = (row) => row.nextElementSibling?.classList.contains("opened") ? row.nextElementSibling : null

const open = async (link) => {
  const row = link.closest("tr")
  const shown = opened(row)
  link.setAttribute("aria-expanded", String(!shown))
  if (shown) return shown.remove()
  const answer = await fetch(`${link.href}?part=1`).catch(() => null)
  if (!answer?.ok) return location.assign(link.href)
  if (opened(row)) return
  const added = document.createElement("tr")
  added.className = "opened"
  const cell = added.insertCell()
  cell.colSpan = row.cells.length
  cell.innerHTML = await answer.text()
  row.after(added)
}

rows.addEventListener("click", (event) => {
  const link = event.target.closest("[data-entry]")
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  open(link)
})

if (pause) {
  pause.hidden = false
  pause.addEventListener("click", () => {
    paused = !paused
    listen()
    pause.setAttribute("aria-pressed", String(paused))
  })
  listen()
  document.addEventListener("visibilitychange", listen)
  addEventListener("pagehide", stop)
}
