import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseYamlStream, stringifyYaml } from '../lang/yaml/index.js'
import { normalise } from '../patch/index.js'
import { uninjectStream } from './uninject.js'
import { workloadKindOf } from './workload.js'

const data = join(
  process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(import.meta.dirname, '../../../shared/conformance'),
  'injection',
)
const isPresent = existsSync(data)

interface Case {
  readonly name: string
  readonly input: string
  readonly expected: string | null
}

const cases: Case[] = isPresent ? JSON.parse(readFileSync(join(data, 'cases.json'), 'utf8')) : []
const text = (path: string): string => readFileSync(join(data, path), 'utf8')

/** Reads and writes an input as every tool does that knows its type. */
function reencoded(value: Parameters<typeof workloadKindOf>[0]): string | undefined {
  const found = workloadKindOf(value)
  const typed = found === undefined ? undefined : normalise(found.kind.type, value, { fromYaml: true })
  return typed?.ok === true ? stringifyYaml(typed.value) : undefined
}

describe.skipIf(!isPresent)('uninject takes recorded injections back', () => {
  const goldens = cases.filter(row => row.expected !== null)
  it.each(goldens.map(row => [row.name, row] as const))('%s', (_, row) => {
    const originals = parseYamlStream(text(row.input))
    const back = uninjectStream(text(row.expected!))
    for (const [index, original] of originals.entries()) {
      const wanted = reencoded(original.value)
      const got = back[index]
      if (wanted === undefined || got === undefined) continue
      // Either the original, or what may be missing is named.
      if (got.losses.length === 0) expect(got.output.trim()).toBe(wanted.trim())
      expect(got.output).not.toContain('sidecar.istio.io/status')
    }
  })

  it('restores most of them without any loss', () => {
    const results = goldens.flatMap(row => uninjectStream(text(row.expected!))).filter(({ changed }) => changed)
    const clean = results.filter(({ losses }) => losses.length === 0)
    expect(clean.length).toBeGreaterThan(results.length * 0.6)
  })
})
