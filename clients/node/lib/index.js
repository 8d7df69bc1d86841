export { MockError } from './control.js'
export { startMock } from './mock.js'
