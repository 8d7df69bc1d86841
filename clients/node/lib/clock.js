const SECONDS = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 }

/** The mock's clock. It never runs backwards; whatever falls due on the way has happened when a method returns. */
export class Clock {
  #control
  #path

  constructor(control, path) {
    this.#control = control
    this.#path = path
  }

  async now() {
    return time(await this.#control.get(this.#path))
  }

  advance(step) {
    let seconds = 0
    for (const [unit, number] of Object.entries(step)) {
      if (!(unit in SECONDS)) throw new TypeError(`advance takes ${Object.keys(SECONDS).join(', ')}, not ${unit}`)
      seconds += number * SECONDS[unit]
    }
    return this.#move({ advance: seconds })
  }

  set(to) {
    return this.#move({ set: to })
  }

  freeze() {
    return this.#move({ freeze: true })
  }

  resume() {
    return this.#move({ freeze: false })
  }

  async #move(body) {
    return time(await this.#control.call('POST', this.#path, body))
  }
}

function time(answer) {
  return new Date(answer.now)
}
