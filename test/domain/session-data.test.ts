// Session data: merge patches (RFC 7396, appendix A), their properties, and unsafe JSON.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findUnsafeJson, isJsonObject, type Json, MAX_DEPTH, MAX_SESSION_DATA, mergePatch } from '../../src/domain/session-data.ts'

const APPENDIX_A: readonly (readonly [string, string, string])[] = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', 'null', 'null'],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
]

for (const [target, patch, result] of APPENDIX_A) {
  test(`${target} patched with ${patch} is ${result}`, () => {
    assert.deepEqual(mergePatch(JSON.parse(target), JSON.parse(patch)), JSON.parse(result))
  })
}

const member = fc.constantFrom('a', 'b', 'c', 'constructor', 'toString', 'hasOwnProperty', '0', '')
const { json } = fc.letrec<{ json: Json; object: Json }>((tie) => ({
  json: fc.oneof({ maxDepth: 4 }, fc.constantFrom<Json>(null, true, 0, 'x'), fc.array(fc.constantFrom<Json>(null, 1)), tie('object')),
  object: fc.dictionary(member, tie('json'), { maxKeys: 4, noNullPrototype: true }),
}))

function hasNullMember(value: Json): boolean {
  return isJsonObject(value) && Object.values(value).some((inner) => inner === null || hasNullMember(inner))
}

function withoutNullMembers(value: Json): Json {
  if (!isJsonObject(value)) return value
  const kept = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutNullMembers(inner)]))
}

test('a patch introduces no null member', () => {
  fc.assert(fc.property(json, json, (target, patch) => !hasNullMember(mergePatch(withoutNullMembers(target), patch))))
})

test('a patch applied twice is a patch applied once', () => {
  fc.assert(
    fc.property(json, json, (target, patch) => {
      const once = mergePatch(target, patch)
      assert.deepEqual(mergePatch(once, patch), once)
    }),
  )
})

test('neither the target nor the patch is changed', () => {
  fc.assert(
    fc.property(json, json, (target, patch) => {
      const before = JSON.stringify([target, patch])
      mergePatch(target, patch)
      assert.equal(JSON.stringify([target, patch]), before)
    }),
  )
})

test('members that the patch does not name stay unchanged', () => {
  fc.assert(
    fc.property(json, json, (target, patch) => {
      fc.pre(isJsonObject(target) && isJsonObject(patch))
      const merged = mergePatch(target, patch)
      assert.ok(isJsonObject(merged))
      for (const name of Object.keys(target)) if (!Object.hasOwn(patch, name)) assert.equal(merged[name], target[name])
      for (const name of Object.keys(patch)) assert.equal(Object.hasOwn(merged, name), patch[name] !== null)
    }),
  )
})

test('size and depth limits', () => {
  assert.equal(MAX_SESSION_DATA, 16_384)
  assert.equal(MAX_DEPTH, 32)
})

test('names from Object.prototype are ordinary members', () => {
  for (const name of ['constructor', 'toString', 'valueOf', 'hasOwnProperty']) {
    const merged = mergePatch({}, { [name]: { a: 1 } })
    assert.deepEqual(merged, { [name]: { a: 1 } })
    assert.deepEqual(mergePatch(merged, { [name]: null }), {})
  }
})

function nested(depth: number): unknown {
  return depth === 0 ? 1 : { a: nested(depth - 1) }
}

const UNSAFE_CASES: readonly (readonly [string, unknown, string | undefined])[] = [
  ['plain values', { a: [1, 'x', null, true, { b: {} }] }, undefined],
  ['an object as deep as allowed', nested(MAX_DEPTH), undefined],
  ['an object one deeper', nested(MAX_DEPTH + 1), 'too_deep'],
  ['arrays one deeper', JSON.parse('['.repeat(MAX_DEPTH + 1) + ']'.repeat(MAX_DEPTH + 1)), 'too_deep'],
  ['arrays ten thousand deep', JSON.parse('['.repeat(10_000) + ']'.repeat(10_000)), 'too_deep'],
  ['__proto__', JSON.parse('{"__proto__":{"admin":true}}'), 'prototype'],
  ['__proto__ by an escape', JSON.parse('{"\\u005f_proto__":1}'), 'prototype'],
  ['__proto__ within an array', JSON.parse('[{"a":{"__proto__":null}}]'), 'prototype'],
  ['__proto__ as a value', { a: '__proto__' }, undefined],
  ['constructor, which is a name like any other', { constructor: { prototype: 1 } }, undefined],
  ['a high surrogate alone', { a: '\ud800' }, 'ill_formed'],
  ['a low surrogate alone, in a list', [['\udc00']], 'ill_formed'],
  ['a surrogate alone as a name', { '\ud800': 1 }, 'ill_formed'],
  ['a pair of surrogates', { '🙂': '🙂' }, undefined],
  ['text alone', 'x', undefined],
  ['ill-formed text alone', '\udfff', 'ill_formed'],
]

test('a number out of range is unsafe', () => {
  assert.notEqual(findUnsafeJson(JSON.parse('{"a":1e400}')), undefined)
})

for (const [what, value, unsafe] of UNSAFE_CASES) {
  test(`${what}: ${unsafe ?? 'safe'}`, () => assert.equal(findUnsafeJson(value), unsafe))
}
