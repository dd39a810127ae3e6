/** Where traffic for a network is sent from another one. */
export interface NetworkGateway {
  readonly network: string
  /** Empty: the gateway serves whichever cluster. */
  readonly cluster: string
  readonly address: string
  /** Of mutual TLS passthrough by server name; 0: none. */
  readonly port: number
  readonly hbonePort: number
}
