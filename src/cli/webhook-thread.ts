// Where a thread of the webhook begins (src/servers/webhook-thread.ts).
import { isMainThread, parentPort } from 'node:worker_threads'
import { createThread, type ThreadCall } from '../servers/webhook-thread.js'
import { templateHost } from './template-host.js'

if (isMainThread || parentPort === null) throw new Error('not a command: pillion serve starts it as a thread')
const port = parentPort
// Variables of the environment come with each configuration.
const { env: _, ...host } = templateHost({ env: {}, now: () => new Date() })
const answer = createThread(reply => port.postMessage(reply), host)
port.on('message', (call: ThreadCall) => answer(call))
