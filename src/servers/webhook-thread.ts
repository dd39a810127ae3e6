// The injection webhook's work on a thread of its own: what is said between it and the main thread, and the thread's side.
import type { TemplateHost } from '../template/index.js'
import { type Admitted, admit, type Decide } from './admit.js'
import { answerInjection } from './injection.js'
import { type InjectionInputs, type LiveInjection, readInjection } from './injection-source.js'
import { errorText } from './log.js'

/** One request, in the main thread's count. */
interface ThreadRequest {
  readonly id: number
  readonly body: Uint8Array
  readonly path: string
}

/** To the thread. Messages keep their order: what follows a configuration is answered by it. */
export type ThreadCall =
  | { readonly kind: 'configure'; readonly inputs: InjectionInputs }
  | { readonly kind: 'answer'; readonly requests: readonly ThreadRequest[] }

/** From the thread: one `configured` for each configuration, one of the others for each request. */
export type ThreadReply =
  | { readonly kind: 'configured' }
  | { readonly kind: 'answered'; readonly id: number; readonly admitted: Admitted }
  | { readonly kind: 'failed'; readonly id: number; readonly error: string }

/** Does what it is called for. A throw is a bug: it ends the thread, and the main thread does its work. */
export function createThread(reply: (reply: ThreadReply) => void, host: TemplateHost): (call: ThreadCall) => void {
  let live: LiveInjection | undefined
  return call => {
    if (call.kind === 'answer') {
      for (const request of call.requests) reply(replyTo(request, live!))
      return
    }
    const made = readInjection(call.inputs, host)
    if (!made.ok) throw new Error(made.error.map(({ message }) => message).join('; '))
    live = made.value
    reply({ kind: 'configured' })
  }
}

function replyTo({ id, body, path }: ThreadRequest, live: LiveInjection): ThreadReply {
  const bugs: unknown[] = []
  const decide: Decide = (review, at) => answerInjection(live, review, at)
  try {
    const admitted = admit(decide, body, path, error => bugs.push(error))
    if (bugs.length === 0) return { kind: 'answered', id, admitted }
  } catch (error) {
    bugs.push(error)
  }
  return { kind: 'failed', id, error: errorText(bugs[0]) }
}
