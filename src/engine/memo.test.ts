import { describe, expect, it } from 'vitest'
import { BEGINNING, createEngine, type Engine, type Input, type Lookup, type Memo, type Table } from './index.js'

interface Setup {
  readonly engine: Engine
  readonly runs: string[]
  readonly source: Input<string, number>
  readonly asks: Input<string, string>
  readonly doubled: Memo<string, number>
  readonly answer: Table<string, number>
}

/** `answer`: for each row of `asks`, twice the row of `source` that it names. */
function setup(): Setup {
  const runs: string[] = []
  const engine = createEngine({ onRun: (table, key) => runs.push(`${table}(${key})`) })
  const source = engine.input<string, number>('source')
  const asks = engine.input<string, string>('asks')
  const doubled = engine.memo(
    'doubled',
    (name: string) => name,
    (name, read) => {
      const value = read.one(source, name) ?? 0
      if (value < 0) throw new Error('negative')
      return value * 2
    },
  )
  const answer = engine.derive('answer', asks, (name, key, read) => [[key, read.memo(doubled, name)]])
  engine.commit(tx => {
    for (const [key, value] of Object.entries({ a: 1, b: 2, c: 3 })) tx.put(source, key, value)
    for (const [key, name] of Object.entries({ x: 'a', y: 'a', z: 'b' })) tx.put(asks, key, name)
  })
  return { engine, runs, source, asks, doubled, answer }
}

function rows(read: Lookup, table: Table<string, number>): Record<string, number> {
  return Object.fromEntries(read.all(table))
}

describe('memo', () => {
  it('runs once for each parameter, whoever asks, and again when what it read has changed', () => {
    const { engine, runs, source, answer } = setup()
    expect(engine.read(read => rows(read, answer))).toEqual({ x: 2, y: 2, z: 4 })
    expect(runs.filter(run => run.startsWith('doubled')).sort()).toEqual(['doubled(a)', 'doubled(b)'])
    runs.length = 0
    engine.commit(tx => tx.put(source, 'c', 9))
    expect(engine.read(read => rows(read, answer))).toEqual({ x: 2, y: 2, z: 4 })
    expect(runs).toEqual([])
    engine.commit(tx => tx.put(source, 'a', 5))
    expect(engine.changes(answer, (engine.revision - 1) as never)).toMatchObject({
      put: new Map([
        ['x', 10],
        ['y', 10],
      ]),
    })
    expect(runs.sort()).toEqual(['answer(x)', 'answer(y)', 'doubled(a)'])
  })

  it('tells which rows changed, by the keys of their parameters, and when it cannot', () => {
    const { engine, source, doubled } = setup()
    using _held = doubled.hold('a')
    const rows = (): readonly number[] => ['a', 'b'].map(name => engine.read(read => read.memo(doubled, name)))
    expect(rows()).toEqual([2, 4])
    using pin = engine.pin()
    engine.commit(tx => tx.put(source, 'a', 5))
    engine.commit(tx => tx.put(source, 'c', 5))
    expect(engine.changedKeys(doubled, pin.revision)).toContain('a')
    expect(engine.changedKeys(doubled, engine.revision)).toEqual(new Set())
    expect(engine.changedKeys(doubled, BEGINNING)).toBeUndefined()
  })

  it('tells nothing of a row that is asked for the first time', () => {
    const { engine, asks, runs, answer } = setup()
    engine.read(read => rows(read, answer))
    engine.commit(tx => tx.put(asks, 'w', 'c'))
    engine.read(read => rows(read, answer))
    runs.length = 0
    engine.commit(tx => tx.put(asks, 'v', 'c'))
    expect(engine.read(read => rows(read, answer))).toEqual({ v: 6, w: 6, x: 2, y: 2, z: 4 })
    expect(runs).toEqual(['answer(v)'])
  })

  it('forgets what nobody asks any more, and what changes then does not run', () => {
    const { engine, source, asks, runs, doubled, answer } = setup()
    const before = engine.stats().rows
    engine.read(read => rows(read, answer))
    engine.commit(tx => tx.put(asks, 'z', 'a'))
    engine.read(read => rows(read, answer))
    runs.length = 0
    engine.commit(tx => tx.put(source, 'b', 7))
    engine.read(read => rows(read, answer))
    expect(runs).toEqual([])
    expect(engine.stats().rows).toBe(before + 3 + 1)
    using hold = doubled.hold('b')
    expect(hold.value).toBe(14)
    engine.commit(tx => tx.put(source, 'b', 8))
    expect(hold.value).toBe(16)
  })

  it('lives as long as it is held, across commits', () => {
    const { engine, source, doubled } = setup()
    const hold = doubled.hold('c')
    expect(hold.value).toBe(6)
    const { rows: held } = engine.stats()
    hold[Symbol.dispose]()
    hold[Symbol.dispose]()
    engine.commit(tx => tx.put(source, 'a', 4))
    engine.read(read => read.memo(doubled, 'a'))
    engine.commit(tx => tx.put(source, 'a', 3))
    engine.read(read => read.memo(doubled, 'a'))
    expect(engine.stats().rows).toBe(held)
  })

  it('goes with the last hold, whether or not anything changes', () => {
    const { engine, doubled } = setup()
    const { rows: before, subjects } = engine.stats()
    for (let i = 0; i < 10; i++) {
      using hold = doubled.hold(`held ${i}`)
      using other = doubled.hold(`held ${i}`)
      expect(hold.value + other.value).toBe(0)
    }
    expect(engine.stats()).toMatchObject({ rows: before, subjects })
  })

  it('keeps a bounded number of rows that nobody asks for, though nothing changes', () => {
    const { engine, doubled, answer } = setup()
    engine.read(read => rows(read, answer))
    const { rows: before } = engine.stats()
    for (let i = 0; i < 10_002; i++) engine.read(read => read.memo(doubled, `once ${i}`))
    expect(engine.stats().rows).toBeLessThan(before + 10)
    expect(engine.read(read => rows(read, answer))).toEqual({ x: 2, y: 2, z: 4 })
  })

  it('fails where its step fails, keeps the last good row, and recovers', () => {
    const { engine, source, asks, answer } = setup()
    engine.read(read => rows(read, answer))
    engine.commit(tx => tx.put(source, 'a', -1))
    expect(engine.read(read => rows(read, answer))).toEqual({ x: 2, y: 2, z: 4 })
    engine.commit(tx => {
      tx.put(source, 'c', -1)
      tx.put(asks, 'z', 'c')
    })
    expect(engine.read(read => rows(read, answer))).toEqual({ x: 2, y: 2, z: 4 })
    expect(engine.problems(answer).map(({ key }) => key)).toEqual(['z'])
    engine.commit(tx => tx.put(source, 'c', 6))
    expect(engine.read(read => rows(read, answer))).toEqual({ x: 2, y: 2, z: 12 })
    expect(engine.problems(answer)).toEqual([])
  })

  it('goes with the members of families that asked', () => {
    const { engine, source, doubled } = setup()
    const family = engine.family(
      'member',
      (name: string) => name,
      (name, graph) => graph.derive('own', source, (_, key, read) => [[key, read.memo(doubled, name)]]),
    )
    const hold = family.hold('b')
    engine.read(read => rows(read, hold.value))
    hold[Symbol.dispose]()
    engine.commit(tx => tx.put(source, 'a', 4))
    const runs = engine.stats().runs
    engine.read(read => read.memo(doubled, 'a'))
    expect(engine.stats().runs).toBe(runs + 1)
    expect(engine.stats().subjects).toBe(1)
  })

  it('stops for a table that is not fresh in a sliced refresh, and is run again', () => {
    const { engine, asks, source } = setup()
    const slow = engine.derive('slow', source, (value, key) => [[key, value + 1]])
    const lazy = engine.memo(
      'lazy',
      (name: string) => name,
      (name, read) => read.one(slow, name) ?? 0,
    )
    const out = engine.derive('out', asks, (name, key, read) => [[key, read.memo(lazy, name)]])
    let stops = 0
    while (!engine.refresh([out], () => true)) stops++
    expect(stops).toBeGreaterThan(3)
    expect(engine.read(read => rows(read, out))).toEqual({ x: 2, y: 2, z: 3 })
  })

  it('is explained by what it read, without the parameter', () => {
    const { engine, answer } = setup()
    const { because } = engine.explain(answer, 'x')
    expect(because.map(({ table, key }) => `${table}/${key}`)).toEqual(['asks/x', 'doubled/a'])
    expect(because[1]?.because.map(({ table, key }) => `${table}/${key}`)).toEqual(['source/a'])
  })

  it.each(Array.from({ length: 20 }, (_, i) => i + 1))('equals a computation from scratch (seed %i)', seed => {
    const { engine, source, asks, answer } = setup()
    let state = seed
    const random = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((state / 2_147_483_648) * below)
    }
    const name = (): string => 'abcdef'[random(6)]!
    const copy = new Map(engine.read(read => read.all(answer)))
    let told = engine.revision
    using pin = engine.pin()
    for (let round = 0; round < 60; round++) {
      engine.commit(tx => {
        for (let i = random(3); i >= 0; i--) {
          const choice = random(4)
          if (choice === 0) tx.put(source, name(), random(5))
          else if (choice === 1) tx.remove(source, name())
          else if (choice === 2) tx.put(asks, name(), name())
          else tx.remove(asks, name())
        }
      })
      if (random(3) === 0) continue
      const changes = engine.changes(answer, told)
      told = engine.revision
      pin.moveTo(told)
      if (changes.kind === 'reset') throw new Error('history was lost')
      for (const [key, row] of changes.put) copy.set(key, row)
      for (const key of changes.removed) copy.delete(key)
      const expected = engine.read(read =>
        Object.fromEntries([...read.all(asks)].map(([key, asked]) => [key, 2 * (read.one(source, asked) ?? 0)])),
      )
      expect(Object.fromEntries(copy)).toEqual(expected)
    }
  })
})
