"use strict"
// The viewer of the API's document. Its calls carry the token of the actor that is chosen.
const place = document.getElementById("reference")
const actor = document.getElementById("actor")
const token = document.getElementById("token")
const dark = matchMedia("(prefers-color-scheme: dark)")
const nothing = () => null

const show = () => document.documentElement.classList.toggle("dark-mode", dark.matches)
const choose = () => {
  token.value = actor.value
  const {org, role} = actor.selectedOptions[0].dataset
  const chosen = org ? `?${new URLSearchParams({org, actor: role})}` : location.pathname
  history.replaceState(null, "", chosen + location.hash)
}

dark.addEventListener("change", show)
actor.addEventListener("change", choose)
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
  // The form above is the only place that chooses a credential, and this mock the only server.
  plugins: [{wrapComponents: {authorizeBtn: () => nothing, authorizeOperationBtn: () => nothing, ServersContainer: () => nothing}}],
})
