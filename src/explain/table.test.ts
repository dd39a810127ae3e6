import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Cell, flow, table } from './table.js'

const loud = (text: string): string => `<${text}>`
const GATES: readonly (readonly Cell[])[] = [
  ['·', 'host-network', 'the pod has a network of its own', ''],
  [
    '✓',
    ['policy', loud],
    'policy is "enabled": pods are injected unless something forbids it',
    ['config.yaml:1:1', loud],
  ],
]

describe('a table', () => {
  it.each<[string, number, string[]]>([
    [
      'that fits has its cells below each other',
      120,
      [
        '  ·  host-network  the pod has a network of its own',
        '  ✓  <policy>        policy is "enabled": pods are injected unless something forbids it  <config.yaml:1:1>',
      ],
    ],
    [
      'that does not keeps a place whole',
      90,
      [
        '  ·  host-network  the pod has a network of its own',
        '  ✓  <policy>        policy is "enabled": pods are injected unless something forbids it',
        '                   <config.yaml:1:1>',
      ],
    ],
    [
      'of little width wraps text between words, in its column',
      60,
      [
        '  ·  host-network  the pod has a network of its own',
        '  ✓  <policy>        policy is "enabled": pods are injected',
        '                   unless something forbids it',
        '                   <config.yaml:1:1>',
      ],
    ],
  ])('%s', (_, width, expected) => {
    expect(table(GATES, '  ', { width, text: 2 })).toEqual(expected)
  })

  it('lets a long name stand out, so that the others have room for what follows', () => {
    const rows = [
      ['label', 'app', 'sidecar', 'config.yaml:10:5'],
      ['annotation', 'kubectl.kubernetes.io/default-logs-container', 'sidecar', 'config.yaml:20:5'],
    ]
    expect(table(rows, '', { width: 60, text: 3 })).toEqual([
      'label       app           sidecar  config.yaml:10:5',
      'annotation  kubectl.kubernetes.io/default-logs-container  sidecar',
      '                                   config.yaml:20:5',
    ])
  })

  const word = fc.stringMatching(/^[a-z]{1,30}$/)
  const cell = fc.array(word, { maxLength: 12 }).map(words => words.join(' '))
  const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 })

  it('says every word once and in order, and breaks lines where it can', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 20, max: 120 }), fc.integer({ min: 0, max: 3 }), (rows, width, text) => {
        const lines = table(rows, '  ', { width, text })
        expect(lines.join(' ').split(/\s+/).filter(Boolean)).toEqual(rows.flat().join(' ').split(' ').filter(Boolean))
        expect(lines.filter(line => line !== line.trimEnd())).toEqual([])
        if (text > 0) return
        // All of it is text: only a word, or what is too short to be broken, may be longer than the line.
        expect(lines.filter(line => line.length > Math.max(width, 2 + 40))).toEqual([])
      }),
    )
  })
})

describe('a text behind its title', () => {
  it.each<[string, Cell, string, number | undefined, string[]]>([
    ['stays on its line', ['Q?', loud], 'yes', undefined, ['<Q?>  yes']],
    [
      'is wrapped',
      'Q?',
      'one two three four five six seven eight nine ten',
      30,
      ['Q?  one two three four five', '  six seven eight nine ten'],
    ],
    ['needs no title', '', 'alone', 30, ['alone']],
  ])('%s', (_, title, text, width, expected) => {
    expect(flow(title, text, '', width)).toEqual(expected)
  })
})
