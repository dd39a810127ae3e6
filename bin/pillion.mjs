#!/usr/bin/env node
// The `pillion` command. In a clone it first makes sure that dependencies and the build are there (a published
// package carries dist/ and skips that), so that `npx pillion …` works right after `git clone` and `git pull`.
import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expectServe, expectShortRun, load } from './bundle.mjs'

const built = new URL('../dist/main.js', import.meta.url)
const ensure = new URL('../tools/ensure.mjs', import.meta.url)
const modified = url => statSync(url, { throwIfNoEntry: false })?.mtimeMs ?? 0
// Git writes to this file whenever other commits are checked out. Looking for edits too would cost each command 10 ms: whoever
// edits uses the scripts of package.json, which do that.
const isOld = () =>
  /^['"]?pillion\b/.test(process.env['npm_lifecycle_script'] ?? '') &&
  modified(new URL('../.git/logs/HEAD', import.meta.url)) > modified(new URL('../dist/.checked', import.meta.url))
if ((!existsSync(built) || isOld()) && existsSync(ensure)) await import(ensure.href)

// The same modules in few files, which start faster (tools/bundle.mjs); left aside when the compiler ran since.
const bundled = new URL('../dist/bin/main.cjs', import.meta.url)
const isCurrent = modified(bundled) > modified(new URL('../dist/.tsbuildinfo', import.meta.url))
if (process.argv[2] !== 'serve') expectShortRun()
else if (isCurrent) expectServe(fileURLToPath(new URL('../dist', import.meta.url)))
if (isCurrent) load(fileURLToPath(bundled))
else await import(built.href)
