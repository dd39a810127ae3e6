// What a load generator has to understand of xDS, and no more: names, clusters that have endpoints, listeners that have routes.

/** Calls back for every field: its number, and where its content begins and ends, or its value if that is a number. */
export function scan(bytes: Uint8Array, start: number, end: number, field: Field): void {
  let at = start
  const varint = (): number => {
    let value = 0
    for (let unit = 1; ; unit *= 128) {
      const byte = bytes[at++] as number
      value += (byte & 127) * unit
      if (byte < 128) return value
    }
  }
  while (at < end) {
    const tag = varint()
    const wire = tag % 8
    const number = (tag - wire) / 8
    if (wire === 2) {
      const length = varint()
      field(number, at, at + length, 0)
      at += length
    } else if (wire === 0) field(number, at, at, varint())
    else if (wire === 1) at += 8
    else if (wire === 5) at += 4
    else throw new Error(`wire type ${wire} at ${at}`)
  }
}

type Field = (number: number, start: number, end: number, value: number) => void

export interface Response {
  readonly type: string
  readonly nonce: string
  readonly version: string
  readonly names: readonly string[]
  /** Where each resource's own message begins and ends. */
  readonly bodies: readonly (readonly [number, number])[]
  readonly removed: number
}

export function readResponse(protocol: 'delta' | 'sotw', bytes: Buffer): Response {
  let type = ''
  let nonce = ''
  let version = ''
  let removed = 0
  const names: string[] = []
  const bodies: [number, number][] = []
  const text = (start: number, end: number): string => bytes.toString('latin1', start, end)
  const any = (start: number, end: number): void =>
    scan(bytes, start, end, (number, from, to) => {
      if (number === 2) bodies.push([from, to])
    })
  scan(bytes, 0, bytes.length, (number, start, end) => {
    if (number === 1) version = text(start, end)
    else if (number === 4) type = text(start, end)
    else if (number === 5) nonce = text(start, end)
    else if (number === 6 && protocol === 'delta') removed++
    else if (number === 2 && protocol === 'sotw') any(start, end)
    else if (number === 2) {
      scan(bytes, start, end, (inner, from, to) => {
        if (inner === 3) names.push(text(from, to))
        else if (inner === 2) any(from, to)
      })
    }
  })
  return { type, nonce, version, names, bodies, removed }
}

/** The name under which a cluster asks for endpoints; undefined: it does not. */
export function endpointsOf(bytes: Buffer, [start, end]: readonly [number, number]): string | undefined {
  let name = ''
  let service = ''
  let isEds = false
  scan(bytes, start, end, (number, from, to, value) => {
    if (number === 1) name = bytes.toString('latin1', from, to)
    else if (number === 2) isEds = value === 3
    else if (number === 3) {
      scan(bytes, from, to, (inner, a, b) => {
        if (inner === 2) service = bytes.toString('latin1', a, b)
      })
    }
  })
  return isEds ? service || name : undefined
}

const HTTP = 'HttpConnectionManager'

/** The route configurations that a listener's HTTP connection managers ask for. */
export function routesOf(bytes: Buffer, [start, end]: readonly [number, number]): string[] {
  const found: string[] = []
  const below = (from: number, to: number, field: number, then: (a: number, b: number) => void): void =>
    scan(bytes, from, to, (number, a, b) => {
      if (number === field) then(a, b)
    })
  const filter = (from: number, to: number): void =>
    below(from, to, 4, (a, b) => {
      let isHttp = false
      scan(bytes, a, b, (number, c, d) => {
        if (number === 1) isHttp = bytes.toString('latin1', c, d).endsWith(HTTP)
        else if (number === 2 && isHttp) {
          below(c, d, 3, (e, f) => below(e, f, 2, (g, h) => found.push(bytes.toString('latin1', g, h))))
        }
      })
    })
  scan(bytes, start, end, (number, a, b) => {
    if (number === 3 || number === 25) below(a, b, 3, filter)
  })
  return found
}
