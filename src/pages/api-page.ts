// The API reference as a page, generated from the OpenAPI document.

import { html } from 'hono/html'
import type { ApiDocument, ApiOperation, JsonSchema } from '../http/openapi.ts'
import { API_TEXTS, type ApiTexts, CHINESE_SUMMARIES } from './api-texts.ts'
import { curlExample } from './curl-example.ts'
import type { Markup, Page } from './document.ts'
import type { Language } from './language.ts'
import { type SchemaRow, schemaRows } from './schema-rows.ts'
import { TEXTS } from './texts.ts'

/** Also the anchor of the section on the page. */
type Section = 'signIn' | 'session' | 'revocation' | 'audit' | 'account' | 'administration' | 'services' | 'operating'

const SECTIONS: readonly (readonly [Section, RegExp])[] = [
  ['signIn', /^\/access\/(?:register|login|token)$/],
  ['session', /^\/access\/(?:session(?:$|\/)|client-data$)/],
  ['revocation', /^\/access\/(?:logout|sessions)/],
  ['audit', /^\/access\/audit-events/],
  ['account', /^\/access\/(?:password|account)/],
  ['administration', /^\/access\/admin\//],
  ['services', /^\/access\/|^\/\.well-known\//],
  ['operating', /^\//],
]

interface Endpoint {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly operation: ApiOperation
}

export function apiPage(document: ApiDocument, publicUrl: string, language: Language): Page {
  const texts = API_TEXTS[language]
  const sections = groupBySection(document)
  const summary = ({ name, operation }: Endpoint) => CHINESE_SUMMARIES[language === 'en' ? '' : name] ?? operation.summary
  return {
    language,
    texts: TEXTS[language],
    title: texts.title,
    inLanguage: (other) => `/docs?lang=${other}`,
    main: html`<div class="reference"><nav class="contents" aria-label="${texts.contents}">${sections.map(
      ([section, endpoints]) =>
        html`<p><a href="#${section}">${texts[section]}</a></p><ul>${endpoints.map(
          ({ method, path, operation }) => html`<li><a href="#${operation.operationId}">${badge(method)} <code>${path}</code></a></li>`,
        )}</ul>`,
    )}</nav>
<div class="chapters"><section><h1>${texts.title}</h1><p>${texts.intro} <a href="/openapi.json">openapi.json</a></p>
<h2>${texts.credentials}</h2><p>${texts.credentialsText}</p>
<h2>${texts.refusals}</h2><p>${texts.refusalsText} <a href="/docs/errors">${texts.errors}</a></p></section>
${sections.map(
  ([section, endpoints]) =>
    html`<section aria-labelledby="${section}"><h2 id="${section}">${texts[section]}</h2>${endpoints.map((endpoint) =>
      article(endpoint, summary(endpoint), curlExample(endpoint.name, endpoint.operation, publicUrl), texts),
    )}</section>`,
)}</div></div>`,
  }
}

function groupBySection({ paths }: ApiDocument): readonly (readonly [Section, readonly Endpoint[]])[] {
  const endpoints = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      operation,
    })),
  )
  const sectionOf = (path: string) => SECTIONS.find(([, pattern]) => pattern.test(path))?.[0]
  return SECTIONS.map(([section]) => [section, endpoints.filter(({ path }) => sectionOf(path) === section)] as const)
}

function article({ method, path, operation }: Endpoint, summary: string, example: string, texts: ApiTexts): Markup {
  const { operationId, parameters = [], requestBody, responses } = operation
  const inputs = [
    ...parameters.map((parameter) => {
      const [row] = schemaRows(parameter.schema, parameter.name, parameter.required)
      return row === undefined ? '' : rowOf(row, texts, parameter.in === 'path' ? texts.inPath : texts.inQuery)
    }),
    ...Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => schemaRows(schema).map((row) => rowOf(row, texts))),
  ]
  return html`<article id="${operationId}"><h3>${badge(method)} <code>${path}</code></h3>
<p>${renderInlineCode(summary)}</p><p class="hint">${renderInlineCode(authText(operation, texts))}</p>
${inputs.length === 0 ? '' : html`<h4>${texts.takes}</h4><dl class="fields">${inputs}</dl>`}
<h4>${texts.answers}</h4><dl class="fields answers">${Object.entries(responses).map(([status, { content }]) =>
    answerOf(Number(status), Object.values(content ?? {})[0]?.schema, texts),
  )}</dl>
<h4>${texts.example}</h4><pre tabindex="0"><code>${example}</code></pre></article>`
}

function answerOf(status: number, schema: JsonSchema | undefined, texts: ApiTexts): Markup {
  const codes = status >= 400 ? schema?.properties?.code?.enum : undefined
  const body =
    codes !== undefined
      ? codes.map((code) => html`<a href="/docs/errors#${code}"><code>${code}</code></a> `)
      : schema === undefined
        ? html`<span class="hint">${texts.empty}</span>`
        : html`<dl class="fields">${schemaRows(schema).map((row) => rowOf(row, texts))}</dl>`
  return html`<div><dt><span class="status">${status}</span></dt><dd>${body}</dd></div>`
}

function rowOf({ name, type, required, description, defaultValue }: SchemaRow, texts: ApiTexts, where?: string): Markup {
  const marks = [
    where,
    required ? undefined : texts.optional,
    defaultValue === undefined ? undefined : `${texts.default} ${JSON.stringify(defaultValue)}`,
  ]
  const notes = [...marks.filter((mark) => mark !== undefined), ...(description === undefined ? [] : [texts.describe(description)])]
  return html`<div><dt>${name === '' ? texts.body : html`<code>${name}</code>`}</dt><dd><code class="type">${type}</code>${notes.length === 0 ? '' : html` <span class="hint">${renderInlineCode(notes.join('; '))}</span>`}</dd></div>`
}

function badge(method: string): Markup {
  return html`<span class="method ${method.toLowerCase()}">${method}</span>`
}

/** Descriptions use one feature of Markdown: code between backticks. */
function renderInlineCode(text: string): readonly (Markup | string)[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))
}

function authText({ security, 'x-role': role, 'x-fresh': isFresh }: ApiOperation, texts: ApiTexts): string {
  return [
    credentialText(security, texts),
    role === undefined ? undefined : texts.withRole.replace('{role}', role),
    isFresh ? texts.withFresh : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(texts.comma)
}

function credentialText(security: ApiOperation['security'], texts: ApiTexts): string {
  const schemes = new Set(security.flatMap((requirement) => Object.keys(requirement)))
  if (schemes.has('serviceKey')) return texts.authService
  if (schemes.has('rememberMeCookie')) return texts.authRefreshable
  if (schemes.has('sessionCookie')) return texts.authAny
  return schemes.size > 0 ? texts.authHeader : texts.authNone
}
