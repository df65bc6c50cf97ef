// The English help for each error code. `docs/errors.md` is generated from it: npm run errors-page.

import type { ErrorCode } from '../domain/errors.ts'
import type { ErrorHelp } from './error-help.ts'

export const ENGLISH_HELP: Readonly<Record<ErrorCode, ErrorHelp>> = {
  'request.malformed': {
    cause: '`reason` says what is wrong. Where `field` is `before`, the cursor in the query was not issued by this server.',
    reasons: {
      json: 'the body is not JSON',
      too_deep: 'the body has more than 32 levels',
      ill_formed: 'the body contains text that is not valid Unicode',
      out_of_range: 'the body contains a number that cannot be represented exactly',
      duplicate_header: 'a header was sent twice, and must be sent once',
      missing_header: '`Sec-Secure-Session-Id` is missing in the renewal of a device proof',
      http: 'the request is not valid HTTP',
      host: '`Host` is missing, or was sent twice',
      timeout: 'the request took too long to arrive',
      body_already_read: 'other middleware of your server read the body before Latchkey',
    },
    advice:
      'Correct the request. For duplicates, check whether a proxy adds a header. For `body_already_read`, mount Latchkey before `express.json()` and similar middleware.',
  },
  'session.required': {
    cause: 'There is no valid session.',
    reasons: {
      none: 'no usable credential was sent',
      unknown: 'the credential was not issued by this server, or expired long ago',
      idle: 'the session was idle for too long',
      expired: 'the session has reached its absolute timeout',
      revoked: 'the session was revoked',
      theft_suspected: 'theft is suspected: the credential was reused, so its lineage was revoked',
    },
    advice:
      'With `refreshable: true`, call `POST /access/token`, which starts a session from the remember-me login. Otherwise ask the user to sign in.',
  },
  'reauthentication.required': {
    cause: 'This request needs a fresh sign-in, and the last one is older than `LATCHKEY_FRESH_AGE`.',
    advice: 'Ask for the password, sign in again, and repeat the request.',
  },
  'token.invalid': {
    cause: 'An invalid credential in the header is rejected even if a valid cookie is sent with it.',
    reasons: {
      malformed: 'the token was not issued by this server, or was altered',
      expired: 'the token has expired',
      session_ended: 'the session of the token was revoked or has expired',
    },
    advice: 'On `expired`, call `POST /access/token` once and repeat the request. On `session_ended`, ask the user to sign in.',
  },
  'credentials.invalid': {
    cause: 'The error does not say which of the two is wrong, so that it does not reveal which users exist.',
    advice: 'Let the user try again.',
  },
  'proof.required': {
    cause:
      'The token is bound to a key and the request has no valid DPoP proof in the `DPoP` header, or the DPoP proof of a token request is invalid. A `reason` that begins with `device` is about the device proof of a bound sign-in.',
    reasons: {
      unbound: 'the token is not bound to a key, and must be',
      missing: 'there is no proof',
      malformed: 'the proof cannot be parsed',
      method: 'the proof is for another method',
      url: 'the proof is for another URL',
      time: 'the proof is too old, or its time is in the future',
      token: 'the proof is for another token',
      key: 'the proof is signed with another key',
      replayed: 'the proof was used before',
      device: 'the sign-in is bound to a device, or must be, and the cookies were sent without the device proof',
      device_missing: 'for browsers: the device proof is missing',
      device_malformed: 'for browsers: the device proof cannot be parsed',
      device_audience: 'for browsers: the device proof is for another URL',
      device_challenge: 'for browsers: the challenge is too old; sent with status 403 and a new challenge',
    },
    advice:
      'Create a new proof for this request. On `device`, repeat the request once: a browser that was just binding the sign-in has the proof by then. If it is rejected again, ask the user to sign in.',
  },
  'origin.denied': {
    cause: 'A page of another origin sent this request.',
    reasons: {
      cross_site: 'the page is on another site',
      same_site: 'the page is on another origin of the same site',
      origin_not_allowed: 'the origin is not in the list of allowed origins',
      origin_null: 'the page has no origin, as in a sandboxed frame or a local file',
      origin_missing: 'the browser did not send the origin',
    },
    advice: 'If the page is yours, add its origin to the setting that `setting` names, exactly as the browser sends it.',
  },
  'csrf.header_required': {
    cause: 'Any site can make a browser send a cookie. So a change needs a header, which other sites cannot set.',
    advice: 'Send the token of the sign-in response as `Authorization: Bearer <token>`.',
  },
  'user.mismatch': {
    cause: 'The user id in the path is not that of the credential.',
    advice: 'Use `user.id` of the sign-in response.',
  },
  'role.required': {
    cause: 'The path needs a role that the user does not have.',
    advice: 'Run `latchkey user set-roles NAME ROLE…`, which replaces all roles of the user, or ask an administrator.',
  },
  'registration.closed': {
    cause: 'The setting `LATCHKEY_REGISTRATION` is `closed`: users cannot create accounts themselves.',
    advice: 'Ask an administrator for an account, or run `latchkey user add NAME`.',
  },
  'resource.not_found': {
    cause:
      'There is nothing at this path, or nothing that belongs to the user. If `setting` is present, that setting moved the path: `METRICS_PORT` for metrics.',
    advice: 'Compare the path with `/docs`. Paths are in lower case and have no trailing slash.',
  },
  'method.not_allowed': {
    cause: 'The path exists, but does not support this method.',
    advice: 'Use one of the methods in the header `Allow`.',
  },
  'username.taken': {
    cause:
      'Usernames that differ only in case or Unicode form are the same. The name of a deleted user stays reserved. The names `admin`, `administrator`, `root`, `system`, `support`, `security`, `abuse`, `postmaster`, `hostmaster`, `webmaster` and `noreply`, and names that look like them, are not open to registration; an operator can assign them.',
    advice: 'Ask for another username.',
  },
  'data.conflict': {
    cause: 'The current version of the data is not the one in `If-Match`.',
    advice: 'Read the data again, apply the change to it, and repeat the request.',
  },
  'request.too_large': {
    cause: 'The limit applies to every path.',
    advice: 'Send less in one request.',
  },
  'data.too_large': {
    cause: 'Session data is limited to 16 KiB of JSON, the sealed client data to 3 KiB.',
    advice: 'Store a key in the data, and the content in your own database.',
  },
  'request.unsupported_type': {
    cause: 'Compressed bodies and charsets other than UTF-8 are rejected as well.',
    advice: 'Send `application/json` in UTF-8, and patches of session data as `application/merge-patch+json`, both uncompressed.',
  },
  'request.invalid': {
    cause:
      '`field` is the name of the field. Unknown fields are rejected as well. If `field` is `userId`, an administrator tried a change of the own account that only another administrator can make.',
    advice: 'Correct the field. `/docs` and `/openapi.json` describe what each field accepts.',
  },
  'username.invalid': {
    cause:
      'All letters must be of one script. The usual mixtures of Japanese, Chinese and Korean are allowed, also with Latin letters (UTS 39, highly restrictive).',
    reasons: {
      length: 'it has fewer than 2 or more than 64 characters',
      characters: 'it has a character that is not allowed, such as a space or `@`',
      ends: 'its first or last character is not a letter or digit',
      scripts: 'it mixes scripts that are not written together, and could look like another name',
      digits: 'it mixes digits of two numeral systems',
    },
    advice: 'Ask for another username.',
  },
  'password.too_short': {
    cause: 'It has fewer characters than `LATCHKEY_PASSWORD_MIN` (8 by default).',
    advice: 'Ask for a longer password.',
  },
  'password.too_long': {
    cause: 'The limit counts characters, not bytes.',
    advice: 'Ask for a shorter password.',
  },
  'password.too_common': {
    cause:
      'It is on a list of common passwords, unchanged or with a common variation: capitals, added digits or symbols, symbols instead of letters, reversed.',
    advice: 'Ask for another password, and suggest a few unrelated words.',
  },
  'password.too_weak': {
    cause:
      'It can be guessed in fewer than a billion attempts: it consists of common words, names, dates, adjacent keys, or known data of the user and the site.',
    advice: 'Ask for another password, and suggest a few unrelated words.',
  },
  'rate.limited': {
    cause:
      'There were too many failed sign-ins for this user or from this network (`LATCHKEY_LOGIN_LIMIT`), too many registrations from this network (`LATCHKEY_REGISTRATION_LIMIT`), or an unusual number of sign-ins or audit events of one user.',
    advice: 'Wait for the number of seconds in `Retry-After`, then try again.',
  },
  'request.headers_too_large': {
    cause: 'All headers together exceed 16 KiB. In a browser, the cause is nearly always cookies.',
    advice: 'Delete the cookies of this site in the browser, then reload the page.',
  },
  'server.busy': {
    cause:
      'There are more concurrent sign-ins than the server can hash passwords for, or the server has an internal error, which is in its log.',
    advice: 'Repeat the request after the number of seconds in `Retry-After`.',
  },
  'store.unavailable': {
    cause: 'If the confirmation of a change was lost, the change may or may not have been made.',
    advice: 'Repeat the request after the number of seconds in `Retry-After`. `/readyz` shows the problem.',
  },
}
