// Which of several cookies of one name counts: duplicates of a parent domain, of an older setting, of a sibling sub-domain.

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

test('at most four are looked up, and of one record only the newest value', () => {
  assert.deepEqual(selectForLookup([opened('a', 1), opened('a', 3), opened('b'), opened('a', 2)], undefined), [opened('a', 3), opened('b')])
  const four = ['a', 'b', 'c', 'd'].map((id) => opened(id))
  assert.deepEqual(selectForLookup(four, undefined), four)
})

test('of more than four none is looked up, since one that is left out could be genuine too; with a pair, what it names comes first', () => {
  const six = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => opened(id))
  assert.deepEqual(selectForLookup(six, undefined), [])
  assert.deepEqual(
    selectForLookup(six, 'f').map(({ id }) => id),
    ['f', 'a', 'b', 'c'],
  )
})

test('where exactly one is genuine it counts, otherwise none', () => {
  assert.equal(chooseGenuine([genuine('a')], undefined, true)?.id, 'a')
  assert.equal(chooseGenuine([], undefined, true), undefined)
  assert.equal(chooseGenuine([genuine('a'), genuine('b')], undefined, true), undefined)
  assert.equal(chooseGenuine([genuine('a')], undefined, false), undefined, 'others were not looked at')
})

test('among several genuine ones the one with its pair counts, the latest of its lineage', () => {
  const several = [genuine('planted'), genuine('old', 'own', 1), genuine('new', 'own', 2)]
  assert.equal(chooseGenuine(several, 'own', true)?.id, 'new')
  assert.equal(chooseGenuine(several, 'own', false)?.id, 'new')
  assert.equal(chooseGenuine(several, 'gone', true), undefined)
  assert.equal(chooseGenuine([genuine('planted')], 'gone', true)?.id, 'planted', 'it reads, and without its pair does nothing else')
})

test('of sealed values the one that opens counts, where it is the only one', () => {
  const opens = (value: string) => value.startsWith('ours')
  assert.equal(chooseSealed(['theirs', 'ours', 'junk'], opens), 'ours')
  assert.equal(chooseSealed(['ours-1', 'ours-2'], opens), undefined)
  assert.equal(chooseSealed(['theirs'], opens), undefined)
})

test('whatever is planted beside it, one that has its pair is never displaced', () => {
  const ids = fc.uniqueArray(
    fc.stringMatching(/^[a-z]{1,3}$/).map((id) => `planted-${id}`),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(ids, fc.nat({ max: 20 }), (planted, at) => {
      const all = planted.map((id) => opened(id))
      all.splice(at, 0, opened('own'))
      const looked = selectForLookup(all, 'own')
      assert.ok(looked.length <= MAX_LOOKUPS)
      const live = looked.map(({ id }) => genuine(id))
      assert.equal(chooseGenuine(live, 'own', looked.length === all.length)?.id, 'own')
    }),
  )
})
