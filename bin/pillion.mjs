#!/usr/bin/env node
// The `pillion` command. In a clone it first makes sure that dependencies and the build are there (a published
// package carries dist/ and skips that), so that `npx pillion …` works right after `git clone`.
import { existsSync, statSync } from 'node:fs'
import module from 'node:module'

// Node 22 and later keep compiled code between runs; Node 20 has no such thing.
module.enableCompileCache?.()

const built = new URL('../dist/main.js', import.meta.url)
const ensure = new URL('../tools/ensure.mjs', import.meta.url)
if (!existsSync(built) && existsSync(ensure)) await import(ensure.href)

// The same modules in few files, which start faster (tools/bundle.mjs); left aside when the compiler ran since.
const bundled = new URL('../dist/bin/main.js', import.meta.url)
const modified = url => statSync(url, { throwIfNoEntry: false })?.mtimeMs ?? 0
const isCurrent = modified(bundled) > modified(new URL('../dist/.tsbuildinfo', import.meta.url))
await import((isCurrent ? bundled : built).href)
