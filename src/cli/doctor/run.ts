// latchkey doctor: parses the options, probes the deployment and prints the diagnosis.

import { readFile } from 'node:fs/promises'
import { styleText } from 'node:util'
import { addressesOf, parseAddress, portOf } from '../../doctor/addresses.ts'
import type { Address } from '../../doctor/connection.ts'
import { type Diagnosis, diagnose } from '../../doctor/diagnosis.ts'
import { isLoopbackHost } from '../../doctor/is-loopback.ts'
import type { Account, ProbeOptions } from '../../doctor/probe/options.ts'
import { probe } from '../../doctor/probe/probe.ts'
import { report, type Styles } from '../../doctor/report.ts'
import { SettingError } from '../../settings.ts'
import { EXIT, fail, type OutputOptions, print } from '../output.ts'
import { readPassword } from '../password-input.ts'
import type { DoctorOptions } from './command.ts'

export async function runDoctor(text: string, options: DoctorOptions): Promise<void> {
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  try {
    const probeOptions = await probeOptionsFrom(text, options, stop.signal)
    const diagnosis = diagnose(await probe(probeOptions))
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
  if (stopped || diagnosis.failed > 0 || diagnosis.leftoverUser !== null) process.exitCode = EXIT.failure
}

function interruptedText({ leftoverUser }: Diagnosis): string {
  return leftoverUser === null
    ? 'Interrupted. The temporary user was deleted.'
    : `Interrupted. The temporary user ${leftoverUser} was not deleted: latchkey user delete ${leftoverUser}`
}

async function probeOptionsFrom(text: string, options: DoctorOptions, signal: AbortSignal): Promise<ProbeOptions> {
  const url = originUrl(text, 'URL')
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
      `${what} "${text}" is not accepted: http:// or https://, a host name and optionally a port, such as https://id.example.org.`,
    )
  return url
}

async function addressesFor(url: URL, named: readonly string[]): Promise<readonly Address[]> {
  if (named.length > 0) {
    return named.map((text) => {
      const address = parseAddress(text, url)
      if (address === undefined)
        throw new SettingError(`--resolve "${text}" is not accepted: an IP address, optionally with a port, such as 203.0.113.7:8443.`)
      return address
    })
  }
  try {
    return await addressesOf(url)
  } catch {
    throw new SettingError(
      `The name ${url.hostname} does not resolve to an address. Check its spelling, or name an address: --resolve ADDRESS.`,
    )
  }
}

function plainUrlFor(url: URL, named: string | undefined): URL | null {
  if (named !== undefined) return originUrl(named, '--plain')
  return url.protocol === 'https:' && url.port === '' ? new URL(`http://${url.host}`) : null
}

/** Ports that are usual in development; the first is the default of Latchkey. */
const DEFAULT_PORTS = Array.from({ length: 10 }, (_, index) => 3000 + index)

function portsToProbe(url: URL, named: readonly string[] | undefined): readonly number[] {
  const ports = named?.map((text) => {
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
      throw new SettingError(`--ports "${text}" is not accepted: a port number up to 65535.`)
    return Number(text)
  })
  return (ports ?? DEFAULT_PORTS).filter((port) => port !== portOf(url))
}

async function promptAccount(username: string): Promise<Account> {
  return { username, password: await readPassword(`Password for ${username}`) }
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
  // styleText respects the stream and NO_COLOR.
  const style = (format: 'green' | 'red' | 'dim') => (text: string) => styleText(format, text, { stream: process.stdout })
  return { pass: style('green'), fail: style('red'), dim: style('dim') }
}
