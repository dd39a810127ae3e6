import { describe, expect, it } from 'vitest'
import { differences, loadScenario, scenarioNames } from '../../../test/kit/scenario.js'
import { translateNames } from './nametable.js'

describe.skipIf(scenarioNames().length === 0)('name table, as recorded', () => {
  it.each(scenarioNames())('%s', name => {
    for (const proxy of loadScenario(name).proxies) {
      const golden = proxy.golden('nametable')
      if (golden === undefined) continue
      const got = proxy.with(context => JSON.parse(JSON.stringify(translateNames(context))) as unknown)
      expect(differences([got], golden), proxy.name).toEqual([])
    }
  })
})
