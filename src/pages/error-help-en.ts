// The help for each code in English. `docs/errors.md` is made from it: npm run errors-page.

import type { ErrorCode } from '../domain/errors.ts'
import type { ErrorHelp } from './error-help.ts'

export const ENGLISH_HELP: Readonly<Record<ErrorCode, ErrorHelp>> = {
  'request.malformed': {
    cause: '`reason` says what is wrong with it. Where `field` is `before`, the cursor in the query is not one that this server made.',
    reasons: {
      json: 'the body is not JSON',
      too_deep: 'the body has more than 32 levels',
      ill_formed: 'the body holds text that is not Unicode',
      out_of_range: 'the body holds a number that no program can keep exactly',
      duplicate_header: 'a header came twice, and only one can count',
      missing_header: '`Sec-Secure-Session-Id` is missing where a device proof is renewed',
      http: 'the request is not HTTP',
      host: '`Host` is missing, or came twice',
      timeout: 'the request took too long to arrive',
      body_already_read: 'in a server of yours, something read the body before Latchkey could',
    },
    advice:
      'Correct the request. For duplicates, look for a proxy that adds a header. For `body_already_read`, mount Latchkey before `express.json()` and the like.',
  },
  'session.required': {
    cause: 'There is no live session.',
    reasons: {
      none: 'no credential was sent, or none that counts',
      unknown: 'the credential is not one of ours, or ended long ago',
      idle: 'the session was not used for too long',
      expired: 'the session has reached its longest life',
      revoked: 'the session was ended',
      theft_suspected: 'a copy of the sign-in may have been used, so it was ended',
    },
    advice:
      'With `refreshable: true`, call `POST /access/token`, which turns the remembered login into a session. Otherwise ask for the password.',
  },
  'reauthentication.required': {
    cause: 'The password was typed too long ago for this request (`LATCHKEY_FRESH_AGE`).',
    advice: 'Ask for the password, sign in, and repeat the request.',
  },
  'token.invalid': {
    cause: 'A bad credential in the header is refused even where a good cookie came with it.',
    reasons: {
      malformed: 'it is not one of ours, or it was altered',
      expired: 'the token has expired',
      session_ended: 'the session of the token has ended',
    },
    advice: 'On `expired`, call `POST /access/token` once and repeat the request. On `session_ended`, ask for the password.',
  },
  'credentials.invalid': {
    cause: 'The answer does not say which of the two, so that it does not tell which users exist.',
    advice: 'Let the person try again.',
  },
  'proof.required': {
    cause:
      'The token is bound to a key and the request lacks a good proof of it in the `DPoP` header, or a token was asked for with a proof that is not good. Where `reason` begins with `device`, it is about the device that the sign-in is bound to.',
    reasons: {
      unbound: 'the token is bound to no key, and has to be',
      missing: 'there is no proof',
      malformed: 'the proof cannot be read',
      method: 'the proof is for another method',
      url: 'the proof is for another address',
      time: 'the proof is too old, or from the future',
      token: 'the proof is for another token',
      key: 'the proof is from another key',
      replayed: 'the proof was used before',
      device: 'the sign-in is bound to a device, or has to be, and the cookies came without the proof of it',
      device_missing: 'for browsers: the device proof is missing',
      device_malformed: 'for browsers: the device proof cannot be read',
      device_audience: 'for browsers: the device proof is for another address',
      device_challenge: 'for browsers: the challenge is too old; it comes with status 403 and another challenge',
    },
    advice:
      'Make a new proof for just this request. On `device`, repeat the request once: a browser that was binding at that moment has its proof by then. If it is refused again, ask for the password.',
  },
  'origin.denied': {
    cause: 'A page of another origin made this request.',
    reasons: {
      cross_site: 'the page is on another site',
      same_site: 'the page is on another origin of the same site',
      origin_not_allowed: 'the origin is not in the list',
      origin_null: 'the page has no origin, as in a sandboxed frame or a local file',
      origin_missing: 'the browser did not say which origin it was',
    },
    advice: 'If the page is yours, add its origin to the setting that `setting` names, exactly as the browser sends it.',
  },
  'csrf.header_required': {
    cause: 'Any site can make a browser send a cookie, so a change needs a header, which no other site can set.',
    advice: 'Send the token from the sign-in answer as `Authorization: Bearer <token>`.',
  },
  'user.mismatch': {
    cause: 'The user id in the path is not the one that the credential stands for.',
    advice: 'Use `user.id` of the sign-in answer.',
  },
  'role.required': {
    cause: 'The path needs a role that the user does not have.',
    advice: 'Run `latchkey user set-roles NAME ROLE…`, which sets all roles of the user, or ask an administrator to set them.',
  },
  'registration.closed': {
    cause: 'The setting `LATCHKEY_REGISTRATION` is `closed`: users cannot create accounts themselves.',
    advice: 'Ask an administrator for an account, or run `latchkey user add NAME`.',
  },
  'resource.not_found': {
    cause:
      'There is nothing at this path, or nothing that belongs to you. Where `setting` is named, that setting moved the path: `METRICS_PORT` for metrics.',
    advice: 'Check the path against `/docs`. Paths are in lower case and have no slash at the end.',
  },
  'method.not_allowed': {
    cause: 'The path exists, and takes other methods.',
    advice: 'Use one of the methods that the header `Allow` names.',
  },
  'username.taken': {
    cause:
      'Names that differ only by case or by Unicode form are one name. The name of a user who was deleted stays taken. The names `admin`, `administrator`, `root`, `system`, `support`, `security`, `abuse`, `postmaster`, `hostmaster`, `webmaster` and `noreply`, and what looks like one of them, are not open to registration; an operator may give them.',
    advice: 'Ask for another name.',
  },
  'data.conflict': {
    cause: 'The data is not in the version that `If-Match` names.',
    advice: 'Read the data again, apply the change to what you read, and repeat the request.',
  },
  'request.too_large': {
    cause: 'Every path has this limit.',
    advice: 'Send less in one request.',
  },
  'data.too_large': {
    cause: 'Session data has at most 16 KiB of JSON, the sealed client data 3 KiB.',
    advice: 'Keep a key in the data, and what it stands for in your own database.',
  },
  'request.unsupported_type': {
    cause: 'A compressed body is refused as well, and any charset but UTF-8.',
    advice: 'Send `application/json` in UTF-8, and patches of session data as `application/merge-patch+json`, both uncompressed.',
  },
  'request.invalid': {
    cause:
      '`field` names it. A field that is not known is refused as well. Where `field` is `userId`, administrators tried to change themselves in a way that only others may.',
    advice: 'Correct the field. `/docs` and `/openapi.json` say what each one takes.',
  },
  'username.invalid': {
    cause:
      'The letters are of one script, any one. Japanese, Chinese and Korean may be written in their usual mixtures, also with Latin (UTS 39, highly restrictive).',
    reasons: {
      length: 'it has fewer than 2 or more than 64 characters',
      characters: 'it has a character that no name has, such as a blank or `@`',
      ends: 'its first or its last character is not a letter or a digit',
      scripts: 'it has letters of scripts that are not written together, which could make it look like another name',
      digits: 'it has digits of two systems',
    },
    advice: 'Ask for another name.',
  },
  'password.too_short': {
    cause: 'It has fewer characters than `LATCHKEY_PASSWORD_MIN`, 8 by default.',
    advice: 'Ask for a longer one.',
  },
  'password.too_long': {
    cause: 'The limit counts characters, not bytes.',
    advice: 'Ask for a shorter one.',
  },
  'password.too_common': {
    cause:
      'It is on a list of common passwords, as it is or in a usual disguise: capitals, digits and signs around it, signs for letters, backwards.',
    advice: 'Ask for another one, and propose a few words that have nothing to do with each other.',
  },
  'password.too_weak': {
    cause:
      'Fewer than a billion guesses find it: it is made of common words, names, dates, keys in a row, or what is known of the user and the site.',
    advice: 'Ask for another one, and propose a few words that have nothing to do with each other.',
  },
  'rate.limited': {
    cause:
      'There were too many wrong guesses for this user or from this network (`LATCHKEY_LOGIN_LIMIT`), too many registrations from this network (`LATCHKEY_REGISTRATION_LIMIT`), or more sign-ins or records of one user than anybody needs.',
    advice: 'Wait for the seconds in `Retry-After`, then try again.',
  },
  'request.headers_too_large': {
    cause: 'They have more than 16 KiB together. In a browser, it is nearly always cookies.',
    advice: 'Delete the cookies of this site in the browser, then load the page again.',
  },
  'server.busy': {
    cause: 'There are more sign-ins at once than the server can hash, or the server has a fault, which is in its log.',
    advice: 'Repeat the request after the seconds in `Retry-After`.',
  },
  'store.unavailable': {
    cause: 'A change whose confirmation was lost may have happened or not.',
    advice: 'Repeat the request after the seconds in `Retry-After`. `/readyz` says what is wrong.',
  },
}
