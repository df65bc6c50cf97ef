// The forms of connection strings: what each means, and the error text for one that is not accepted.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readDatabase } from '../../src/connection-strings/database.ts'
import { isProblem, type ParseResult } from '../../src/connection-strings/parse-result.ts'
import { readPostgres } from '../../src/connection-strings/postgres.ts'
import { readRedis } from '../../src/connection-strings/redis.ts'
import { readSettings } from '../../src/settings.ts'

function read<T>(reading: ParseResult<T>): Partial<T> {
  ok(!isProblem(reading), isProblem(reading) ? reading.problem : '')
  return Object.fromEntries(Object.entries(reading.value as object).filter(([, value]) => value !== undefined)) as Partial<T>
}

/** The one line with which a setting is refused. */
function line(key: 'databaseUrl' | 'redisUrl', text: string): string {
  try {
    readSettings({ [key]: text }, () => (key === 'databaseUrl' ? 'DATABASE_URL' : 'REDIS_URL'))
  } catch (error) {
    ok(error instanceof Error)
    ok(!error.message.includes('\n'))
    return error.message
  }
  throw new Error(`${text} is accepted`)
}

const hosts = (...each: readonly (readonly [string, number?])[]) => each.map(([host, port]) => ({ host, port }))

describe('PostgreSQL: accepted forms', () => {
  const accepted: readonly (readonly [string, object])[] = [
    ['postgres://lk:secret@db.example:5433/app', { user: 'lk', password: 'secret', database: 'app', hosts: hosts(['db.example', 5433]) }],
    ['postgresql://lk@db/app', { user: 'lk', database: 'app', hosts: hosts(['db']) }],
    ['POSTGRES://db/app', { database: 'app', hosts: hosts(['db']) }],
    ['postgres://[2001:db8::1]:5433/app', { database: 'app', hosts: hosts(['2001:db8::1', 5433]) }],
    [
      'postgres://a:1,b,[::1]:3/app?target_session_attrs=read-write',
      { database: 'app', needsWritable: true, hosts: hosts(['a', 1], ['b'], ['::1', 3]) },
    ],
    ['postgres:///app?host=/var/run/postgresql', { database: 'app', hosts: hosts(['/var/run/postgresql']) }],
    ['postgres:///app?host=/run/pg&port=5433', { database: 'app', hosts: hosts(['/run/pg', 5433]) }],
    ['postgres://%2Fvar%2Frun%2Fpostgresql/app', { database: 'app', hosts: hosts(['/var/run/postgresql']) }],
    ['postgres:///app?host=a,b&port=1,2', { database: 'app', hosts: hosts(['a', 1], ['b', 2]) }],
    ['postgres:///app', { database: 'app', hosts: hosts(['']) }],
    ['postgres://lk:a%2Fb%3Fc%23d%40e%3Af%25g@h/d', { user: 'lk', password: 'a/b?c#d@e:f%g', database: 'd', hosts: hosts(['h']) }],
    [`postgres://lk:a:b$&'"\\!é李@h/d`, { user: 'lk', password: `a:b$&'"\\!é李`, database: 'd', hosts: hosts(['h']) }],
    ['postgres://h/d?user=lk&password=a%26b%3D', { user: 'lk', password: 'a&b=', database: 'd', hosts: hosts(['h']) }],
    ['postgres://h/a%2Fb', { database: 'a/b', hosts: hosts(['h']) }],
    ['postgres://h/d?sslmode=disable', { database: 'd', tls: 'disable', hosts: hosts(['h']) }],
    ['postgres://h/d?sslmode=require', { database: 'd', tls: 'verify-full', hosts: hosts(['h']) }],
    ['postgres://h/d?ssl=true', { database: 'd', tls: 'verify-full', hosts: hosts(['h']) }],
    ['postgres://h/d?sslrootcert=/ca.pem', { database: 'd', tls: 'verify-full', rootCertificate: '/ca.pem', hosts: hosts(['h']) }],
    [
      'postgres://h/d?sslmode=verify-ca&sslrootcert=/ca.pem',
      { database: 'd', tls: 'verify-ca', rootCertificate: '/ca.pem', hosts: hosts(['h']) },
    ],
    ['postgres://h/d?sslmode=no-verify', { database: 'd', tls: 'no-verify', hosts: hosts(['h']) }],
    [
      'postgres://h/d?sslmode=verify-full&sslcert=/c&sslkey=/k&sslpassword=p&ssl_min_protocol_version=TLSv1.3',
      { database: 'd', tls: 'verify-full', certificate: '/c', key: '/k', keyPassword: 'p', tlsMinVersion: 'TLSv1.3', hosts: hosts(['h']) },
    ],
    [
      'postgres://h/d?application_name=a%20b&connect_timeout=7&options=-csearch_path%3Dauth',
      { database: 'd', applicationName: 'a b', connectTimeout: 7000, options: '-csearch_path=auth', hosts: hosts(['h']) },
    ],
    [
      'postgres://h/d?sslmode=require&channel_binding=require',
      { database: 'd', tls: 'verify-full', channelBinding: 'require', hosts: hosts(['h']) },
    ],
    ['host=/var/run/postgresql dbname=app', { database: 'app', hosts: hosts(['/var/run/postgresql']) }],
    [
      String.raw`host = a,::1 port=1,2 user=lk password='it\'s a \\ word' dbname=app sslmode=disable`,
      { user: 'lk', password: String.raw`it's a \ word`, database: 'app', tls: 'disable', hosts: hosts(['a', 1], ['::1', 2]) },
    ],
  ]
  for (const [text, meant] of accepted) test(text, () => deepEqual(read(readPostgres(text)), meant))
})

describe('PostgreSQL: nothing is ignored, and each refusal names the part', () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ['postgres://h/d?sslmode=prefer', /parameter sslmode has an invalid value; accepted: disable, .*verify-full/],
    ['postgres://h/d?sslmode=allow', /parameter sslmode/],
    ['postgres://h/d?sslmode=verify-ca', /sslmode=verify-ca needs sslrootcert/],
    ['postgres://h/d?sslmode=disable&sslrootcert=/ca', /sslmode=disable does not go with/],
    ['postgres://h/d?sslcert=/c', /sslcert and sslkey go together/],
    ['postgres://h/d?target_session_attrs=standby', /target_session_attrs has an invalid value; accepted: any, read-write, primary/],
    ['postgres://h/d?target_session_attrs=read-only', /target_session_attrs/],
    ['postgres://h/d?load_balance_hosts=random', /load_balance_hosts/],
    ['postgres://h/d?connect_timeout=soon', /connect_timeout has an invalid value; accepted: seconds/],
    ['postgres://h/d?channel_binding=require', /channel_binding=require needs sslmode/],
    ['postgres://h/d?client_encoding=LATIN1', /client_encoding/],
    ['postgres://h/d?hostaddr=1.2.3.4', /parameter hostaddr is not supported; write the address as the host/],
    ['postgres://h/d?service=x', /parameter service is not supported/],
    ['postgres://h/d?sslcrl=x', /parameter sslcrl is not supported/],
    ['postgres://h/d?replication=database', /parameter replication is not supported/],
    ['postgres://h/d?schema=auth', /parameter schema is not supported; use options=-csearch_path=NAME/],
    ['postgres://h/d?pgbouncer=true', /parameter pgbouncer is not supported; .*pool_mode=session/],
    ['postgres://h/d?sslmod=require', /parameter sslmod is unknown; parameters: host, /],
    ['postgres://h/d?sslmode=require&sslmode=disable', /sslmode is given twice/],
    ['postgres://h/d?sslmode', /is not of the form name=value/],
    ['postgres://a/d?host=b', /host is given twice/],
    ['postgres://a,b/d?port=1,2,3', /port needs one port, or as many/],
    ['postgres://h:0/d', /port is no number from 1 to 65535/],
    ['postgres://h:65536/d', /port is no number/],
    ['postgres://2001:db8::1/d', /IPv6 address in brackets|port is no number/],
    ['postgres://h/a/b', /contains a “\/”; percent-encode it as %2F/],
    ['postgres://', /neither a host nor a database/],
    ['postgres:/h/d', /two slashes after the colon/],
    ['postgresql+psycopg://h/d', /write postgres:\/\//],
    ['jdbc:postgresql://h/d', /write postgres:\/\//],
    ['mysql://h/d', /does not begin with sqlite: or postgres:\/\//],
    ['host=h pasword=x', /is unknown; parameters:/],
    ["host=h password='x", /single quotes/],
  ]
  for (const [text, message] of refused) test(text, () => match(line('databaseUrl', text), message))
})

describe('A password that is not percent-encoded is refused, with the characters to encode', () => {
  const advised: readonly (readonly [string, RegExp])[] = [
    ['postgres://lk:S3c/ret@127.0.0.1/a', /is "postgres:\/\/…@127\.0\.0\.1\/a"; accepted: .*percent-encode in them “\/” as %2F\.$/],
    ['postgres://lk:S3c?ret@h/a', /“\?” as %3F\.$/],
    ['postgres://lk:S3c#ret@h/a', /“#” as %23\.$/],
    ['postgres://lk:S3c@ret@h/a', /“@” as %40\.$/],
    ['postgres://lk:100%ret@h/a', /“%” as %25\.$/],
    ['postgres://lk:S3c/r?e#t@h/a', /“\/” as %2F, “\?” as %3F, “#” as %23\.$/],
    ['postgres://lk:S3c\nret@h/a', /line break/],
    ['postgres://h/a?password=S3c@ret', /“@” as %40/],
    ['postgres://h/a?password=S3c%zz', /“%” as %25/],
  ]
  for (const [text, expected] of advised)
    test(JSON.stringify(text), () => {
      const message = line('databaseUrl', text)
      match(message, expected)
      ok(!message.includes('S3c') && !message.includes('ret@'), message)
    })
})

describe('SQLite', () => {
  const accepted: readonly (readonly [string, string])[] = [
    ['sqlite:latchkey.db', 'latchkey.db'],
    ['sqlite:/var/lib/latchkey.db', '/var/lib/latchkey.db'],
    ['sqlite:../a b#1.db', '../a b#1.db'],
    ['sqlite:C:\\data\\a.db', 'C:\\data\\a.db'],
    ['sqlite::memory:', ':memory:'],
    [' sqlite:a.db\n', 'a.db'],
  ]
  for (const [text, path] of accepted) test(text, () => deepEqual(read(readDatabase(text)), { engine: 'sqlite', path }))

  const refused: readonly (readonly [string, RegExp])[] = [
    ['sqlite://rel.db', /write sqlite:rel\.db .*or sqlite:\/rel\.db/],
    ['sqlite:///abs.db', /write sqlite:abs\.db .*or sqlite:\/abs\.db/],
    ['sqlite:////abs/a.db', /write sqlite:\/abs\/a\.db\.$/],
    ['sqlite:a.db?mode=rwc', /is "sqlite:a\.db\?mode=rwc"; .*write sqlite:a\.db\.$/],
    ['sqlite:///a.db?mode=rwc', /write sqlite:a\.db /],
    ['sqlite:file:a.db?cache=shared', /write sqlite:a\.db\.$/],
    ['sqlite:file:///a.db', /write sqlite:\/a\.db\.$/],
    ['file:a.db', /for a file write sqlite:PATH/],
    ['sqlite3:a.db', /write sqlite:PATH/],
    ['sqlite://', /write sqlite:latchkey\.db/],
    ['sqlite:', /write sqlite:latchkey\.db/],
    ['sqlite:///:memory:', /write sqlite::memory:/],
    ['sqlite://:memory:', /write sqlite::memory:/],
    ['sqlite::memory', /write sqlite::memory:/],
    ['sqlite:data/', /write|name a file in it: sqlite:data\/latchkey\.db/],
    ['sqlite:~/a.db', /write the whole path/],
    ['sqlite://lk:S3cret@h/a.db', /is "sqlite:\/\/…@h\/a\.db"; .*write sqlite:latchkey\.db/],
    ['latchkey.db', /has no scheme; for a file write sqlite:PATH/],
  ]
  for (const [text, message] of refused) test(text, () => match(line('databaseUrl', text), message))
})

describe('Redis', () => {
  const plain = { isCluster: false, tls: false, database: 0 }
  const accepted: readonly (readonly [string, object])[] = [
    ['redis://h', { ...plain, hosts: hosts(['h', 6379]) }],
    ['redis://:p%40ss%2Fword@h:7000/3', { ...plain, password: 'p@ss/word', database: 3, hosts: hosts(['h', 7000]) }],
    ['redis://lk:pw@h/', { ...plain, user: 'lk', password: 'pw', hosts: hosts(['h', 6379]) }],
    ['redis://:@h', { ...plain, hosts: hosts(['h', 6379]) }],
    ['rediss://lk:a:b@[::1]:1', { ...plain, tls: true, user: 'lk', password: 'a:b', hosts: hosts(['::1', 1]) }],
    ['redis+cluster://lk:pw@a:1,b', { ...plain, isCluster: true, user: 'lk', password: 'pw', hosts: hosts(['a', 1], ['b', 6379]) }],
    ['rediss+cluster://a', { ...plain, isCluster: true, tls: true, hosts: hosts(['a', 6379]) }],
    ['redis+unix:///run/redis.sock?db=2', { ...plain, database: 2, socket: '/run/redis.sock', hosts: [] }],
    ['unix://:pw@/run/redis.sock', { ...plain, password: 'pw', socket: '/run/redis.sock', hosts: [] }],
  ]
  for (const [text, meant] of accepted) test(text, () => deepEqual(read(readRedis(text)), meant))

  const refused: readonly (readonly [string, RegExp])[] = [
    ['redis://:p@ss/word@h:6379', /^REDIS_URL is "redis:\/\/…@h:6379"; accepted: .*percent-encode in them “@” as %40, “\/” as %2F\.$/],
    ['redis://h:6379/zero', /^REDIS_URL is "redis:\/\/h:6379\/zero"; accepted: .*number of a database may follow the host, such as \/0\.$/],
    ['redis://h/0/1', /number of a database/],
    ['redis://h?db=1', /parameters after “\?” are not accepted/],
    ['redis://h#1', /“#”/],
    ['redis://secret@h', /a password alone after a colon/],
    ['redis://a,b', /for a cluster write redis\+cluster:\/\//],
    ['redis+cluster://a/1', /a cluster has no databases/],
    ['redis://', /names no host/],
    ['redis:h', /two slashes/],
    ['redis://h:x', /port is no number/],
    ['valkey://h', /write redis:\/\//],
    ['localhost:6379', /is "localhost:6379"; accepted: .*does not begin with an accepted scheme/],
    ['redis+unix://run/redis.sock', /three slashes/],
    ['redis+unix:///run/redis.sock?database=1', /only parameter of a socket is db/],
  ]
  for (const [text, message] of refused) test(text, () => match(line('redisUrl', text), message))
})

test('A value without a scheme is masked entirely: all of it may be a password', () => {
  for (const text of ['lk:S3cret@127.0.0.1/a', 'S3cretS3cret', 'S3cret://lk@h', 'lk:S3cret', 'S3cret/ret'])
    for (const key of ['databaseUrl', 'redisUrl'] as const) match(line(key, text), /_URL is "…"; accepted: /)
})

test('Other settings mask the password of an address too', () => {
  const given = {
    publicUrl: 'https://lk:S3c/ret@h',
    allowedOrigins: 'https://ok.example,https://lk:S3,c/ret@h',
    port: 'postgres://lk:S3c#ret@h/d',
  }
  for (const [key, value] of Object.entries(given)) {
    try {
      readSettings({ [key]: value }, (name) => name)
      ok(false, key)
    } catch (error) {
      ok(error instanceof Error)
      ok(error.message.startsWith(`${key} is "`) && !/S3|ret/.test(error.message), error.message)
    }
  }
  equal(readSettings({ audience: 'a@b' }, (name) => name).audience, 'a@b')
})
