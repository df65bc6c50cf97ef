// Duplicate cookies: from a parent domain, an older setting, a sibling sub-domain.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  chooseGenuine,
  chooseSealed,
  type GenuineCookie,
  MAX_LOOKUPS,
  type OpenedCookie,
  selectForLookup,
} from '../../src/domain/duplicate-cookies.ts'

function opened(id: string, generation = 0): OpenedCookie {
  return { value: `${id}.${generation}`, id, generation }
}

function genuine(id: string, lineage = id, startedAt = 0): GenuineCookie {
  return { ...opened(id), lineage, startedAt, expiresAt: 1 }
}

test('at most four cookies are looked up, and of one record only the newest value', () => {
  assert.deepEqual(selectForLookup([opened('a', 1), opened('a', 3), opened('b'), opened('a', 2)], undefined), [opened('a', 3), opened('b')])
  const four = ['a', 'b', 'c', 'd'].map((id) => opened(id))
  assert.deepEqual(selectForLookup(four, undefined), four)
})

test('of more than four cookies none is looked up, since a skipped one could be genuine too; with a pair, the lineage that it names comes first', () => {
  const six = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => opened(id))
  assert.deepEqual(selectForLookup(six, undefined), [])
  assert.deepEqual(
    selectForLookup(six, 'f').map(({ id }) => id),
    ['f', 'a', 'b', 'c'],
  )
})

test('when exactly one cookie is genuine it counts, otherwise none', () => {
  assert.equal(chooseGenuine([genuine('a')], undefined, true)?.id, 'a')
  assert.equal(chooseGenuine([], undefined, true), undefined)
  assert.equal(chooseGenuine([genuine('a'), genuine('b')], undefined, true), undefined)
  assert.equal(chooseGenuine([genuine('a')], undefined, false), undefined, 'others were not looked up')
})

test('among several genuine cookies the one with its pair counts, the latest of its lineage', () => {
  const several = [genuine('planted'), genuine('old', 'own', 1), genuine('new', 'own', 2)]
  assert.equal(chooseGenuine(several, 'own', true)?.id, 'new')
  assert.equal(chooseGenuine(several, 'own', false)?.id, 'new')
  assert.equal(chooseGenuine(several, 'gone', true), undefined)
  assert.equal(chooseGenuine([genuine('planted')], 'gone', true)?.id, 'planted', 'without its pair it can only read')
})

test('of sealed values the one that opens counts, when it is the only one', () => {
  const opens = (value: string) => value.startsWith('ours')
  assert.equal(chooseSealed(['theirs', 'ours', 'junk'], opens), 'ours')
  assert.equal(chooseSealed(['ours-1', 'ours-2'], opens), undefined)
  assert.equal(chooseSealed(['theirs'], opens), undefined)
})

test('a cookie with its pair is never displaced, whatever else is planted', () => {
  const ids = fc.uniqueArray(
    fc.stringMatching(/^[a-z]{1,3}$/).map((id) => `planted-${id}`),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(ids, fc.nat({ max: 20 }), (planted, at) => {
      const all = planted.map((id) => opened(id))
      all.splice(at, 0, opened('own'))
      const lookedUp = selectForLookup(all, 'own')
      assert.ok(lookedUp.length <= MAX_LOOKUPS)
      const live = lookedUp.map(({ id }) => genuine(id))
      assert.equal(chooseGenuine(live, 'own', lookedUp.length === all.length)?.id, 'own')
    }),
  )
})
