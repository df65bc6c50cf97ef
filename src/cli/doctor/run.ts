// Running latchkey doctor: what it is to look at, the visit, and what is told of it.

import { readFile } from 'node:fs/promises'
import { styleText } from 'node:util'
import { addressesOf, parseAddress, portOf } from '../../doctor/addresses.ts'
import type { Address } from '../../doctor/connection.ts'
import { type Diagnosis, diagnose } from '../../doctor/diagnosis.ts'
import { isLoopbackHost } from '../../doctor/is-loopback.ts'
import { report, type Styles } from '../../doctor/report.ts'
import type { Account, ProbeOptions } from '../../doctor/visit/options.ts'
import { probe } from '../../doctor/visit/probe.ts'
import { SettingError } from '../../settings.ts'
import { EXIT, fail, type OutputOptions, print } from '../output.ts'
import { readPassword } from '../password-input.ts'
import type { DoctorOptions } from './command.ts'

export async function runDoctor(text: string, options: DoctorOptions): Promise<void> {
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  try {
    const plan = await probeOptionsFrom(text, options, stop.signal)
    const diagnosis = diagnose(await probe(plan))
    clearProgress()
    printDiagnosis(diagnosis, options, stop.signal.aborted)
  } catch (error) {
    clearProgress()
    fail(error, options)
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

function printDiagnosis(diagnosis: Diagnosis, options: OutputOptions, stopped: boolean): void {
  if (stopped) fail(new Error(interruptedText(diagnosis)), options)
  else print(diagnosis, options, report(diagnosis, styles()))
  if (stopped || diagnosis.wrong > 0 || diagnosis.leftBehind !== null) process.exitCode = EXIT.failure
}

function interruptedText({ leftBehind }: Diagnosis): string {
  return leftBehind === null
    ? 'Stopped, and nothing was left behind.'
    : `Stopped. The user ${leftBehind} is still there: latchkey user delete ${leftBehind}`
}

async function probeOptionsFrom(text: string, options: DoctorOptions, signal: AbortSignal): Promise<ProbeOptions> {
  const url = originUrl(text, 'The address')
  return {
    url,
    addresses: await addressesFor(url, options.resolve ?? []),
    plainUrl: plainUrlFor(url, options.plain),
    origins: (options.origin ?? []).map((origin) => originUrl(origin, '--origin').origin),
    account: options.user === undefined ? null : await promptAccount(options.user),
    serviceKey: options.serviceKeyFile === undefined ? null : await firstLine(options.serviceKeyFile),
    otherPorts: isLoopbackHost(url) ? portsToProbe(url, options.ports) : [],
    signal,
    onProgress: options.json ? () => {} : showProgress,
  }
}

function originUrl(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOrigin = url && ['http:', 'https:'].includes(url.protocol) && url.pathname === '/' && url.search === '' && url.username === ''
  if (!isOrigin)
    throw new SettingError(
      `${what} "${text}" is not accepted: http:// or https://, a name and perhaps a port, such as https://id.example.org.`,
    )
  return url
}

async function addressesFor(url: URL, named: readonly string[]): Promise<readonly Address[]> {
  if (named.length > 0) {
    return named.map((text) => {
      const address = parseAddress(text, url)
      if (address === undefined)
        throw new SettingError(`--resolve "${text}" is not accepted: an IP address, perhaps with a port, such as 203.0.113.7:8443.`)
      return address
    })
  }
  try {
    return await addressesOf(url)
  } catch {
    throw new SettingError(
      `The name ${url.hostname} does not resolve to any address. Is it spelled right? --resolve ADDRESS goes without the name service.`,
    )
  }
}

function plainUrlFor(url: URL, named: string | undefined): URL | null {
  if (named !== undefined) return originUrl(named, '--plain')
  return url.protocol === 'https:' && url.port === '' ? new URL(`http://${url.host}`) : null
}

/** The ports that people give to what they try out; the first is ours by default. */
const DEFAULT_PORTS = Array.from({ length: 10 }, (_, index) => 3000 + index)

function portsToProbe(url: URL, named: readonly string[] | undefined): readonly number[] {
  const ports = named?.map((text) => {
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new SettingError(`--ports "${text}" is not accepted: numbers up to 65535.`)
    return Number(text)
  })
  return (ports ?? DEFAULT_PORTS).filter((port) => port !== portOf(url))
}

async function promptAccount(username: string): Promise<Account> {
  return { username, password: await readPassword(`Password of ${username}`) }
}

async function firstLine(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).split('\n', 1)[0]?.trim() ?? ''
  } catch (error) {
    throw new SettingError(`--service-key-file ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`)
  }
}

function showProgress(activity: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${activity} …`)
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
}

function styles(): Styles {
  // styleText looks at the stream, and at NO_COLOR.
  const style = (format: 'green' | 'red' | 'dim') => (text: string) => styleText(format, text, { stream: process.stdout })
  return { pass: style('green'), fail: style('red'), dim: style('dim') }
}
