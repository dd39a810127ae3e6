import type { GrpcServer, GrpcServerOptions } from './types.js'

export function createGrpcServer(_options: GrpcServerOptions = {}): GrpcServer {
  throw new Error('not yet')
}
