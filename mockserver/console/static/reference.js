"use strict"
// The viewer of the API's document. Its calls carry the token of the actor that is chosen.
const place = document.getElementById("reference")
const actor = document.getElementById("actor")
const token = document.getElementById("token")
const dark = matchMedia("(prefers-color-scheme: dark)")
const nothing = () => null

// What the viewer leaves without a name for those who hear the page, or without a way for the keyboard to scroll it.
const nameOf = (control) => {
  const row = control.closest("[data-param-name], [data-property-name]")
  if (row) return row.dataset.paramName ?? row.dataset.propertyName
  if (control.matches("textarea")) return "Request body"
  return control.matches(".examples-select-element") ? "Example" : "Media type"
}
const complete = () => {
  for (const control of place.querySelectorAll(":is(select, input, textarea):not([aria-label])"))
    if (!control.labels?.length) control.setAttribute("aria-label", nameOf(control))
  for (const text of place.querySelectorAll("pre:not([tabindex])")) text.tabIndex = 0
}

const show = () => document.documentElement.classList.toggle("dark-mode", dark.matches)
const choose = () => {
  token.value = actor.value
  const {org, role} = actor.selectedOptions[0].dataset
  const chosen = org ? `?${new URLSearchParams({org, actor: role})}` : location.pathname
  history.replaceState(null, "", chosen + location.hash)
}

dark.addEventListener("change", show)
actor.addEventListener("change", choose)
new MutationObserver(complete).observe(place, {childList: true, subtree: true})
show()
token.value = actor.value
SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (!request.loadSpec && token.value) request.headers.Authorization = `Bearer ${token.value}`
    return request
  },
  plugins: [{wrapComponents: {
    // The form above is the only place that chooses a credential, and this mock the only server.
    authorizeBtn: () => nothing,
    authorizeOperationBtn: () => nothing,
    ServersContainer: () => nothing,
    DeepLink: (_, {React}) => ({text}) => React.createElement("span", null, text),  // a link inside a button
  }}],
})
