// node:http by way of the process: imported as a module it would load a client for WebSockets and fetch as well, which takes
// a tenth of the time to the first answer.

export const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http')
