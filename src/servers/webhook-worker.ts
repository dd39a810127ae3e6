import { Worker } from 'node:worker_threads'
import type { StartThread } from './webhook-helper.js'
import type { ThreadReply } from './webhook-thread.js'
import type { ThreadsClock } from './webhook-threads.js'

/** Threads of Node, which begin in the module `entry`. They keep no process alive. */
export function workerStarter(entry: URL): StartThread {
  return events => {
    const worker = new Worker(entry)
    worker.unref()
    let why = ''
    worker.on('message', (reply: ThreadReply) => events.onReply(reply))
    worker.on('error', error => {
      why = error.message
    })
    worker.on('exit', code => events.onEnd(why === '' ? `it ended with ${code}` : why))
    return {
      send: call => worker.postMessage(call),
      stop: () => {
        worker.removeAllListeners()
        // Its end is what was asked for, whatever comes of it.
        worker.on('error', () => {})
        void worker.terminate()
      },
      activeMs: () => worker.performance.eventLoopUtilization().active,
    }
  }
}

export const threadsClock: ThreadsClock = {
  every: (ms, callback) => {
    const timer = setInterval(callback, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
  later: setImmediate,
  now: () => performance.now(),
  time: () => {
    const { active, idle } = performance.eventLoopUtilization()
    return { total: active + idle, active }
  },
}
