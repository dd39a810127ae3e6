import type { Channel } from './channel.js'
import type { Edge } from './edge.js'

/** So many are found as fast by looking at one after the other, and take no map. */
const FEW = 8

/** The edges of one table by their channels, in the order of reading. */
export class EdgeList {
  /** Edges may come, at the end, while somebody goes through them. */
  all: Edge[]
  #byChannel: Map<Channel, Edge> | undefined

  constructor(first: Edge) {
    this.all = [first]
  }

  to(channel: Channel): Edge | undefined {
    if (this.#byChannel !== undefined) return this.#byChannel.get(channel)
    const { all } = this
    for (let i = 0; i < all.length; i++) if (all[i]!.channel === channel) return all[i]
    return undefined
  }

  add(edge: Edge): void {
    this.all.push(edge)
    if (this.#byChannel !== undefined) this.#byChannel.set(edge.channel, edge)
    else if (this.all.length > FEW) this.#byChannel = new Map(this.all.map(each => [each.channel, each]))
  }

  drop(edges: readonly Edge[]): void {
    if (edges.length === 0) return
    const gone = new Set(edges)
    this.all = this.all.filter(edge => !gone.has(edge))
    for (const { channel } of edges) this.#byChannel?.delete(channel)
  }

  clear(): void {
    this.all = []
    this.#byChannel = undefined
  }
}
