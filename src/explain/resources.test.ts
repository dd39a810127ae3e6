import { describe, expect, it } from 'vitest'
import { createEngine } from '../engine/index.js'
import { originsOf, originText } from './resources.js'

describe('the configuration behind a row', () => {
  it('names each object that was there and read, what steers traffic first', () => {
    const engine = createEngine()
    const mesh = engine.input<string, number>('meshConfig')
    const pods = engine.input<string, number>('config/Pod')
    const rules = engine.input<string, number>('config/DestinationRule')
    engine.commit(tx => {
      tx.put(mesh, 'mesh', 1)
      tx.put(pods, 'east/shop/web-1', 1)
      tx.put(rules, 'shop/web', 1)
    })
    const made = engine.derive('made', mesh, (_, key, read) => {
      const sum = (read.one(pods, 'east/shop/web-1') ?? 0) + (read.one(rules, 'shop/web') ?? 0)
      return [[key, sum + (read.one(rules, 'shop/absent') ?? 0) + (read.one(rules, 'shop/web') ?? 0)]]
    })
    const origins = originsOf(engine.explain(made, 'mesh'), ({ type }) =>
      type === 'DestinationRule' ? { file: 'rules.yaml', line: 7, column: 1 } : undefined,
    )
    expect(origins.map(originText)).toEqual(['DestinationRule shop/web (rules.yaml:7)', 'Pod shop/web-1', 'MeshConfig'])
    expect(origins[1]).toMatchObject({ cluster: 'east', namespace: 'shop', name: 'web-1' })
  })
})
