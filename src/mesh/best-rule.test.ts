import { describe, expect, it } from 'vitest'
import { createEngine } from '../engine/index.js'
import { declareBestRule } from './best-rule.js'
import type { RuleKey } from './destination-rules.js'
import type { ConsolidatedRule } from './rule.js'

describe('bestRule', () => {
  it('takes labels apart that would look alike in a line', () => {
    const engine = createEngine()
    const table = engine.input<RuleKey, readonly ConsolidatedRule[]>('rule')
    const bestRule = declareBestRule(engine, table, () => ({}))
    const rule: ConsolidatedRule = {
      ...{ name: 'canary', namespace: 'shop', host: 'cart', exportTo: ['*'], subsets: [], from: [] },
      ...{ trafficPolicy: undefined, selector: { a: '1', b: '2' } },
    }
    engine.commit(tx => tx.put(table, 'shop/cart' as RuleKey, [rule]))
    const ruleOf = (labels: Record<string, string>) =>
      engine.read(read =>
        read.memo(bestRule, { host: 'cart', serviceNamespace: 'shop', client: { namespace: 'shop', labels } }),
      ).rule?.name
    expect(ruleOf({ a: '1,b=2' })).toBeUndefined()
    expect(ruleOf({ a: '1', b: '2' })).toBe('canary')
  })
})
