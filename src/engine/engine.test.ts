import { describe, expect, it } from 'vitest'
import type { Problem } from '../lang/problem.js'
import type { Family, Reader, Table } from './index.js'
import { BEGINNING, createEngine, inputsOf, isSameData, type Revision, refreshInSlices } from './index.js'

const warning = (code: string): Problem => ({ severity: 'warning', code, message: code })

/** An input `n` of numbers. */
function numbers() {
  const engine = createEngine()
  const n = engine.input<string, number>('n')
  const put = (rows: Record<string, number | null>): Revision =>
    engine.commit(tx => {
      for (const [key, row] of Object.entries(rows)) {
        if (row === null) tx.remove(n, key)
        else tx.put(n, key, row)
      }
    })
  const rows = <V>(table: Table<string, V>): Record<string, V> =>
    Object.fromEntries(engine.read(read => read.all(table)))
  const codes = (table: Table<string, unknown>): string[] =>
    engine.problems(table).map(({ key, problem }) => `${key} ${problem.code}`)
  return { engine, n, put, rows, codes }
}

describe('commit', () => {
  it('writes nothing when the batch throws', () => {
    const { engine, n, rows } = numbers()
    const failing = (): unknown =>
      engine.commit(tx => {
        tx.put(n, 'a', 1)
        throw new Error('no')
      })
    expect(failing).toThrow('no')
    expect([rows(n), engine.revision]).toEqual([{}, BEGINNING])
  })

  it('takes the last write of a key, and no change for put and remove of a new one', () => {
    const { engine, n, rows } = numbers()
    engine.commit(tx => {
      tx.put(n, 'a', 1)
      tx.put(n, 'a', 2)
      tx.put(n, 'b', 1)
      tx.remove(n, 'b')
    })
    expect(rows(n)).toEqual({ a: 2 })
    expect(engine.changes(n, BEGINNING)).toMatchObject({ kind: 'delta', put: new Map([['a', 2]]), removed: [] })
  })

  it.each<[string, (reader: Reader, engine: ReturnType<typeof numbers>) => unknown]>([
    ['commit', (_, { put }) => put({ z: 1 })],
    ['read', (_, { engine, n }) => engine.read(read => read.one(n, 'a'))],
    ['refresh', (_, { engine, n }) => engine.refresh([n], () => false)],
  ])('%s inside a step is refused', (what, act) => {
    const made = numbers()
    const table = made.engine.derive('t', made.n, (row, key, read) => {
      act(read, made)
      return [[key, row]]
    })
    made.put({ a: 1 })
    expect(made.engine.problems(table)[0]?.problem.message).toContain(`${what} inside a step`)
  })

  it('is refused inside a read, which is at one revision', () => {
    const { engine, put } = numbers()
    expect(() => engine.read(() => put({ a: 1 }))).toThrow('commit inside a read')
  })
})

describe('names are data', () => {
  it('keeps rows called like members of objects', () => {
    const { engine, n } = numbers()
    const names = ['__proto__', 'constructor', 'toString', '']
    engine.commit(tx => {
      for (const name of names) tx.put(n, name, name.length)
    })
    const index = n.index('self', (_, key) => [key])
    const table = engine.derive('t', n, (_, key, read) => [[key, read.where(index, key).length]])
    expect([...engine.read(read => read.all(table))]).toEqual(names.toSorted().map(name => [name, 1]))
  })
})

describe('order', () => {
  it('is that of keys, whatever came first; maps handed out do not change', () => {
    const { engine, n, put } = numbers()
    put({ b: 1, c: 1 })
    put({ a: 1 })
    const before = engine.read(read => read.all(n))
    put({ aa: 1, c: null })
    expect([...before.keys()]).toEqual(['a', 'b', 'c'])
    expect([...engine.read(read => read.all(n)).keys()]).toEqual(['a', 'aa', 'b'])
  })
})

describe('a key that several rows claim', () => {
  it('goes to the first by source key, with a problem, until the others let go', () => {
    const { engine, n, put, rows, codes } = numbers()
    const table = engine.derive('t', n, row => [['k', row]])
    put({ b: 2 })
    expect([rows(table), codes(table)]).toEqual([{ k: 2 }, []])
    put({ a: 1 })
    expect([rows(table), codes(table)]).toEqual([{ k: 1 }, ['k key-conflict']])
    put({ a: null })
    expect([rows(table), codes(table)]).toEqual([{ k: 2 }, []])
    put({ b: null })
    expect([rows(table), codes(table)]).toEqual([{}, []])
  })

  it("is nobody's conflict while all agree", () => {
    const { engine, n, put, rows, codes } = numbers()
    const table = engine.derive('t', n, row => [['k', row]])
    put({ a: 1, b: 1 })
    expect([rows(table), codes(table)]).toEqual([{ k: 1 }, []])
    put({ b: 2 })
    expect([rows(table), codes(table)]).toEqual([{ k: 1 }, ['k key-conflict']])
  })

  it('goes by the declared rule, which may report', () => {
    const { engine, n, put, rows, codes } = numbers()
    const table = engine.derive('t', n, row => [['k', row]], {
      merge: (claims, _, report) => {
        report(warning('merged'))
        return Math.max(...claims.map(({ row }) => row))
      },
    })
    put({ a: 1, b: 3, c: 2 })
    expect([rows(table), codes(table)]).toEqual([{ k: 3 }, ['k merged']])
    put({ a: null, c: null })
    expect([rows(table), codes(table)]).toEqual([{ k: 3 }, []])
  })

  it('leaves the claims as they are when the outcome stays', () => {
    const { engine, n, put, rows } = numbers()
    const merge = (claims: readonly { row: number }[]): number => Math.max(...claims.map(({ row }) => row))
    const table = engine.derive('t', n, row => [['k', row]], { merge })
    for (const step of [{ a: 1, b: 3 }, { c: 3 }, { b: null, c: null }]) {
      put(step)
      rows(table)
    }
    expect(rows(table)).toEqual({ k: 1 })
  })

  it('keeps the earlier row when the rule throws', () => {
    const { engine, n, put, rows, codes } = numbers()
    const table = engine.derive('t', n, row => [['k', row]], {
      merge: claims => {
        if (claims.length > 2) throw new Error('three')
        return 0
      },
    })
    put({ a: 1, b: 2 })
    expect(rows(table)).toEqual({ k: 0 })
    put({ a: 9, c: 3 })
    expect([rows(table), codes(table)]).toEqual([{ k: 0 }, ['k internal']])
  })
})

describe('derive from an index', () => {
  it('has a row for each bucket that is not empty, run when the bucket changes', () => {
    const ran: string[] = []
    const engine = createEngine({ onRun: (_, key) => ran.push(key) })
    const n = engine.input<string, number>('n')
    const parity = n.index('parity', row => [row % 2 ? 'odd' : 'even'])
    const sums = engine.derive('sums', parity, (rows, key) => [[key, rows.reduce((a, b) => a + b, 0)]])
    const read = (): unknown => Object.fromEntries(engine.read(read => read.all(sums)))
    const put = (key: string, row: number): unknown => engine.commit(tx => tx.put(n, key, row))
    put('a', 1)
    put('b', 3)
    expect([read(), ran.splice(0)]).toEqual([{ odd: 4 }, ['odd']])
    put('c', 2)
    expect([read(), ran.splice(0)]).toEqual([{ even: 2, odd: 4 }, ['even']])
    put('c', 5)
    expect([read(), ran.splice(0)]).toEqual([{ odd: 9 }, ['odd']])
    expect(inputsOf(engine.explain(sums, 'odd')).map(({ key }) => key)).toEqual(['a', 'b', 'c'])
  })
})

describe('union', () => {
  it('has the rows of all under their own keys, the first table first, and explains from which they might come', () => {
    const { engine, n, put, rows, codes } = numbers()
    const other = engine.input<string, number>('other')
    const both = engine.union('both', [other, n])
    put({ a: 1, b: 2 })
    expect([rows(both), codes(both)]).toEqual([{ a: 1, b: 2 }, []])
    const since = engine.commit(tx => tx.put(other, 'a', 5))
    expect([rows(both), codes(both)]).toEqual([{ a: 5, b: 2 }, ['a key-conflict']])
    put({ a: null, b: null })
    expect(engine.changes(both, since)).toEqual({ kind: 'delta', revision: 3, put: new Map(), removed: ['b'] })
    expect(codes(both)).toEqual([])
    expect(inputsOf(engine.explain(both, 'b')).map(({ table }) => table)).toEqual(['other', 'n'])
  })

  it('looks only at keys that changed', () => {
    const { engine, n, put, rows } = numbers()
    let compared = 0
    const both = engine.union('both', [n], { equals: (a, b) => ++compared > 0 && a === b })
    put({ a: 1, b: 2 })
    rows(both)
    put({ a: 3 })
    rows(both)
    put({ b: 3 })
    expect([rows(both), compared]).toEqual([{ a: 3, b: 3 }, 2])
  })

  it('goes by its rule where two have a key', () => {
    const { engine, n, put, rows, codes } = numbers()
    const doubled = engine.derive('doubled', n, (row, key) => [[key, row * 2]])
    const both = engine.union('both', [n, doubled], { merge: claims => claims.reduce((sum, { row }) => sum + row, 0) })
    put({ a: 1 })
    expect([rows(both), codes(both)]).toEqual([{ a: 3 }, []])
  })
})

describe('a throw', () => {
  it('keeps the rows of the last good run, says so, and harms no other row', () => {
    const { engine, n, put, rows, codes } = numbers()
    const limit = engine.input<string, number>('limit')
    const table = engine.derive('t', n, (row, key, read) => {
      if (row > (read.one(limit, 'max') ?? 9)) throw new Error('too big')
      return [[key, row]]
    })
    put({ a: 1, b: 2, c: 99 })
    expect([rows(table), codes(table)]).toEqual([{ a: 1, b: 2 }, ['c internal']])
    put({ a: 50, b: 3 })
    expect([rows(table), codes(table)]).toEqual([{ a: 1, b: 3 }, ['a internal', 'c internal']])
    engine.commit(tx => tx.put(limit, 'max', 60))
    expect([rows(table), codes(table)]).toEqual([{ a: 50, b: 3 }, ['c internal']])
    put({ c: null })
    expect([rows(table), codes(table)]).toEqual([{ a: 50, b: 3 }, []])
  })

  it('in equals or extract is reported and finds a difference, or no bucket', () => {
    const { engine, n, put, rows, codes } = numbers()
    const bad = (): never => {
      throw new Error('bad')
    }
    const table = engine.derive('t', n, (row, key) => [[key, row]], { equals: bad })
    const index = table.index('i', bad)
    put({ a: 1 })
    expect(engine.read(read => read.where(index, 'x'))).toEqual([])
    put({ a: 2 })
    expect([rows(table), codes(table)]).toEqual([{ a: 2 }, ['a internal', 'a internal']])
  })

  it('is told to who made the engine', () => {
    const told: string[] = []
    const engine = createEngine({ onFault: ({ message }) => told.push(message) })
    const n = engine.input<string, number>('n')
    const bad = (): never => {
      throw new Error('bad')
    }
    const step = engine.derive('step', n, (row, key) => (row > 1 ? bad() : [[key, row]]))
    const same = engine.derive('same', n, (row, key) => [[key, row]], { equals: bad })
    const merged = engine.derive('merged', n, row => [['one', row]], { merge: bad })
    const index = same.index('index', bad)
    const read = (): void => {
      engine.read(read => [step, same, merged].map(table => read.all(table)).concat())
      engine.read(read => read.where(index, 'x'))
    }
    engine.commit(tx => tx.put(n, 'a', 1))
    read()
    expect(told).toEqual(['index same#index: a: bad'])
    engine.commit(tx => {
      tx.put(n, 'a', 2)
      tx.put(n, 'b', 1)
    })
    read()
    expect([...new Set(told.splice(1))].sort()).toEqual([
      'equals of table same: a: bad',
      'index same#index: a: bad',
      'index same#index: b: bad',
      'merge of table merged: one: bad',
      'table step: a: bad',
    ])
  })

  it('of a reader used after its step', () => {
    const { engine, n, put, rows } = numbers()
    let kept: Reader | undefined
    const table = engine.derive('t', n, (row, key, read) => {
      kept = read
      return [[key, row]]
    })
    put({ a: 1 })
    rows(table)
    expect(() => kept!.one(n, 'a')).toThrow('after its step')
  })
})

describe('cycles', () => {
  it('are refused where they would close, with the path', () => {
    const { engine, n, put, rows } = numbers()
    const late: { table?: Table<string, number> } = {}
    const a = engine.derive('a', n, (row, key, read) => [[key, row + (read.one(late.table!, key) ?? 0)]])
    const b = engine.derive('b', n, (row, key, read) => [[key, row + (read.one(a, key) ?? 0)]])
    late.table = engine.derive('c', n, (row, key, read) => [[key, row + (read.one(b, key) ?? 0)]])
    put({ k: 1 })
    expect(rows(a)).toEqual({ k: 2 })
    const messages = [a, b, late.table].flatMap(table => engine.problems(table)).map(({ problem }) => problem.message)
    expect(messages).toEqual(['table b: k: tables read each other in a cycle: b -> a -> c -> b'])
  })

  it('of one table: itself', () => {
    const { engine, n, put } = numbers()
    const self: { table?: Table<string, number> } = {}
    self.table = engine.derive('t', n, (_, key, read) => [[key, read.one(self.table!, 'x') ?? 0]])
    put({ k: 1 })
    expect(engine.problems(self.table)[0]?.problem.message).toContain('t -> t')
  })
})

describe('changes', () => {
  it('are the newest rows since a revision, each key once', () => {
    const { engine, n, put } = numbers()
    const table = engine.derive('t', n, (row, key) => [[key, row]])
    const first = put({ a: 1, b: 1 })
    expect(engine.changes(table, BEGINNING)).toEqual({
      kind: 'reset',
      revision: 1,
      rows: new Map([
        ['a', 1],
        ['b', 1],
      ]),
    })
    put({ a: 2 })
    put({ a: 3, b: null, c: 1 })
    expect(engine.changes(table, first)).toEqual({
      kind: 'delta',
      revision: 3,
      put: new Map([
        ['a', 3],
        ['c', 1],
      ]),
      removed: ['b'],
    })
  })

  it('reach back to the oldest pin and no further', () => {
    const { engine, n, put } = numbers()
    const old = put({ a: 0 })
    const pin = engine.pin()
    for (let i = 1; i <= 1_000; i++) put({ a: i })
    expect(engine.changes(n, old)).toMatchObject({ kind: 'delta', put: new Map([['a', 1_000]]) })
    pin.moveTo(engine.revision)
    for (let i = 1; i <= 1_000; i++) put({ a: -i })
    expect(engine.changes(n, old).kind).toBe('reset')
    expect(engine.changes(n, pin.revision).kind).toBe('delta')
    pin[Symbol.dispose]()
    for (let i = 1; i <= 1_000; i++) put({ a: i })
    expect(engine.stats()).toMatchObject({ pins: 0 })
    expect(engine.stats().historyEntries).toBeLessThan(130)
  })

  it('are capped even for a pin: a key changed often stays one entry, too many keys are a reset', () => {
    const { engine, n, put } = numbers()
    const pin = engine.pin(put({ a: 0 }))
    for (let i = 1; i <= 5_000; i++) put({ a: i })
    expect(engine.changes(n, pin.revision).kind).toBe('delta')
    for (let i = 1; i <= 3_000; i++) {
      put({ [`k${i}`]: 1 })
      put({ [`k${i}`]: null })
    }
    expect(engine.changes(n, pin.revision).kind).toBe('reset')
    expect(engine.stats().historyEntries).toBeLessThan(5_000)
  })

  it('are none where equals finds none', () => {
    const { engine, n, put } = numbers()
    const table = engine.derive('t', n, (row, key) => [[key, { odd: row % 2 }]], { equals: isSameData })
    const since = put({ a: 1 })
    engine.changes(table, since)
    put({ a: 3 })
    expect(engine.changes(table, since)).toEqual({ kind: 'delta', revision: 2, put: new Map(), removed: [] })
  })
})

describe('a table that was not read for longer than history reaches', () => {
  it('is right all the same, gone rows included', () => {
    const { engine, n, put, rows } = numbers()
    const derived = engine.derive('derived', n, (row, key) => [[key, row]])
    const union = engine.union('union', [n])
    put({ a: 1, b: 1 })
    expect([rows(derived), rows(union)]).toEqual([
      { a: 1, b: 1 },
      { a: 1, b: 1 },
    ])
    put({ a: null })
    for (let i = 0; i < 3_000; i++) {
      put({ [`k${i}`]: 1 })
      put({ [`k${i}`]: null })
    }
    put({ b: 2 })
    expect([rows(derived), rows(union)]).toEqual([{ b: 2 }, { b: 2 }])
  })
})

describe('watch', () => {
  it('tells once a commit, of tables downstream only, until disposed', () => {
    const { engine, n, put, rows } = numbers()
    const other = engine.input<string, number>('other')
    const left = engine.derive('left', n, (row, key) => [[key, row]])
    const both = engine.derive('both', left, (row, key, read) => [[key, row + (read.one(n, key) ?? 0)]])
    rows(both)
    let told = 0
    const watching = engine.watch(both, () => told++)
    put({ a: 1, b: 2 })
    put({ a: 2 })
    engine.commit(tx => tx.put(other, 'x', 1))
    put({ a: 2 })
    expect(told).toBe(2)
    watching[Symbol.dispose]()
    put({ a: 3 })
    expect(told).toBe(2)
  })

  it('may read; one that throws stops neither the commit nor the others', () => {
    const { engine, n, put, rows } = numbers()
    const seen: unknown[] = []
    engine.watch(n, () => {
      throw new Error('bad watcher')
    })
    engine.watch(n, () => seen.push(rows(n)))
    expect(() => put({ a: 1 })).toThrow('a watcher threw')
    expect(seen).toEqual([{ a: 1 }])
  })
})

describe('families', () => {
  it('build once for equal parameters, and free tables, inner families and holds with the last release', () => {
    const { engine, n, put, rows } = numbers()
    put({ a: 1 })
    const inner = engine.family('inner', String, (by: number, graph) =>
      graph.derive('t', n, (row, key) => [[key, row * by]]),
    )
    let built = 0
    const outer = engine.family('outer', String, (by: number, graph) => {
      built++
      const times = graph.member(inner, by)
      return graph.derive('t', times, (row, key) => [[key, row + 1]])
    })
    const [one, two] = [outer.hold(2), outer.hold(2)]
    expect([rows(one.value), one.value === two.value, built]).toEqual([{ a: 3 }, true, 1])
    one[Symbol.dispose]()
    one[Symbol.dispose]()
    expect(engine.stats().members).toEqual(
      new Map([
        ['inner', 1],
        ['outer', 1],
      ]),
    )
    two[Symbol.dispose]()
    expect(engine.stats()).toMatchObject({
      tables: 1,
      edges: 0,
      holds: 0,
      members: new Map([
        ['inner', 0],
        ['outer', 0],
      ]),
    })
    expect(() => rows(one.value)).toThrow('was freed')
  })

  it('may be asked for by a row, and are freed when it asks no more', () => {
    const { engine, n, put, rows } = numbers()
    const times = engine.family('times', String, (by: number, graph) =>
      graph.derive('t', n, (row, key) => [[key, row * by]]),
    )
    const table = engine.derive('t', n, (row, key, read) => [[key, read.one(read.member(times, row), key) ?? 0]])
    put({ a: 2, b: 2, c: 3 })
    expect([rows(table), engine.stats().members.get('times')]).toEqual([{ a: 4, b: 4, c: 9 }, 2])
    put({ c: 2 })
    expect([rows(table), engine.stats().members.get('times')]).toEqual([{ a: 4, b: 4, c: 4 }, 1])
    put({ a: null, b: null, c: null })
    expect([rows(table), engine.stats().members.get('times'), engine.stats().tables]).toEqual([{}, 0, 2])
  })

  it('leave nothing when build throws, and refuse a member that needs itself', () => {
    const { engine } = numbers()
    const loop: { family?: Family<string, unknown> } = {}
    loop.family = engine.family(
      'loop',
      (p: string) => p,
      (param, graph) => {
        graph.input('left-behind')
        return graph.member(loop.family!, param)
      },
    )
    expect(() => loop.family!.hold('x')).toThrow('loop(x) needs itself')
    expect(engine.stats()).toMatchObject({ tables: 1, members: new Map([['loop', 0]]) })
  })

  it('declare names once', () => {
    const { engine, n } = numbers()
    n.index('i', () => [])
    expect(() => engine.input('n')).toThrow('n is declared twice')
    expect(() => n.index('i', () => [])).toThrow('already has an index i')
  })
})

describe('explain', () => {
  it('gives the reads down to the inputs, present or absent, each once', () => {
    const { engine, n, put } = numbers()
    const odd = n.index('odd', row => [row % 2 ? 'odd' : 'even'])
    const doubled = engine.derive('doubled', n, (row, key) => [[key, row * 2]])
    const table = engine.derive('t', doubled, (row, key, read) => [
      [key, row + read.where(odd, 'odd').length + (read.one(n, 'zz') ?? 0)],
    ])
    put({ a: 1, b: 2, c: 3 })
    const leaf = (key: string) => ({ table: 'n', key, kind: 'row', isInput: true, isPresent: true, because: [] })
    expect(engine.explain(table, 'b')).toEqual({
      table: 't',
      key: 'b',
      kind: 'row',
      isInput: false,
      isPresent: true,
      because: [
        { table: 'doubled', key: 'b', kind: 'row', isInput: false, isPresent: true, because: [leaf('b')] },
        { table: 'n#odd', key: 'odd', kind: 'bucket', isInput: true, isPresent: true, because: [leaf('a'), leaf('c')] },
        { ...leaf('zz'), isPresent: false },
      ],
    })
    expect(inputsOf(engine.explain(table, 'b')).map(({ key }) => key)).toEqual(['b', 'a', 'c', 'zz'])
    expect(engine.explain(table, 'b', 4).because[1]?.because[0]).toMatchObject({ key: 'a', omitted: 'limit' })
  })

  it('has what a step reads twice once', () => {
    const { engine, n, put } = numbers()
    const table = engine.derive('t', n, (_, key, read) => [[key, [1, 2].map(() => read.one(n, 'x') ?? 0)]])
    put({ a: 1 })
    expect(engine.explain(table, 'a').because.map(({ key }) => key)).toEqual(['a', 'x'])
  })

  it('of an absent row is the run that gave nothing', () => {
    const { engine, n, put } = numbers()
    const table = engine.derive('t', n, (row, key, read) => (row > (read.one(n, 'min') ?? 0) ? [[key, row]] : []))
    put({ a: 1, min: 5 })
    expect(inputsOf(engine.explain(table, 'a')).map(({ key }) => key)).toEqual(['a', 'min'])
    expect(engine.explain(table, 'nothing').because).toEqual([])
  })
})

describe('sliced work', () => {
  function chain(rows: number) {
    const made = numbers()
    const { engine, n, put } = made
    const half = engine.derive('half', n, (row, key) => [[key, Math.floor(row / 2)]])
    const last = engine.derive('last', n, (row, key, read) => [[key, row + (read.one(half, key) ?? 0)]])
    put(Object.fromEntries(Array.from({ length: rows }, (_, i) => [`k${i}`, i])))
    return { ...made, last }
  }

  it('yields between rows, runs each once, and is the same in the end', async () => {
    const { engine, last, rows } = chain(50)
    let [time, pauses] = [0, 0]
    const pause = async (): Promise<void> => void pauses++
    const revision = await refreshInSlices(engine, [last], { now: () => time++, pause, sliceMs: 10 })
    expect([revision, pauses, engine.stats().runs, engine.stats().suspended]).toEqual([1, 30, 100, 1])
    expect(rows(last)['k9']).toBe(13)
  })

  it('shows nothing half done: a read in between finishes, a commit in between counts', () => {
    const { engine, last, put, rows } = chain(10)
    let left = 14
    expect(engine.refresh([last], () => --left <= 0)).toBe(false)
    put({ k0: 100, k9: null })
    const all = rows(last)
    expect([all['k0'], all['k9'], Object.keys(all).length]).toEqual([150, undefined, 9])
    expect(engine.refresh([last], () => true)).toBe(true)
  })

  it('stops at each row as it comes, runs and settles, and still gets there', () => {
    const { engine, last } = chain(5)
    let calls = 1
    while (!engine.refresh([last], () => true)) calls++
    expect(calls).toBe(31)
  })

  it('is not fooled by a step that catches what stops it', () => {
    const { engine, n, put, rows } = numbers()
    const other = engine.derive('other', n, (row, key) => [[key, row * 10]])
    const table = engine.derive('t', n, (_, key, read) => {
      try {
        return [[key, read.one(other, key)!]]
      } catch {
        return [[key, -1]]
      }
    })
    put({ a: 1, b: 2 })
    while (!engine.refresh([table], () => true));
    expect(rows(table)).toEqual({ a: 10, b: 20 })
  })

  it('forgets what only a stopped run had read', () => {
    const { engine, n, put, rows } = numbers()
    const other = engine.derive('other', n, (row, key) => [[key, row]])
    const table = engine.derive('t', n, (row, key, read) => {
      return row === 1 ? [[key, (read.one(n, 'zz') ?? 0) + read.one(other, key)!]] : []
    })
    put({ a: 1 })
    while (engine.stats().suspended === 0) engine.refresh([table], () => true)
    put({ a: 2 })
    expect([rows(table), engine.stats().subjects, engine.stats().edges]).toEqual([{}, 0, 2])
  })

  it('keeps a member that a stopped run had asked for', () => {
    const { engine, n, put, rows } = numbers()
    let built = 0
    const times = engine.family('times', String, (by: number, graph) => {
      built++
      return graph.derive('t', n, (row, key) => [[key, row * by]])
    })
    const table = engine.derive('t', n, (row, key, read) => [[key, read.one(read.member(times, row), key)!]])
    put({ a: 2 })
    while (!engine.refresh([table], () => true));
    expect([built, rows(table), engine.stats().holds]).toEqual([1, { a: 4 }, 1])
  })

  it('ends when told to', async () => {
    const { engine, last } = chain(5)
    const signal = AbortSignal.abort(new Error('enough'))
    const options = { now: () => 0, pause: async () => {}, signal }
    await expect(refreshInSlices(engine, [last], options)).rejects.toThrow('enough')
  })
})

describe('isSameData', () => {
  it.each<[unknown, unknown, boolean]>([
    [1, 1, true],
    [Number.NaN, Number.NaN, true],
    ['1', 1, false],
    [null, undefined, false],
    [[1, [2]], [1, [2]], true],
    [[1, 2], [2, 1], false],
    [{ a: 1, b: { c: 2 } }, { b: { c: 2 }, a: 1 }, true],
    [{ a: undefined }, { b: undefined }, false],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{}, [], false],
    [new Map([['a', [1]]]), new Map([['a', [1]]]), true],
    [
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      new Map([
        ['b', 2],
        ['a', 1],
      ]),
      false,
    ],
    [new Set([1]), new Set([2]), false],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2]), true],
    [new Uint8Array([1, 2]), new Uint8Array([1, 3]), false],
    [Object.assign(Object.create(null), { a: 1 }), { a: 1 }, true],
    [JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":2}'), false],
    [new Date(0), new Date(0), false],
  ])('%o and %o: %s', (a, b, expected) => {
    expect(isSameData(a, b)).toBe(expected)
  })
})
