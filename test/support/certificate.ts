// A self-signed certificate for the sites of a test, and the hash of its key, with which a browser can trust it.

import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exec } from './exec.ts'

export interface Certificate {
  readonly cert: string
  readonly key: string
  /** SHA-256 of the public key, in base64: a browser that trusts it treats the pages as secure contexts. */
  readonly spki: string
}

export async function makeCertificate(folder: string, names: readonly string[]): Promise<Certificate> {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const alternatives = names.map((name) => `DNS:${name}`).join(',')
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const subject = ['-subj', '/CN=test', '-addext', `subjectAltName=${alternatives}`, '-days', '30']
  await exec('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject])
  const publicKey = new X509Certificate(readFileSync(cert)).publicKey.export({ type: 'spki', format: 'der' })
  return { cert, key, spki: createHash('sha256').update(publicKey).digest('base64') }
}
