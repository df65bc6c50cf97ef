// The TLS certificate: read from its files, and reloaded when they change, so that a renewal needs no restart.

import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import type { Server } from 'node:https'
import { createSecureContext } from 'node:tls'
import { SettingError } from '../settings.ts'

export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

const POLL_INTERVAL = 1_000

/** @throws SettingError naming the file that cannot be used */
export function readTls(files: TlsFiles): { readonly cert: Buffer; readonly key: Buffer } {
  const pair = { cert: readPem('TLS_CERT', files.cert), key: readPem('TLS_KEY', files.key) }
  try {
    createSecureContext(pair)
  } catch (error) {
    throw new SettingError(
      `TLS_CERT ${files.cert} and TLS_KEY ${files.key} are not a certificate and its private key (${reasonOf(error)}); accepted: matching PEM files.`,
    )
  }
  return pair
}

/** Watches the files until the returned function is called. A pair that does not match is reported, and the old one stays in use. */
export function watchTls(server: Server, files: TlsFiles, onReload: (problem: string | undefined) => void): () => void {
  const reload = () => {
    try {
      server.setSecureContext(readTls(files))
      onReload(undefined)
    } catch (error) {
      onReload(reasonOf(error))
    }
  }
  const paths = [files.cert, files.key]
  for (const path of paths) watchFile(path, { interval: POLL_INTERVAL, persistent: false }, reload)
  return () => {
    for (const path of paths) unwatchFile(path, reload)
  }
}

function readPem(setting: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new SettingError(`${setting} is "${path}", which cannot be read (${reasonOf(error)}); accepted: the path of a PEM file.`)
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown'
}
