// `npm run bench -- [topic …] [--flag …]`: runs bench/<topic>.bench.ts, compiled to build/bench, one after the other. Each exports
// `run`, which is given the flags, and prints ratios or work per operation; nothing here fails because a machine is slow.
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const folder = resolve(import.meta.dirname, '..', 'build', 'bench')
const topics = existsSync(folder)
  ? readdirSync(folder)
      .filter(name => name.endsWith('.bench.js'))
      .map(name => name.slice(0, -'.bench.js'.length))
      .sort()
  : []
const flags = process.argv.slice(2).filter(argument => argument.startsWith('--'))
const wanted = process.argv.slice(2).filter(argument => !flags.includes(argument))
const unknown = wanted.filter(topic => !topics.includes(topic))
if (unknown.length > 0) {
  console.error(`bench: no such topic: ${unknown.join(', ')} (there are: ${topics.join(', ') || 'none'})`)
  process.exit(2)
}
for (const topic of wanted.length > 0 ? wanted : topics) {
  console.log(`== ${topic}`)
  const { run } = await import(pathToFileURL(join(folder, `${topic}.bench.js`)).href)
  await run(flags)
}
process.exit(0)
