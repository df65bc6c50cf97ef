// A bare Hono server, as in the start of its documentation.

import { serve } from '@hono/node-server'
import { Hono } from 'hono'

serve({ fetch: new Hono().get('/livez', (context) => context.text('ok')).fetch, hostname: '127.0.0.1', port: Number(process.env.PORT) })
