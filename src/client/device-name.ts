// A readable name for a User-Agent string, such as `Chromium on Linux`.

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\bCriOS\//, 'Chrome'],
  [/\b(?:Chrome|Chromium|HeadlessChrome)\//, 'Chromium'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
]

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\b(?:Macintosh|Mac OS X)\b/, 'macOS'],
  [/\bLinux\b|\bX11\b/, 'Linux'],
]

const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/^curl\//i, 'curl'],
  [/^Wget\//i, 'Wget'],
  [/^(?:python-requests|python-urllib|aiohttp|python-httpx)\b/i, 'Python requests'],
  [/^axios\//i, 'axios'],
  [/^node(?:\b|-fetch)/i, 'Node.js'],
  [/^undici\b/i, 'Node.js'],
  [/^Go-http-client\//, 'Go'],
  [/^PostmanRuntime\//, 'Postman'],
]

const MAX_LENGTH = 60

/**
 * @param userAgent the User-Agent header: untrusted text
 * @param format joins a browser and a system: `(browser, system) => 'Chromium on Linux'`
 * @returns undefined for an empty one
 */
export function deviceName(userAgent: string, format: (browser: string, system: string) => string): string | undefined {
  const text = userAgent.trim()
  if (text === '') return undefined
  const program = matchName(PROGRAMS, text)
  if (program !== undefined) return program
  const browser = matchName(BROWSERS, text)
  const system = matchName(SYSTEMS, text)
  if (browser !== undefined && system !== undefined) return format(browser, system)
  return browser ?? system ?? truncate(text)
}

function matchName(names: readonly (readonly [RegExp, string])[], text: string): string | undefined {
  return names.find(([pattern]) => pattern.test(text))?.[1]
}

function truncate(text: string): string {
  const characters = [...text]
  return characters.length <= MAX_LENGTH ? text : `${characters.slice(0, MAX_LENGTH).join('')}…`
}
