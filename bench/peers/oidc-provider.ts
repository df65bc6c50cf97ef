// oidc-provider: its userinfo endpoint, with an access token of its own and its memory adapter.

import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'
import { listenOnFreePort } from '../listen.ts'
import type { SubjectModule } from '../subject.ts'

export const subject: SubjectModule = {
  name: 'oidc-provider (userinfo)',
  packages: ['oidc-provider'],
  async prepare() {
    const provider = new Provider('http://localhost:3000', {
      clients: [
        {
          client_id: 'app',
          client_secret: 'a-secret-of-the-app',
          redirect_uris: ['http://localhost:3000/cb'],
          grant_types: ['authorization_code'],
        },
      ],
      features: { devInteractions: { enabled: false } },
      findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    })
    const { url, close } = await listenOnFreePort(createServer(provider.callback()))
    const client = await provider.Client.find('app')
    if (client === undefined) throw new Error('The client was not found')
    const grant = new provider.Grant({ clientId: 'app', accountId: 'alice' })
    grant.addOIDCScope('openid')
    const grantId = await grant.save()
    const token = new provider.AccessToken({
      client,
      accountId: 'alice',
      grantId,
      scope: 'openid',
      gty: 'authorization_code',
      expiresWithSession: false,
    } as ConstructorParameters<typeof provider.AccessToken>[0])
    const authorization = `Bearer ${await token.save()}`
    return { guarded: { method: 'GET', url: `${url}/me`, headers: { authorization }, status: 200 }, close }
  },
}
