import { expect, it } from 'vitest'
import { createEngineFaults } from './engine-faults.js'

it('tells of each bug once, of few, and of the same again after a change', () => {
  const told: string[] = []
  const faults = createEngineFaults(text => told.push(text))
  const happen = (): void => {
    for (let i = 0; i < 1_000; i++) {
      faults.on({ severity: 'error', code: 'internal', message: `table cluster: ${i}: a bug` })
      faults.on({ severity: 'error', code: 'internal', message: 'table cluster: 0: a bug' })
    }
  }
  happen()
  const expected = [...Array.from({ length: 20 }, (_, i) => `table cluster: ${i}: a bug`), 'and more']
  expect(told).toEqual(expected)
  faults.forget()
  happen()
  expect(told).toEqual([...expected, ...expected])
})
