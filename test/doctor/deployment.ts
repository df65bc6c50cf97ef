// A correct deployment: Latchkey servers behind a real nginx with TLS. Tests break one thing of it at a time.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requestOnce } from '../support/raw-http.ts'
import { waitFor } from '../support/wait-for.ts'

export const NAME = 'id.example.test'
export const APPLICATION = 'https://shop.example.test'

export interface NginxConfig {
  /** Lines of the nginx location of Latchkey. */
  readonly location: string
  /** Lines of the server block around it. */
  readonly server: string
  readonly plain: string
  readonly http: string
}

export const VALID_CONFIG: NginxConfig = {
  http: '',
  server: '',
  plain: 'return 308 https://$host$request_uri;',
  location: `
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header Forwarded "";
    proxy_buffering off;
    `,
}

export interface NginxOptions {
  readonly folder: string
  readonly port: number
  readonly plainPort: number
  readonly upstream: readonly string[]
  readonly certificate: { readonly cert: string; readonly key: string }
}

export async function startNginx(options: NginxOptions, { location, server, plain, http }: NginxConfig): Promise<AsyncDisposable> {
  const { folder, port, plainPort, upstream, certificate } = options
  await mkdir(folder, { recursive: true })
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`)
  const configuration = join(folder, 'nginx.conf')
  await writeFile(
    configuration,
    `pid ${join(folder, 'nginx.pid')};
events {}
http {
  ${paths.join('\n  ')}
  access_log off;
  upstream latchkey {
    ${upstream.map((host) => `server ${host};`).join('\n    ')}
  }
  ${http}
  server {
    listen 127.0.0.1:${port} ssl;
    listen [::1]:${port} ssl;
    ssl_certificate ${certificate.cert};
    ssl_certificate_key ${certificate.key};
    ${server}
    location / {
      proxy_pass http://latchkey;
      ${location}
    }
  }
  server {
    listen 127.0.0.1:${plainPort};
    location / { ${plain} }
  }
}
`,
  )
  const nginx = spawn('nginx', ['-c', configuration, '-g', 'daemon off; master_process off; error_log stderr crit;'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await waitFor('nginx to listen', () => listens(nginx, plainPort))
  return {
    async [Symbol.asyncDispose]() {
      nginx.kill()
      await once(nginx, 'exit')
    },
  }
}

function listens(nginx: ChildProcess, port: number): Promise<boolean> {
  if (nginx.exitCode !== null) throw new Error('nginx did not start.')
  return requestOnce(`http://localhost:${port}`, '/').then(
    () => true,
    () => false,
  )
}
