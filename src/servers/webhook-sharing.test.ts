import { beforeEach, describe, expect, it } from 'vitest'
import type { Admitted } from './admit.js'
import type { InjectionInputs } from './injection-source.js'
import type { Helper, Job } from './webhook-helper.js'
import { createSharing, type Sharing } from './webhook-sharing.js'

const answered = (text: string): Admitted => ({ text, facts: {} as Admitted['facts'] })
const inputs = {} as InjectionInputs

interface FakeHelper extends Helper {
  readonly jobs: Job[]
  readonly gifts: string[]
  isReady: boolean
}

function fakeHelper(): FakeHelper {
  const jobs: Job[] = []
  const gifts: string[] = []
  return {
    jobs,
    gifts,
    isReady: true,
    pending: () => jobs.length,
    isReadyFor(asked) {
      expect(asked).toBe(inputs)
      return this.isReady
    },
    give: given => {
      gifts.push(given.map(({ path }) => path).join(' '))
      jobs.push(...given)
    },
    tick: () => {},
    activeMs: () => 0,
    stop: () => [],
  }
}

let helpers: FakeHelper[] = []
let turns: (() => void)[] = []
let own: string[] = []
let time = 0
let given = 0
let sharing: Sharing

beforeEach(() => {
  helpers = []
  turns = []
  own = []
  given = 0
  sharing = createSharing({
    own: (_, path) => {
      time += 3
      if (path === '/bug') throw new Error('a bug')
      own.push(path)
      return answered(`own ${path}`)
    },
    inputs: () => inputs,
    helpers: () => helpers,
    onGiven: requests => {
      given += requests
    },
    later: callback => turns.push(callback),
    now: () => time,
  })
})

const ask = (path: string, size = 1) => sharing.admit(new Uint8Array(size), path)
const askMany = (count: number) => Array.from({ length: count }, (_, i) => ask(`/${i}`))
/** The turns that are due, without those that they bring about. */
const turn = () => {
  for (const callback of turns.splice(0)) callback()
}

describe('requests for this thread and others', () => {
  it('are answered at once while there are no others', () => {
    expect(ask('/a')).toEqual(answered('own /a'))
    expect(turns).toEqual([])
  })

  it('are looked at together: a helper gets seven of ten, and this thread one in each turn', () => {
    helpers = [fakeHelper()]
    askMany(6)
    expect([turns.length, own, helpers[0]!.gifts]).toEqual([1, [], []])
    turn()
    expect([helpers[0]!.gifts, own]).toEqual([['/0 /1 /2 /3'], ['/4']])
    // What has become free meanwhile takes the rest.
    helpers[0]!.jobs.length = 0
    turn()
    expect([helpers[0]!.gifts, own]).toEqual([['/0 /1 /2 /3', '/5'], ['/4']])
    expect([turns.length, given]).toEqual([0, 5])
  })

  it('go to whoever has least, and all to others if there are several', () => {
    helpers = [fakeHelper(), fakeHelper()]
    const [busy, idle] = helpers as [FakeHelper, FakeHelper]
    void ask('/first')
    turn()
    askMany(3)
    turn()
    expect([busy.gifts, idle.gifts, own]).toEqual([['/first', '/1'], ['/0 /2'], []])
  })

  it('are answered with the bug if there is one', async () => {
    helpers = [fakeHelper()]
    helpers[0]!.isReady = false
    const answer = ask('/bug')
    turn()
    await expect(answer).rejects.toThrow('a bug')
  })

  it('are answered here while a helper is not ready', async () => {
    helpers = [fakeHelper()]
    helpers[0]!.isReady = false
    const answers = askMany(2)
    turn()
    turn()
    expect(own).toEqual(['/0', '/1'])
    expect(await Promise.all(answers)).toEqual([answered('own /0'), answered('own /1')])
  })

  it('are answered here when a helper is lost, and given to no other', async () => {
    const [lost, other] = [fakeHelper(), fakeHelper()]
    helpers = [lost]
    const answers = askMany(3)
    turn()
    helpers = [other]
    sharing.takeBack(lost.jobs)
    for (let i = 0; i < 3; i++) turn()
    expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(['own /0', 'own /1', 'own /2'])
    expect(other.gifts).toEqual([])
  })

  it('do not pile up: beyond 16 MiB they are answered at once', () => {
    helpers = [fakeHelper()]
    helpers[0]!.isReady = false
    const size = 6 * 1024 * 1024
    expect([ask('/a', size), ask('/b', size)].map(answer => answer instanceof Promise)).toEqual([true, true])
    expect(ask('/c', size)).toEqual(answered('own /c'))
    turn()
    expect(ask('/d', size)).toBeInstanceOf(Promise)
  })

  it('are sent without the rest of a buffer that they are a part of', () => {
    helpers = [fakeHelper()]
    const whole = Buffer.from('head body tail')
    void sharing.admit(whole.subarray(5, 9), '/a')
    turn()
    const { body } = helpers[0]!.jobs[0]!
    expect([Buffer.from(body).toString(), body.buffer.byteLength]).toEqual(['body', 4])
  })

  it('count the time that answering here takes', () => {
    ask('/a')
    ask('/b')
    expect(sharing.ownMs()).toBe(6)
  })
})
