"use strict"
// Sends the file of a form as it is, and shows what is wrong with it.
document.addEventListener("submit", async (event) => {
  const form = event.target
  if (!form.dataset.upload) return
  event.preventDefault()
  const outcome = form.querySelector("[data-outcome]")
  outcome.textContent = "Restoring …"
  try {
    const [body] = form.querySelector("[type=file]").files
    const answer = await fetch(form.dataset.upload, {method: "POST", body, headers: {"Content-Type": "application/json"}})
    if (answer.ok) location.assign(form.dataset.after)
    else {
      const error = await answer.json()
      const fields = Object.entries(error.field_errors ?? {}).map(([name, texts]) => `${name} ${texts.join("; ")}`)
      outcome.textContent = [error.message, ...fields].join(" ")
    }
  } catch (error) { outcome.textContent = `The mock did not answer: ${error.message}` }
})
