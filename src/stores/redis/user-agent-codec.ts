// Compresses User-Agent strings for Redis: each frequent phrase becomes one character.

const PHRASES = [
  'Mozilla/5.0 (',
  ') AppleWebKit/537.36 (KHTML, like Gecko) Chrome/',
  '.0.0.0 Safari/537.36',
  'Windows NT 10.0; Win64; x64',
  'Macintosh; Intel Mac OS X 10_15_7',
  'X11; Linux x86_64',
  'Linux; Android 10; K',
  '.0.0.0 Mobile Safari/537.36',
  ') AppleWebKit/605.1.15 (KHTML, like Gecko) Version/',
  ' Safari/605.1.15',
  'iPhone; CPU iPhone OS ',
  ' like Mac OS X',
  ' Mobile/15E148 Safari/604.1',
  ') Gecko/20100101 Firefox/',
]

/** C1 control characters, which User-Agent strings do not contain. Never move a released phrase: stored texts refer to it by index. */
const FIRST_CODE = 0x80
const CONTROLS = /[\u0080-\u009f]/
const VERBATIM = '\u009f'

export function encodeUserAgent(userAgent: string): string {
  if (CONTROLS.test(userAgent)) return VERBATIM + userAgent
  return PHRASES.reduce((text, phrase, index) => text.replaceAll(phrase, String.fromCharCode(FIRST_CODE + index)), userAgent)
}

export function decodeUserAgent(text: string): string {
  if (text.startsWith(VERBATIM)) return text.slice(1)
  return text.replace(/[\u0080-\u009e]/g, (letter) => PHRASES[letter.charCodeAt(0) - FIRST_CODE] ?? '')
}
