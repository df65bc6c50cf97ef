// Flattens a JSON Schema into rows: one for each value of a body, with its path.

import type { JsonSchema } from '../http/openapi.ts'

export interface SchemaRow {
  /** `session.id`, `keys[].kid`; empty for the whole body. */
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly description: string | undefined
  readonly defaultValue: unknown
}

export function schemaRows(schema: JsonSchema, name = '', required = true): readonly SchemaRow[] {
  const inner = schema.items === undefined ? schema : schema.items
  const innerName = schema.items === undefined ? name : `${name}[]`
  const members = Object.entries(inner.properties ?? {}).flatMap(([member, each]) =>
    schemaRows(each, innerName === '' ? member : `${innerName}.${member}`, inner.required?.includes(member) ?? false),
  )
  const isContainer = members.length > 0 && (name === '' || schema.description === undefined)
  const own: SchemaRow = { name, type: typeOf(schema), required, description: schema.description, defaultValue: schema.default }
  return isContainer ? members : [own, ...members]
}

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' | ')
  if (schema.items !== undefined) return `${typeOf(schema.items)}[]`
  return [schema.format ?? schema.type ?? 'any', limits(schema)].filter(Boolean).join(' ')
}

function limits({ minLength, maxLength, minimum, maximum }: JsonSchema): string {
  const [least, most] = [minLength ?? minimum, maxLength ?? maximum]
  // zod adds the limits of safe integers, which are not worth showing.
  const known = [least, most].map((limit) => (limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER ? limit : undefined))
  if (known[0] !== undefined && known[1] !== undefined) return `${known[0]}–${known[1]}`
  return known[0] !== undefined ? `≥ ${known[0]}` : known[1] !== undefined ? `≤ ${known[1]}` : ''
}
