#!/usr/bin/env node
// The `pillion` command. In a clone it first makes sure that dependencies and the build are there (a published
// package carries dist/ and skips that), so that `npx pillion …` works right after `git clone`.
import { existsSync } from 'node:fs'

const built = new URL('../dist/main.js', import.meta.url)
const ensure = new URL('../tools/ensure.mjs', import.meta.url)
if (!existsSync(built) && existsSync(ensure)) await import(ensure.href)
await import(built.href)
