// Made by tools/proto/messages.mjs from the descriptors in mesh.fds.gz. Do not edit.

/** Any message, with its type. */
export interface Any {
  '@type': string
}

/** Messages in proto3 JSON by full name. What is undefined is absent; of a oneof one member may be set. */
export interface Messages {
  'envoy.config.accesslog.v3.AccessLog': {
    name?: string | undefined
    filter?: Messages['envoy.config.accesslog.v3.AccessLogFilter'] | undefined
    typedConfig?: Any | undefined
  }
  'envoy.config.accesslog.v3.AccessLogFilter': {
    statusCodeFilter?: Messages['envoy.config.accesslog.v3.StatusCodeFilter'] | undefined
    durationFilter?: Messages['envoy.config.accesslog.v3.DurationFilter'] | undefined
    notHealthCheckFilter?: Messages['envoy.config.accesslog.v3.NotHealthCheckFilter'] | undefined
    traceableFilter?: Messages['envoy.config.accesslog.v3.TraceableFilter'] | undefined
    runtimeFilter?: Messages['envoy.config.accesslog.v3.RuntimeFilter'] | undefined
    andFilter?: Messages['envoy.config.accesslog.v3.AndFilter'] | undefined
    orFilter?: Messages['envoy.config.accesslog.v3.OrFilter'] | undefined
    headerFilter?: Messages['envoy.config.accesslog.v3.HeaderFilter'] | undefined
    responseFlagFilter?: Messages['envoy.config.accesslog.v3.ResponseFlagFilter'] | undefined
    grpcStatusFilter?: Messages['envoy.config.accesslog.v3.GrpcStatusFilter'] | undefined
    extensionFilter?: Messages['envoy.config.accesslog.v3.ExtensionFilter'] | undefined
    metadataFilter?: Messages['envoy.config.accesslog.v3.MetadataFilter'] | undefined
    logTypeFilter?: Messages['envoy.config.accesslog.v3.LogTypeFilter'] | undefined
  }
  'envoy.config.accesslog.v3.AndFilter': {
    filters?: Messages['envoy.config.accesslog.v3.AccessLogFilter'][] | undefined
  }
  'envoy.config.accesslog.v3.ComparisonFilter': {
    op?: 'EQ' | 'GE' | 'LE' | 'NE' | undefined
    value?: Messages['envoy.config.core.v3.RuntimeUInt32'] | undefined
  }
  'envoy.config.accesslog.v3.DurationFilter': {
    comparison?: Messages['envoy.config.accesslog.v3.ComparisonFilter'] | undefined
  }
  'envoy.config.accesslog.v3.ExtensionFilter': {
    name?: string | undefined
    typedConfig?: Any | undefined
  }
  'envoy.config.accesslog.v3.GrpcStatusFilter': {
    statuses?: ('OK' | 'CANCELED' | 'UNKNOWN' | 'INVALID_ARGUMENT' | 'DEADLINE_EXCEEDED' | 'NOT_FOUND' | 'ALREADY_EXISTS' | 'PERMISSION_DENIED' | 'RESOURCE_EXHAUSTED' | 'FAILED_PRECONDITION' | 'ABORTED' | 'OUT_OF_RANGE' | 'UNIMPLEMENTED' | 'INTERNAL' | 'UNAVAILABLE' | 'DATA_LOSS' | 'UNAUTHENTICATED')[] | undefined
    exclude?: boolean | undefined
  }
  'envoy.config.accesslog.v3.HeaderFilter': {
    header?: Messages['envoy.config.route.v3.HeaderMatcher'] | undefined
  }
  'envoy.config.accesslog.v3.LogTypeFilter': {
    types?: ('NotSet' | 'TcpUpstreamConnected' | 'TcpPeriodic' | 'TcpConnectionStart' | 'TcpConnectionEnd' | 'DownstreamStart' | 'DownstreamPeriodic' | 'DownstreamEnd' | 'UpstreamPoolReady' | 'UpstreamPeriodic' | 'UpstreamEnd' | 'DownstreamTunnelSuccessfullyEstablished' | 'UdpTunnelUpstreamConnected' | 'UdpPeriodic' | 'UdpSessionEnd')[] | undefined
    exclude?: boolean | undefined
  }
  'envoy.config.accesslog.v3.MetadataFilter': {
    matcher?: Messages['envoy.type.matcher.v3.MetadataMatcher'] | undefined
    matchIfKeyNotFound?: boolean | undefined
  }
  'envoy.config.accesslog.v3.NotHealthCheckFilter': {
  }
  'envoy.config.accesslog.v3.OrFilter': {
    filters?: Messages['envoy.config.accesslog.v3.AccessLogFilter'][] | undefined
  }
  'envoy.config.accesslog.v3.ResponseFlagFilter': {
    flags?: string[] | undefined
  }
  'envoy.config.accesslog.v3.RuntimeFilter': {
    runtimeKey?: string | undefined
    percentSampled?: Messages['envoy.type.v3.FractionalPercent'] | undefined
    useIndependentRandomness?: boolean | undefined
  }
  'envoy.config.accesslog.v3.StatusCodeFilter': {
    comparison?: Messages['envoy.config.accesslog.v3.ComparisonFilter'] | undefined
  }
  'envoy.config.accesslog.v3.TraceableFilter': {
  }
  'envoy.config.cluster.v3.CircuitBreakers': {
    thresholds?: Messages['envoy.config.cluster.v3.CircuitBreakers.Thresholds'][] | undefined
    perHostThresholds?: Messages['envoy.config.cluster.v3.CircuitBreakers.Thresholds'][] | undefined
  }
  'envoy.config.cluster.v3.CircuitBreakers.Thresholds': {
    priority?: 'DEFAULT' | 'HIGH' | undefined
    maxConnections?: number | undefined
    maxPendingRequests?: number | undefined
    maxRequests?: number | undefined
    maxRetries?: number | undefined
    retryBudget?: Messages['envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget'] | undefined
    trackRemaining?: boolean | undefined
    maxConnectionPools?: number | undefined
  }
  'envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget': {
    budgetPercent?: Messages['envoy.type.v3.Percent'] | undefined
    budgetInterval?: string | undefined
    minRetryConcurrency?: number | undefined
  }
  'envoy.config.cluster.v3.Cluster': {
    transportSocketMatches?: Messages['envoy.config.cluster.v3.Cluster.TransportSocketMatch'][] | undefined
    transportSocketMatcher?: Messages['xds.type.matcher.v3.Matcher'] | undefined
    name?: string | undefined
    altStatName?: string | undefined
    statsMatcher?: Messages['envoy.config.metrics.v3.StatsMatcher'] | undefined
    type?: 'STATIC' | 'STRICT_DNS' | 'LOGICAL_DNS' | 'EDS' | 'ORIGINAL_DST' | undefined
    clusterType?: Messages['envoy.config.cluster.v3.Cluster.CustomClusterType'] | undefined
    edsClusterConfig?: Messages['envoy.config.cluster.v3.Cluster.EdsClusterConfig'] | undefined
    connectTimeout?: string | undefined
    perConnectionBufferLimitBytes?: number | undefined
    perConnectionBufferHighWatermarkTimeout?: string | undefined
    lbPolicy?: 'ROUND_ROBIN' | 'LEAST_REQUEST' | 'RING_HASH' | 'RANDOM' | 'MAGLEV' | 'CLUSTER_PROVIDED' | 'LOAD_BALANCING_POLICY_CONFIG' | undefined
    loadAssignment?: Messages['envoy.config.endpoint.v3.ClusterLoadAssignment'] | undefined
    healthChecks?: Messages['envoy.config.core.v3.HealthCheck'][] | undefined
    maxRequestsPerConnection?: number | undefined
    circuitBreakers?: Messages['envoy.config.cluster.v3.CircuitBreakers'] | undefined
    upstreamHttpProtocolOptions?: Messages['envoy.config.core.v3.UpstreamHttpProtocolOptions'] | undefined
    commonHttpProtocolOptions?: Messages['envoy.config.core.v3.HttpProtocolOptions'] | undefined
    httpProtocolOptions?: Messages['envoy.config.core.v3.Http1ProtocolOptions'] | undefined
    http2ProtocolOptions?: Messages['envoy.config.core.v3.Http2ProtocolOptions'] | undefined
    typedExtensionProtocolOptions?: Record<string, Any> | undefined
    dnsRefreshRate?: string | undefined
    dnsJitter?: string | undefined
    dnsFailureRefreshRate?: Messages['envoy.config.cluster.v3.Cluster.RefreshRate'] | undefined
    respectDnsTtl?: boolean | undefined
    dnsLookupFamily?: 'AUTO' | 'V4_ONLY' | 'V6_ONLY' | 'V4_PREFERRED' | 'ALL' | undefined
    dnsResolvers?: Messages['envoy.config.core.v3.Address'][] | undefined
    useTcpForDnsLookups?: boolean | undefined
    dnsResolutionConfig?: Messages['envoy.config.core.v3.DnsResolutionConfig'] | undefined
    typedDnsResolverConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    waitForWarmOnInit?: boolean | undefined
    outlierDetection?: Messages['envoy.config.cluster.v3.OutlierDetection'] | undefined
    cleanupInterval?: string | undefined
    upstreamBindConfig?: Messages['envoy.config.core.v3.BindConfig'] | undefined
    lbSubsetConfig?: Messages['envoy.config.cluster.v3.Cluster.LbSubsetConfig'] | undefined
    ringHashLbConfig?: Messages['envoy.config.cluster.v3.Cluster.RingHashLbConfig'] | undefined
    maglevLbConfig?: Messages['envoy.config.cluster.v3.Cluster.MaglevLbConfig'] | undefined
    originalDstLbConfig?: Messages['envoy.config.cluster.v3.Cluster.OriginalDstLbConfig'] | undefined
    leastRequestLbConfig?: Messages['envoy.config.cluster.v3.Cluster.LeastRequestLbConfig'] | undefined
    roundRobinLbConfig?: Messages['envoy.config.cluster.v3.Cluster.RoundRobinLbConfig'] | undefined
    commonLbConfig?: Messages['envoy.config.cluster.v3.Cluster.CommonLbConfig'] | undefined
    transportSocket?: Messages['envoy.config.core.v3.TransportSocket'] | undefined
    metadata?: Messages['envoy.config.core.v3.Metadata'] | undefined
    protocolSelection?: 'USE_CONFIGURED_PROTOCOL' | 'USE_DOWNSTREAM_PROTOCOL' | undefined
    upstreamConnectionOptions?: Messages['envoy.config.cluster.v3.UpstreamConnectionOptions'] | undefined
    closeConnectionsOnHostHealthFailure?: boolean | undefined
    ignoreHealthOnHostRemoval?: boolean | undefined
    filters?: Messages['envoy.config.cluster.v3.Filter'][] | undefined
    loadBalancingPolicy?: Messages['envoy.config.cluster.v3.LoadBalancingPolicy'] | undefined
    lrsServer?: Messages['envoy.config.core.v3.ConfigSource'] | undefined
    lrsReportEndpointMetrics?: string[] | undefined
    trackTimeoutBudgets?: boolean | undefined
    upstreamConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    trackClusterStats?: Messages['envoy.config.cluster.v3.TrackClusterStats'] | undefined
    preconnectPolicy?: Messages['envoy.config.cluster.v3.Cluster.PreconnectPolicy'] | undefined
    connectionPoolPerDownstreamConnection?: boolean | undefined
    queuingPolicies?: Messages['envoy.config.cluster.v3.Cluster.QueuingPolicies'] | undefined
  }
  'envoy.config.cluster.v3.Cluster.CommonLbConfig': {
    healthyPanicThreshold?: Messages['envoy.type.v3.Percent'] | undefined
    zoneAwareLbConfig?: Messages['envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig'] | undefined
    localityWeightedLbConfig?: Messages['envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig'] | undefined
    updateMergeWindow?: string | undefined
    ignoreNewHostsUntilFirstHc?: boolean | undefined
    closeConnectionsOnHostSetChange?: boolean | undefined
    consistentHashingLbConfig?: Messages['envoy.config.cluster.v3.Cluster.CommonLbConfig.ConsistentHashingLbConfig'] | undefined
    overrideHostStatus?: Messages['envoy.config.core.v3.HealthStatusSet'] | undefined
  }
  'envoy.config.cluster.v3.Cluster.CommonLbConfig.ConsistentHashingLbConfig': {
    useHostnameForHashing?: boolean | undefined
    hashBalanceFactor?: number | undefined
  }
  'envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig': {
  }
  'envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig': {
    routingEnabled?: Messages['envoy.type.v3.Percent'] | undefined
    minClusterSize?: string | number | undefined
    failTrafficOnPanic?: boolean | undefined
  }
  'envoy.config.cluster.v3.Cluster.CustomClusterType': {
    name?: string | undefined
    typedConfig?: Any | undefined
  }
  'envoy.config.cluster.v3.Cluster.EdsClusterConfig': {
    edsConfig?: Messages['envoy.config.core.v3.ConfigSource'] | undefined
    serviceName?: string | undefined
  }
  'envoy.config.cluster.v3.Cluster.LbSubsetConfig': {
    fallbackPolicy?: 'NO_FALLBACK' | 'ANY_ENDPOINT' | 'DEFAULT_SUBSET' | undefined
    defaultSubset?: Record<string, unknown> | undefined
    subsetSelectors?: Messages['envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector'][] | undefined
    localityWeightAware?: boolean | undefined
    scaleLocalityWeight?: boolean | undefined
    panicModeAny?: boolean | undefined
    listAsAny?: boolean | undefined
    metadataFallbackPolicy?: 'METADATA_NO_FALLBACK' | 'FALLBACK_LIST' | undefined
  }
  'envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector': {
    keys?: string[] | undefined
    singleHostPerSubset?: boolean | undefined
    fallbackPolicy?: 'NOT_DEFINED' | 'NO_FALLBACK' | 'ANY_ENDPOINT' | 'DEFAULT_SUBSET' | 'KEYS_SUBSET' | undefined
    fallbackKeysSubset?: string[] | undefined
  }
  'envoy.config.cluster.v3.Cluster.LeastRequestLbConfig': {
    choiceCount?: number | undefined
    activeRequestBias?: Messages['envoy.config.core.v3.RuntimeDouble'] | undefined
    slowStartConfig?: Messages['envoy.config.cluster.v3.Cluster.SlowStartConfig'] | undefined
  }
  'envoy.config.cluster.v3.Cluster.MaglevLbConfig': {
    tableSize?: string | number | undefined
  }
  'envoy.config.cluster.v3.Cluster.OriginalDstLbConfig': {
    useHttpHeader?: boolean | undefined
    httpHeaderName?: string | undefined
    upstreamPortOverride?: number | undefined
    metadataKey?: Messages['envoy.type.metadata.v3.MetadataKey'] | undefined
  }
  'envoy.config.cluster.v3.Cluster.PreconnectPolicy': {
    perUpstreamPreconnectRatio?: number | undefined
    predictivePreconnectRatio?: number | undefined
    preconnectEnabledMetadata?: Messages['envoy.type.matcher.v3.MetadataMatcher'] | undefined
  }
  'envoy.config.cluster.v3.Cluster.QueuingPolicies': {
    pendingRqPolicy?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
  }
  'envoy.config.cluster.v3.Cluster.RefreshRate': {
    baseInterval?: string | undefined
    maxInterval?: string | undefined
  }
  'envoy.config.cluster.v3.Cluster.RingHashLbConfig': {
    minimumRingSize?: string | number | undefined
    hashFunction?: 'XX_HASH' | 'MURMUR_HASH_2' | undefined
    maximumRingSize?: string | number | undefined
  }
  'envoy.config.cluster.v3.Cluster.RoundRobinLbConfig': {
    slowStartConfig?: Messages['envoy.config.cluster.v3.Cluster.SlowStartConfig'] | undefined
  }
  'envoy.config.cluster.v3.Cluster.SlowStartConfig': {
    slowStartWindow?: string | undefined
    aggression?: Messages['envoy.config.core.v3.RuntimeDouble'] | undefined
    minWeightPercent?: Messages['envoy.type.v3.Percent'] | undefined
  }
  'envoy.config.cluster.v3.Cluster.TransportSocketMatch': {
    name?: string | undefined
    match?: Record<string, unknown> | undefined
    transportSocket?: Messages['envoy.config.core.v3.TransportSocket'] | undefined
  }
  'envoy.config.cluster.v3.Filter': {
    name?: string | undefined
    typedConfig?: Any | undefined
    configDiscovery?: Messages['envoy.config.core.v3.ExtensionConfigSource'] | undefined
  }
  'envoy.config.cluster.v3.LoadBalancingPolicy': {
    policies?: Messages['envoy.config.cluster.v3.LoadBalancingPolicy.Policy'][] | undefined
  }
  'envoy.config.cluster.v3.LoadBalancingPolicy.Policy': {
    typedExtensionConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
  }
  'envoy.config.cluster.v3.OutlierDetection': {
    consecutive5xx?: number | undefined
    interval?: string | undefined
    baseEjectionTime?: string | undefined
    maxEjectionPercent?: number | undefined
    enforcingConsecutive5xx?: number | undefined
    enforcingSuccessRate?: number | undefined
    successRateMinimumHosts?: number | undefined
    successRateRequestVolume?: number | undefined
    successRateStdevFactor?: number | undefined
    consecutiveGatewayFailure?: number | undefined
    enforcingConsecutiveGatewayFailure?: number | undefined
    splitExternalLocalOriginErrors?: boolean | undefined
    consecutiveLocalOriginFailure?: number | undefined
    enforcingConsecutiveLocalOriginFailure?: number | undefined
    enforcingLocalOriginSuccessRate?: number | undefined
    failurePercentageThreshold?: number | undefined
    enforcingFailurePercentage?: number | undefined
    enforcingFailurePercentageLocalOrigin?: number | undefined
    failurePercentageMinimumHosts?: number | undefined
    failurePercentageRequestVolume?: number | undefined
    maxEjectionTime?: string | undefined
    maxEjectionTimeJitter?: string | undefined
    successfulActiveHealthCheckUnejectHost?: boolean | undefined
    monitors?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
    alwaysEjectOneHost?: boolean | undefined
    detectDegradedHosts?: boolean | undefined
  }
  'envoy.config.cluster.v3.TrackClusterStats': {
    timeoutBudgets?: boolean | undefined
    requestResponseSizes?: boolean | undefined
    perEndpointStats?: boolean | undefined
  }
  'envoy.config.cluster.v3.UpstreamConnectionOptions': {
    tcpKeepalive?: Messages['envoy.config.core.v3.TcpKeepalive'] | undefined
    setLocalInterfaceNameOnUpstreamConnections?: boolean | undefined
    happyEyeballsConfig?: Messages['envoy.config.cluster.v3.UpstreamConnectionOptions.HappyEyeballsConfig'] | undefined
  }
  'envoy.config.cluster.v3.UpstreamConnectionOptions.HappyEyeballsConfig': {
    firstAddressFamilyVersion?: 'DEFAULT' | 'V4' | 'V6' | 'PIPE' | 'INTERNAL' | undefined
    firstAddressFamilyCount?: number | undefined
  }
  'envoy.config.common.key_value.v3.KeyValueStoreConfig': {
    config?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
  }
  'envoy.config.common.matcher.v3.HttpGenericBodyMatch': {
    bytesLimit?: number | undefined
    patterns?: Messages['envoy.config.common.matcher.v3.HttpGenericBodyMatch.GenericTextMatch'][] | undefined
  }
  'envoy.config.common.matcher.v3.HttpGenericBodyMatch.GenericTextMatch': {
    stringMatch?: string | undefined
    binaryMatch?: string | undefined
  }
  'envoy.config.common.matcher.v3.HttpHeadersMatch': {
    headers?: Messages['envoy.config.route.v3.HeaderMatcher'][] | undefined
  }
  'envoy.config.common.matcher.v3.MatchPredicate': {
    orMatch?: Messages['envoy.config.common.matcher.v3.MatchPredicate.MatchSet'] | undefined
    andMatch?: Messages['envoy.config.common.matcher.v3.MatchPredicate.MatchSet'] | undefined
    notMatch?: Messages['envoy.config.common.matcher.v3.MatchPredicate'] | undefined
    anyMatch?: boolean | undefined
    httpRequestHeadersMatch?: Messages['envoy.config.common.matcher.v3.HttpHeadersMatch'] | undefined
    httpRequestTrailersMatch?: Messages['envoy.config.common.matcher.v3.HttpHeadersMatch'] | undefined
    httpResponseHeadersMatch?: Messages['envoy.config.common.matcher.v3.HttpHeadersMatch'] | undefined
    httpResponseTrailersMatch?: Messages['envoy.config.common.matcher.v3.HttpHeadersMatch'] | undefined
    httpRequestGenericBodyMatch?: Messages['envoy.config.common.matcher.v3.HttpGenericBodyMatch'] | undefined
    httpResponseGenericBodyMatch?: Messages['envoy.config.common.matcher.v3.HttpGenericBodyMatch'] | undefined
  }
  'envoy.config.common.matcher.v3.MatchPredicate.MatchSet': {
    rules?: Messages['envoy.config.common.matcher.v3.MatchPredicate'][] | undefined
  }
  'envoy.config.common.mutation_rules.v3.HeaderMutation': {
    remove?: string | undefined
    append?: Messages['envoy.config.core.v3.HeaderValueOption'] | undefined
    removeOnMatch?: Messages['envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch'] | undefined
  }
  'envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch': {
    keyMatcher?: Messages['envoy.type.matcher.v3.StringMatcher'] | undefined
  }
  'envoy.config.common.mutation_rules.v3.HeaderMutationRules': {
    allowAllRouting?: boolean | undefined
    allowEnvoy?: boolean | undefined
    disallowSystem?: boolean | undefined
    disallowAll?: boolean | undefined
    allowExpression?: Messages['envoy.type.matcher.v3.RegexMatcher'] | undefined
    disallowExpression?: Messages['envoy.type.matcher.v3.RegexMatcher'] | undefined
    disallowIsError?: boolean | undefined
  }
  'envoy.config.core.v3.Address': {
    socketAddress?: Messages['envoy.config.core.v3.SocketAddress'] | undefined
    pipe?: Messages['envoy.config.core.v3.Pipe'] | undefined
    envoyInternalAddress?: Messages['envoy.config.core.v3.EnvoyInternalAddress'] | undefined
  }
  'envoy.config.core.v3.AggregatedConfigSource': {
  }
  'envoy.config.core.v3.AlternateProtocolsCacheOptions': {
    name?: string | undefined
    maxEntries?: number | undefined
    keyValueStoreConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    prepopulatedEntries?: Messages['envoy.config.core.v3.AlternateProtocolsCacheOptions.AlternateProtocolsCacheEntry'][] | undefined
    canonicalSuffixes?: string[] | undefined
  }
  'envoy.config.core.v3.AlternateProtocolsCacheOptions.AlternateProtocolsCacheEntry': {
    hostname?: string | undefined
    port?: number | undefined
  }
  'envoy.config.core.v3.ApiConfigSource': {
    apiType?: 'DEPRECATED_AND_UNAVAILABLE_DO_NOT_USE' | 'REST' | 'GRPC' | 'DELTA_GRPC' | 'AGGREGATED_GRPC' | 'AGGREGATED_DELTA_GRPC' | undefined
    transportApiVersion?: 'AUTO' | 'V2' | 'V3' | undefined
    clusterNames?: string[] | undefined
    grpcServices?: Messages['envoy.config.core.v3.GrpcService'][] | undefined
    refreshDelay?: string | undefined
    requestTimeout?: string | undefined
    rateLimitSettings?: Messages['envoy.config.core.v3.RateLimitSettings'] | undefined
    setNodeOnFirstMessageOnly?: boolean | undefined
    configValidators?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
  }
  'envoy.config.core.v3.AsyncDataSource': {
    local?: Messages['envoy.config.core.v3.DataSource'] | undefined
    remote?: Messages['envoy.config.core.v3.RemoteDataSource'] | undefined
  }
  'envoy.config.core.v3.BackoffStrategy': {
    baseInterval?: string | undefined
    maxInterval?: string | undefined
  }
  'envoy.config.core.v3.BindConfig': {
    sourceAddress?: Messages['envoy.config.core.v3.SocketAddress'] | undefined
    freebind?: boolean | undefined
    socketOptions?: Messages['envoy.config.core.v3.SocketOption'][] | undefined
    extraSourceAddresses?: Messages['envoy.config.core.v3.ExtraSourceAddress'][] | undefined
    additionalSourceAddresses?: Messages['envoy.config.core.v3.SocketAddress'][] | undefined
    localAddressSelector?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    validateNetworkNamespaces?: boolean | undefined
  }
  'envoy.config.core.v3.CelExpressionConfig': {
    enableStringConversion?: boolean | undefined
    enableStringConcat?: boolean | undefined
    enableStringFunctions?: boolean | undefined
  }
  'envoy.config.core.v3.CidrRange': {
    addressPrefix?: string | undefined
    prefixLen?: number | undefined
  }
  'envoy.config.core.v3.ConfigSource': {
    authorities?: Messages['xds.core.v3.Authority'][] | undefined
    path?: string | undefined
    pathConfigSource?: Messages['envoy.config.core.v3.PathConfigSource'] | undefined
    apiConfigSource?: Messages['envoy.config.core.v3.ApiConfigSource'] | undefined
    ads?: Messages['envoy.config.core.v3.AggregatedConfigSource'] | undefined
    self?: Messages['envoy.config.core.v3.SelfConfigSource'] | undefined
    initialFetchTimeout?: string | undefined
    resourceApiVersion?: 'AUTO' | 'V2' | 'V3' | undefined
  }
  'envoy.config.core.v3.DataSource': {
    filename?: string | undefined
    inlineBytes?: string | undefined
    inlineString?: string | undefined
    environmentVariable?: string | undefined
    watchedDirectory?: Messages['envoy.config.core.v3.WatchedDirectory'] | undefined
  }
  'envoy.config.core.v3.DnsResolutionConfig': {
    resolvers?: Messages['envoy.config.core.v3.Address'][] | undefined
    dnsResolverOptions?: Messages['envoy.config.core.v3.DnsResolverOptions'] | undefined
  }
  'envoy.config.core.v3.DnsResolverOptions': {
    useTcpForDnsLookups?: boolean | undefined
    noDefaultSearchDomain?: boolean | undefined
  }
  'envoy.config.core.v3.EnvoyInternalAddress': {
    serverListenerName?: string | undefined
    endpointId?: string | undefined
  }
  'envoy.config.core.v3.EventServiceConfig': {
    grpcService?: Messages['envoy.config.core.v3.GrpcService'] | undefined
  }
  'envoy.config.core.v3.ExtensionConfigSource': {
    configSource?: Messages['envoy.config.core.v3.ConfigSource'] | undefined
    defaultConfig?: Any | undefined
    applyDefaultConfigWithoutWarming?: boolean | undefined
    typeUrls?: string[] | undefined
  }
  'envoy.config.core.v3.ExtraSourceAddress': {
    address?: Messages['envoy.config.core.v3.SocketAddress'] | undefined
    socketOptions?: Messages['envoy.config.core.v3.SocketOptionsOverride'] | undefined
  }
  'envoy.config.core.v3.GrpcMethodList': {
    services?: Messages['envoy.config.core.v3.GrpcMethodList.Service'][] | undefined
  }
  'envoy.config.core.v3.GrpcMethodList.Service': {
    name?: string | undefined
    methodNames?: string[] | undefined
  }
  'envoy.config.core.v3.GrpcService': {
    envoyGrpc?: Messages['envoy.config.core.v3.GrpcService.EnvoyGrpc'] | undefined
    googleGrpc?: Messages['envoy.config.core.v3.GrpcService.GoogleGrpc'] | undefined
    timeout?: string | undefined
    initialMetadata?: Messages['envoy.config.core.v3.HeaderValue'][] | undefined
    retryPolicy?: Messages['envoy.config.core.v3.RetryPolicy'] | undefined
  }
  'envoy.config.core.v3.GrpcService.EnvoyGrpc': {
    clusterName?: string | undefined
    authority?: string | undefined
    retryPolicy?: Messages['envoy.config.core.v3.RetryPolicy'] | undefined
    maxReceiveMessageLength?: number | undefined
    skipEnvoyHeaders?: boolean | undefined
  }
  'envoy.config.core.v3.GrpcService.GoogleGrpc': {
    targetUri?: string | undefined
    channelCredentials?: Messages['envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelCredentials'] | undefined
    channelCredentialsPlugin?: Any[] | undefined
    callCredentials?: Messages['envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials'][] | undefined
    callCredentialsPlugin?: Any[] | undefined
    statPrefix?: string | undefined
    credentialsFactoryName?: string | undefined
    config?: Record<string, unknown> | undefined
    perStreamBufferLimitBytes?: number | undefined
    channelArgs?: Messages['envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs'] | undefined
  }
  'envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials': {
    accessToken?: string | undefined
    googleComputeEngine?: Record<string, never> | undefined
    googleRefreshToken?: string | undefined
    serviceAccountJwtAccess?: Messages['envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.ServiceAccountJWTAccessCredentials'] | undefined
    googleIam?: Messages['envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.GoogleIAMCredentials'] | undefined
    fromPlugin?: Messages['envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.MetadataCredentialsFromPlugin'] | undefined
    stsService?: Messages['envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.StsService'] | undefined
  }
  'envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.GoogleIAMCredentials': {
    authorizationToken?: string | undefined
    authoritySelector?: string | undefined
  }
  'envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.MetadataCredentialsFromPlugin': {
    name?: string | undefined
    typedConfig?: Any | undefined
  }
  'envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.ServiceAccountJWTAccessCredentials': {
    jsonKey?: string | undefined
    tokenLifetimeSeconds?: string | number | undefined
  }
  'envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.StsService': {
    tokenExchangeServiceUri?: string | undefined
    resource?: string | undefined
    audience?: string | undefined
    scope?: string | undefined
    requestedTokenType?: string | undefined
    subjectTokenPath?: string | undefined
    subjectTokenType?: string | undefined
    actorTokenPath?: string | undefined
    actorTokenType?: string | undefined
  }
  'envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs': {
    args?: Record<string, Messages['envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs.Value']> | undefined
  }
  'envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs.Value': {
    stringValue?: string | undefined
    intValue?: string | number | undefined
  }
  'envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelCredentials': {
    sslCredentials?: Messages['envoy.config.core.v3.GrpcService.GoogleGrpc.SslCredentials'] | undefined
    googleDefault?: Record<string, never> | undefined
    localCredentials?: Messages['envoy.config.core.v3.GrpcService.GoogleGrpc.GoogleLocalCredentials'] | undefined
  }
  'envoy.config.core.v3.GrpcService.GoogleGrpc.GoogleLocalCredentials': {
  }
  'envoy.config.core.v3.GrpcService.GoogleGrpc.SslCredentials': {
    rootCerts?: Messages['envoy.config.core.v3.DataSource'] | undefined
    privateKey?: Messages['envoy.config.core.v3.DataSource'] | undefined
    certChain?: Messages['envoy.config.core.v3.DataSource'] | undefined
  }
  'envoy.config.core.v3.HeaderValue': {
    key?: string | undefined
    value?: string | undefined
    rawValue?: string | undefined
  }
  'envoy.config.core.v3.HeaderValueOption': {
    header?: Messages['envoy.config.core.v3.HeaderValue'] | undefined
    append?: boolean | undefined
    appendAction?: 'APPEND_IF_EXISTS_OR_ADD' | 'ADD_IF_ABSENT' | 'OVERWRITE_IF_EXISTS_OR_ADD' | 'OVERWRITE_IF_EXISTS' | undefined
    keepEmptyValue?: boolean | undefined
  }
  'envoy.config.core.v3.HealthCheck': {
    name?: string | undefined
    timeout?: string | undefined
    interval?: string | undefined
    initialJitter?: string | undefined
    intervalJitter?: string | undefined
    intervalJitterPercent?: number | undefined
    unhealthyThreshold?: number | undefined
    healthyThreshold?: number | undefined
    altPort?: number | undefined
    reuseConnection?: boolean | undefined
    httpHealthCheck?: Messages['envoy.config.core.v3.HealthCheck.HttpHealthCheck'] | undefined
    tcpHealthCheck?: Messages['envoy.config.core.v3.HealthCheck.TcpHealthCheck'] | undefined
    grpcHealthCheck?: Messages['envoy.config.core.v3.HealthCheck.GrpcHealthCheck'] | undefined
    customHealthCheck?: Messages['envoy.config.core.v3.HealthCheck.CustomHealthCheck'] | undefined
    noTrafficInterval?: string | undefined
    noTrafficHealthyInterval?: string | undefined
    unhealthyInterval?: string | undefined
    unhealthyEdgeInterval?: string | undefined
    healthyEdgeInterval?: string | undefined
    eventLogPath?: string | undefined
    eventLogger?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
    eventService?: Messages['envoy.config.core.v3.EventServiceConfig'] | undefined
    alwaysLogHealthCheckFailures?: boolean | undefined
    alwaysLogHealthCheckSuccess?: boolean | undefined
    tlsOptions?: Messages['envoy.config.core.v3.HealthCheck.TlsOptions'] | undefined
    transportSocketMatchCriteria?: Record<string, unknown> | undefined
  }
  'envoy.config.core.v3.HealthCheck.CustomHealthCheck': {
    name?: string | undefined
    typedConfig?: Any | undefined
  }
  'envoy.config.core.v3.HealthCheck.GrpcHealthCheck': {
    serviceName?: string | undefined
    authority?: string | undefined
    initialMetadata?: Messages['envoy.config.core.v3.HeaderValueOption'][] | undefined
  }
  'envoy.config.core.v3.HealthCheck.HttpHealthCheck': {
    host?: string | undefined
    path?: string | undefined
    send?: Messages['envoy.config.core.v3.HealthCheck.Payload'] | undefined
    receive?: Messages['envoy.config.core.v3.HealthCheck.Payload'][] | undefined
    responseBufferSize?: string | number | undefined
    requestHeadersToAdd?: Messages['envoy.config.core.v3.HeaderValueOption'][] | undefined
    requestHeadersToRemove?: string[] | undefined
    expectedStatuses?: Messages['envoy.type.v3.Int64Range'][] | undefined
    retriableStatuses?: Messages['envoy.type.v3.Int64Range'][] | undefined
    codecClientType?: 'HTTP1' | 'HTTP2' | 'HTTP3' | undefined
    useAlpnProtocol?: boolean | undefined
    serviceNameMatcher?: Messages['envoy.type.matcher.v3.StringMatcher'] | undefined
    method?: 'METHOD_UNSPECIFIED' | 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'CONNECT' | 'OPTIONS' | 'TRACE' | 'PATCH' | undefined
  }
  'envoy.config.core.v3.HealthCheck.Payload': {
    text?: string | undefined
    binary?: string | undefined
  }
  'envoy.config.core.v3.HealthCheck.TcpHealthCheck': {
    send?: Messages['envoy.config.core.v3.HealthCheck.Payload'] | undefined
    receive?: Messages['envoy.config.core.v3.HealthCheck.Payload'][] | undefined
    proxyProtocolConfig?: Messages['envoy.config.core.v3.ProxyProtocolConfig'] | undefined
  }
  'envoy.config.core.v3.HealthCheck.TlsOptions': {
    alpnProtocols?: string[] | undefined
  }
  'envoy.config.core.v3.HealthStatusSet': {
    statuses?: ('UNKNOWN' | 'HEALTHY' | 'UNHEALTHY' | 'DRAINING' | 'TIMEOUT' | 'DEGRADED')[] | undefined
  }
  'envoy.config.core.v3.Http1ProtocolOptions': {
    allowAbsoluteUrl?: boolean | undefined
    acceptHttp10?: boolean | undefined
    defaultHostForHttp10?: string | undefined
    headerKeyFormat?: Messages['envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat'] | undefined
    enableTrailers?: boolean | undefined
    allowChunkedLength?: boolean | undefined
    overrideStreamErrorOnInvalidHttpMessage?: boolean | undefined
    sendFullyQualifiedUrl?: boolean | undefined
    useBalsaParser?: boolean | undefined
    allowCustomMethods?: boolean | undefined
    ignoreHttp11Upgrade?: Messages['envoy.type.matcher.v3.StringMatcher'][] | undefined
  }
  'envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat': {
    properCaseWords?: Messages['envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords'] | undefined
    statefulFormatter?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
  }
  'envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords': {
  }
  'envoy.config.core.v3.Http2ProtocolOptions': {
    hpackTableSize?: number | undefined
    maxConcurrentStreams?: number | undefined
    initialStreamWindowSize?: number | undefined
    initialConnectionWindowSize?: number | undefined
    allowConnect?: boolean | undefined
    allowMetadata?: boolean | undefined
    maxOutboundFrames?: number | undefined
    maxOutboundControlFrames?: number | undefined
    maxConsecutiveInboundFramesWithEmptyPayload?: number | undefined
    maxInboundPriorityFramesPerStream?: number | undefined
    maxInboundWindowUpdateFramesPerDataFrameSent?: number | undefined
    streamErrorOnInvalidHttpMessaging?: boolean | undefined
    overrideStreamErrorOnInvalidHttpMessage?: boolean | undefined
    customSettingsParameters?: Messages['envoy.config.core.v3.Http2ProtocolOptions.SettingsParameter'][] | undefined
    connectionKeepalive?: Messages['envoy.config.core.v3.KeepaliveSettings'] | undefined
    useOghttp2Codec?: boolean | undefined
    maxMetadataSize?: string | number | undefined
    enableHuffmanEncoding?: boolean | undefined
    maxHeaderFieldSizeKb?: number | undefined
    disallowObsText?: boolean | undefined
    streamResetBurst?: string | number | undefined
    streamResetRate?: string | number | undefined
  }
  'envoy.config.core.v3.Http2ProtocolOptions.SettingsParameter': {
    identifier?: number | undefined
    value?: number | undefined
  }
  'envoy.config.core.v3.Http3ProtocolOptions': {
    quicProtocolOptions?: Messages['envoy.config.core.v3.QuicProtocolOptions'] | undefined
    overrideStreamErrorOnInvalidHttpMessage?: boolean | undefined
    allowExtendedConnect?: boolean | undefined
    allowMetadata?: boolean | undefined
    disableQpack?: boolean | undefined
    disableConnectionFlowControlForStreams?: boolean | undefined
    disallowObsText?: boolean | undefined
  }
  'envoy.config.core.v3.HttpProtocolOptions': {
    idleTimeout?: string | undefined
    maxConnectionDuration?: string | undefined
    maxConnectionDurationJitter?: Messages['envoy.type.v3.Percent'] | undefined
    maxHeadersCount?: number | undefined
    maxResponseHeadersKb?: number | undefined
    maxStreamDuration?: string | undefined
    headersWithUnderscoresAction?: 'ALLOW' | 'REJECT_REQUEST' | 'DROP_HEADER' | undefined
    maxRequestsPerConnection?: number | undefined
  }
  'envoy.config.core.v3.HttpService': {
    httpUri?: Messages['envoy.config.core.v3.HttpUri'] | undefined
    requestHeadersToAdd?: Messages['envoy.config.core.v3.HeaderValueOption'][] | undefined
    formatters?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
  }
  'envoy.config.core.v3.HttpUri': {
    uri?: string | undefined
    cluster?: string | undefined
    timeout?: string | undefined
  }
  'envoy.config.core.v3.JsonFormatOptions': {
    sortProperties?: boolean | undefined
  }
  'envoy.config.core.v3.KeepaliveSettings': {
    interval?: string | undefined
    timeout?: string | undefined
    intervalJitter?: Messages['envoy.type.v3.Percent'] | undefined
    connectionIdleInterval?: string | undefined
  }
  'envoy.config.core.v3.Locality': {
    region?: string | undefined
    zone?: string | undefined
    subZone?: string | undefined
  }
  'envoy.config.core.v3.Metadata': {
    filterMetadata?: Record<string, Record<string, unknown>> | undefined
    typedFilterMetadata?: Record<string, Any> | undefined
  }
  'envoy.config.core.v3.PathConfigSource': {
    path?: string | undefined
    watchedDirectory?: Messages['envoy.config.core.v3.WatchedDirectory'] | undefined
    pollInterval?: string | undefined
  }
  'envoy.config.core.v3.Pipe': {
    path?: string | undefined
    mode?: number | undefined
  }
  'envoy.config.core.v3.ProxyProtocolConfig': {
    version?: 'V1' | 'V2' | undefined
    passThroughTlvs?: Messages['envoy.config.core.v3.ProxyProtocolPassThroughTLVs'] | undefined
    addedTlvs?: Messages['envoy.config.core.v3.TlvEntry'][] | undefined
  }
  'envoy.config.core.v3.ProxyProtocolPassThroughTLVs': {
    matchType?: 'INCLUDE_ALL' | 'INCLUDE' | undefined
    tlvType?: number[] | undefined
  }
  'envoy.config.core.v3.QuicKeepAliveSettings': {
    maxInterval?: string | undefined
    initialInterval?: string | undefined
  }
  'envoy.config.core.v3.QuicProtocolOptions': {
    maxConcurrentStreams?: number | undefined
    initialStreamWindowSize?: number | undefined
    initialConnectionWindowSize?: number | undefined
    numTimeoutsToTriggerPortMigration?: number | undefined
    connectionKeepalive?: Messages['envoy.config.core.v3.QuicKeepAliveSettings'] | undefined
    connectionOptions?: string | undefined
    clientConnectionOptions?: string | undefined
    idleNetworkTimeout?: string | undefined
    maxPacketLength?: string | number | undefined
    clientPacketWriter?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    connectionMigration?: Messages['envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings'] | undefined
    memoryReductionTimeout?: string | undefined
    enableScone?: boolean | undefined
  }
  'envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings': {
    migrateIdleConnections?: Messages['envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings.MigrateIdleConnectionSettings'] | undefined
    maxTimeOnNonDefaultNetwork?: string | undefined
  }
  'envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings.MigrateIdleConnectionSettings': {
    maxIdleTimeBeforeMigration?: string | undefined
  }
  'envoy.config.core.v3.RateLimitSettings': {
    maxTokens?: number | undefined
    fillRate?: number | undefined
  }
  'envoy.config.core.v3.RemoteDataSource': {
    httpUri?: Messages['envoy.config.core.v3.HttpUri'] | undefined
    sha256?: string | undefined
    retryPolicy?: Messages['envoy.config.core.v3.RetryPolicy'] | undefined
  }
  'envoy.config.core.v3.RetryPolicy': {
    retryBackOff?: Messages['envoy.config.core.v3.BackoffStrategy'] | undefined
    numRetries?: number | undefined
    retryOn?: string | undefined
    retryPriority?: Messages['envoy.config.core.v3.RetryPolicy.RetryPriority'] | undefined
    retryHostPredicate?: Messages['envoy.config.core.v3.RetryPolicy.RetryHostPredicate'][] | undefined
    hostSelectionRetryMaxAttempts?: string | number | undefined
  }
  'envoy.config.core.v3.RetryPolicy.RetryHostPredicate': {
    name?: string | undefined
    typedConfig?: Any | undefined
  }
  'envoy.config.core.v3.RetryPolicy.RetryPriority': {
    name?: string | undefined
    typedConfig?: Any | undefined
  }
  'envoy.config.core.v3.RuntimeDouble': {
    defaultValue?: number | undefined
    runtimeKey?: string | undefined
  }
  'envoy.config.core.v3.RuntimeFeatureFlag': {
    defaultValue?: boolean | undefined
    runtimeKey?: string | undefined
  }
  'envoy.config.core.v3.RuntimeFractionalPercent': {
    defaultValue?: Messages['envoy.type.v3.FractionalPercent'] | undefined
    runtimeKey?: string | undefined
  }
  'envoy.config.core.v3.RuntimeUInt32': {
    defaultValue?: number | undefined
    runtimeKey?: string | undefined
  }
  'envoy.config.core.v3.SchemeHeaderTransformation': {
    schemeToOverwrite?: string | undefined
    matchUpstream?: boolean | undefined
  }
  'envoy.config.core.v3.SelfConfigSource': {
    transportApiVersion?: 'AUTO' | 'V2' | 'V3' | undefined
  }
  'envoy.config.core.v3.SocketAddress': {
    protocol?: 'TCP' | 'UDP' | undefined
    address?: string | undefined
    portValue?: number | undefined
    namedPort?: string | undefined
    resolverName?: string | undefined
    ipv4Compat?: boolean | undefined
    networkNamespaceFilepath?: string | undefined
  }
  'envoy.config.core.v3.SocketCmsgHeaders': {
    level?: number | undefined
    type?: number | undefined
    expectedSize?: number | undefined
  }
  'envoy.config.core.v3.SocketOption': {
    description?: string | undefined
    level?: string | number | undefined
    name?: string | number | undefined
    intValue?: string | number | undefined
    bufValue?: string | undefined
    state?: 'STATE_PREBIND' | 'STATE_BOUND' | 'STATE_LISTENING' | undefined
    type?: Messages['envoy.config.core.v3.SocketOption.SocketType'] | undefined
    ipVersion?: 'SOCKET_IP_VERSION_UNSPECIFIED' | 'SOCKET_IP_VERSION_IPV4' | 'SOCKET_IP_VERSION_IPV6' | undefined
  }
  'envoy.config.core.v3.SocketOption.SocketType': {
    stream?: Messages['envoy.config.core.v3.SocketOption.SocketType.Stream'] | undefined
    datagram?: Messages['envoy.config.core.v3.SocketOption.SocketType.Datagram'] | undefined
  }
  'envoy.config.core.v3.SocketOption.SocketType.Datagram': {
  }
  'envoy.config.core.v3.SocketOption.SocketType.Stream': {
  }
  'envoy.config.core.v3.SocketOptionsOverride': {
    socketOptions?: Messages['envoy.config.core.v3.SocketOption'][] | undefined
  }
  'envoy.config.core.v3.SubstitutionFormatString': {
    textFormat?: string | undefined
    jsonFormat?: Record<string, unknown> | undefined
    textFormatSource?: Messages['envoy.config.core.v3.DataSource'] | undefined
    omitEmptyValues?: boolean | undefined
    contentType?: string | undefined
    formatters?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
    jsonFormatOptions?: Messages['envoy.config.core.v3.JsonFormatOptions'] | undefined
  }
  'envoy.config.core.v3.TcpKeepalive': {
    keepaliveProbes?: number | undefined
    keepaliveTime?: number | undefined
    keepaliveInterval?: number | undefined
  }
  'envoy.config.core.v3.TlvEntry': {
    type?: number | undefined
    value?: string | undefined
    formatString?: Messages['envoy.config.core.v3.SubstitutionFormatString'] | undefined
  }
  'envoy.config.core.v3.TransportSocket': {
    name?: string | undefined
    typedConfig?: Any | undefined
  }
  'envoy.config.core.v3.TypedExtensionConfig': {
    name?: string | undefined
    typedConfig?: Any | undefined
  }
  'envoy.config.core.v3.UdpSocketConfig': {
    maxRxDatagramSize?: string | number | undefined
    preferGro?: boolean | undefined
  }
  'envoy.config.core.v3.UpstreamHttpProtocolOptions': {
    autoSni?: boolean | undefined
    autoSanValidation?: boolean | undefined
    overrideAutoSniHeader?: string | undefined
  }
  'envoy.config.core.v3.WatchedDirectory': {
    path?: string | undefined
    watchModify?: boolean | undefined
  }
  'envoy.config.endpoint.v3.ClusterLoadAssignment': {
    clusterName?: string | undefined
    endpoints?: Messages['envoy.config.endpoint.v3.LocalityLbEndpoints'][] | undefined
    namedEndpoints?: Record<string, Messages['envoy.config.endpoint.v3.Endpoint']> | undefined
    policy?: Messages['envoy.config.endpoint.v3.ClusterLoadAssignment.Policy'] | undefined
  }
  'envoy.config.endpoint.v3.ClusterLoadAssignment.Policy': {
    dropOverloads?: Messages['envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload'][] | undefined
    overprovisioningFactor?: number | undefined
    endpointStaleAfter?: string | undefined
    weightedPriorityHealth?: boolean | undefined
  }
  'envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload': {
    category?: string | undefined
    dropPercentage?: Messages['envoy.type.v3.FractionalPercent'] | undefined
  }
  'envoy.config.endpoint.v3.Endpoint': {
    address?: Messages['envoy.config.core.v3.Address'] | undefined
    healthCheckConfig?: Messages['envoy.config.endpoint.v3.Endpoint.HealthCheckConfig'] | undefined
    hostname?: string | undefined
    additionalAddresses?: Messages['envoy.config.endpoint.v3.Endpoint.AdditionalAddress'][] | undefined
    observabilityName?: string | undefined
  }
  'envoy.config.endpoint.v3.Endpoint.AdditionalAddress': {
    address?: Messages['envoy.config.core.v3.Address'] | undefined
  }
  'envoy.config.endpoint.v3.Endpoint.HealthCheckConfig': {
    portValue?: number | undefined
    hostname?: string | undefined
    address?: Messages['envoy.config.core.v3.Address'] | undefined
    disableActiveHealthCheck?: boolean | undefined
  }
  'envoy.config.endpoint.v3.LbEndpoint': {
    endpoint?: Messages['envoy.config.endpoint.v3.Endpoint'] | undefined
    endpointName?: string | undefined
    healthStatus?: 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY' | 'DRAINING' | 'TIMEOUT' | 'DEGRADED' | undefined
    metadata?: Messages['envoy.config.core.v3.Metadata'] | undefined
    loadBalancingWeight?: number | undefined
  }
  'envoy.config.endpoint.v3.LedsClusterLocalityConfig': {
    ledsConfig?: Messages['envoy.config.core.v3.ConfigSource'] | undefined
    ledsCollectionName?: string | undefined
  }
  'envoy.config.endpoint.v3.LocalityLbEndpoints': {
    locality?: Messages['envoy.config.core.v3.Locality'] | undefined
    metadata?: Messages['envoy.config.core.v3.Metadata'] | undefined
    lbEndpoints?: Messages['envoy.config.endpoint.v3.LbEndpoint'][] | undefined
    loadBalancerEndpoints?: Messages['envoy.config.endpoint.v3.LocalityLbEndpoints.LbEndpointList'] | undefined
    ledsClusterLocalityConfig?: Messages['envoy.config.endpoint.v3.LedsClusterLocalityConfig'] | undefined
    loadBalancingWeight?: number | undefined
    priority?: number | undefined
    proximity?: number | undefined
  }
  'envoy.config.endpoint.v3.LocalityLbEndpoints.LbEndpointList': {
    lbEndpoints?: Messages['envoy.config.endpoint.v3.LbEndpoint'][] | undefined
  }
  'envoy.config.listener.v3.AdditionalAddress': {
    address?: Messages['envoy.config.core.v3.Address'] | undefined
    socketOptions?: Messages['envoy.config.core.v3.SocketOptionsOverride'] | undefined
    tcpKeepalive?: Messages['envoy.config.core.v3.TcpKeepalive'] | undefined
  }
  'envoy.config.listener.v3.ApiListener': {
    apiListener?: Any | undefined
  }
  'envoy.config.listener.v3.Filter': {
    name?: string | undefined
    typedConfig?: Any | undefined
    configDiscovery?: Messages['envoy.config.core.v3.ExtensionConfigSource'] | undefined
  }
  'envoy.config.listener.v3.FilterChain': {
    filterChainMatch?: Messages['envoy.config.listener.v3.FilterChainMatch'] | undefined
    filters?: Messages['envoy.config.listener.v3.Filter'][] | undefined
    useProxyProto?: boolean | undefined
    metadata?: Messages['envoy.config.core.v3.Metadata'] | undefined
    transportSocket?: Messages['envoy.config.core.v3.TransportSocket'] | undefined
    transportSocketConnectTimeout?: string | undefined
    name?: string | undefined
  }
  'envoy.config.listener.v3.FilterChainMatch': {
    destinationPort?: number | undefined
    prefixRanges?: Messages['envoy.config.core.v3.CidrRange'][] | undefined
    addressSuffix?: string | undefined
    suffixLen?: number | undefined
    directSourcePrefixRanges?: Messages['envoy.config.core.v3.CidrRange'][] | undefined
    sourceType?: 'ANY' | 'SAME_IP_OR_LOOPBACK' | 'EXTERNAL' | undefined
    sourcePrefixRanges?: Messages['envoy.config.core.v3.CidrRange'][] | undefined
    sourcePorts?: number[] | undefined
    serverNames?: string[] | undefined
    transportProtocol?: string | undefined
    applicationProtocols?: string[] | undefined
  }
  'envoy.config.listener.v3.Listener': {
    name?: string | undefined
    address?: Messages['envoy.config.core.v3.Address'] | undefined
    additionalAddresses?: Messages['envoy.config.listener.v3.AdditionalAddress'][] | undefined
    statPrefix?: string | undefined
    statsMatcher?: Messages['envoy.config.metrics.v3.StatsMatcher'] | undefined
    filterChains?: Messages['envoy.config.listener.v3.FilterChain'][] | undefined
    fcdsConfig?: Messages['envoy.config.listener.v3.Listener.FcdsConfig'] | undefined
    filterChainMatcher?: Messages['xds.type.matcher.v3.Matcher'] | undefined
    useOriginalDst?: boolean | undefined
    defaultFilterChain?: Messages['envoy.config.listener.v3.FilterChain'] | undefined
    perConnectionBufferLimitBytes?: number | undefined
    perConnectionBufferHighWatermarkTimeout?: string | undefined
    metadata?: Messages['envoy.config.core.v3.Metadata'] | undefined
    deprecatedV1?: Messages['envoy.config.listener.v3.Listener.DeprecatedV1'] | undefined
    drainType?: 'DEFAULT' | 'MODIFY_ONLY' | undefined
    listenerFilters?: Messages['envoy.config.listener.v3.ListenerFilter'][] | undefined
    listenerFiltersTimeout?: string | undefined
    continueOnListenerFiltersTimeout?: boolean | undefined
    transparent?: boolean | undefined
    freebind?: boolean | undefined
    socketOptions?: Messages['envoy.config.core.v3.SocketOption'][] | undefined
    tcpFastOpenQueueLength?: number | undefined
    trafficDirection?: 'UNSPECIFIED' | 'INBOUND' | 'OUTBOUND' | undefined
    udpListenerConfig?: Messages['envoy.config.listener.v3.UdpListenerConfig'] | undefined
    apiListener?: Messages['envoy.config.listener.v3.ApiListener'] | undefined
    connectionBalanceConfig?: Messages['envoy.config.listener.v3.Listener.ConnectionBalanceConfig'] | undefined
    reusePort?: boolean | undefined
    enableReusePort?: boolean | undefined
    accessLog?: Messages['envoy.config.accesslog.v3.AccessLog'][] | undefined
    tcpBacklogSize?: number | undefined
    maxConnectionsToAcceptPerSocketEvent?: number | undefined
    bindToPort?: boolean | undefined
    internalListener?: Messages['envoy.config.listener.v3.Listener.InternalListenerConfig'] | undefined
    enableMptcp?: boolean | undefined
    ignoreGlobalConnLimit?: boolean | undefined
    bypassOverloadManager?: boolean | undefined
    tcpKeepalive?: Messages['envoy.config.core.v3.TcpKeepalive'] | undefined
  }
  'envoy.config.listener.v3.Listener.ConnectionBalanceConfig': {
    exactBalance?: Messages['envoy.config.listener.v3.Listener.ConnectionBalanceConfig.ExactBalance'] | undefined
    extendBalance?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    cpuLocalityBalance?: Messages['envoy.config.listener.v3.Listener.ConnectionBalanceConfig.CpuLocalityBalance'] | undefined
  }
  'envoy.config.listener.v3.Listener.ConnectionBalanceConfig.CpuLocalityBalance': {
  }
  'envoy.config.listener.v3.Listener.ConnectionBalanceConfig.ExactBalance': {
  }
  'envoy.config.listener.v3.Listener.DeprecatedV1': {
    bindToPort?: boolean | undefined
  }
  'envoy.config.listener.v3.Listener.FcdsConfig': {
    name?: string | undefined
    configSource?: Messages['envoy.config.core.v3.ConfigSource'] | undefined
  }
  'envoy.config.listener.v3.Listener.InternalListenerConfig': {
  }
  'envoy.config.listener.v3.ListenerFilter': {
    name?: string | undefined
    typedConfig?: Any | undefined
    configDiscovery?: Messages['envoy.config.core.v3.ExtensionConfigSource'] | undefined
    filterDisabled?: Messages['envoy.config.listener.v3.ListenerFilterChainMatchPredicate'] | undefined
  }
  'envoy.config.listener.v3.ListenerFilterChainMatchPredicate': {
    orMatch?: Messages['envoy.config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet'] | undefined
    andMatch?: Messages['envoy.config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet'] | undefined
    notMatch?: Messages['envoy.config.listener.v3.ListenerFilterChainMatchPredicate'] | undefined
    anyMatch?: boolean | undefined
    destinationPortRange?: Messages['envoy.type.v3.Int32Range'] | undefined
  }
  'envoy.config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet': {
    rules?: Messages['envoy.config.listener.v3.ListenerFilterChainMatchPredicate'][] | undefined
  }
  'envoy.config.listener.v3.QuicProtocolOptions': {
    quicProtocolOptions?: Messages['envoy.config.core.v3.QuicProtocolOptions'] | undefined
    idleTimeout?: string | undefined
    cryptoHandshakeTimeout?: string | undefined
    enabled?: Messages['envoy.config.core.v3.RuntimeFeatureFlag'] | undefined
    packetsToReadToConnectionCountRatio?: number | undefined
    cryptoStreamConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    proofSourceConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    connectionIdGeneratorConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    serverPreferredAddressConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    sendDisableActiveMigration?: boolean | undefined
    connectionDebugVisitorConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    saveCmsgConfig?: Messages['envoy.config.core.v3.SocketCmsgHeaders'][] | undefined
    rejectNewConnections?: boolean | undefined
    maxSessionsPerEventLoop?: number | undefined
  }
  'envoy.config.listener.v3.UdpListenerConfig': {
    downstreamSocketConfig?: Messages['envoy.config.core.v3.UdpSocketConfig'] | undefined
    quicOptions?: Messages['envoy.config.listener.v3.QuicProtocolOptions'] | undefined
    udpPacketPacketWriterConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
  }
  'envoy.config.metrics.v3.StatsMatcher': {
    rejectAll?: boolean | undefined
    exclusionList?: Messages['envoy.type.matcher.v3.ListStringMatcher'] | undefined
    inclusionList?: Messages['envoy.type.matcher.v3.ListStringMatcher'] | undefined
  }
  'envoy.config.rbac.v3.Permission': {
    andRules?: Messages['envoy.config.rbac.v3.Permission.Set'] | undefined
    orRules?: Messages['envoy.config.rbac.v3.Permission.Set'] | undefined
    any?: boolean | undefined
    header?: Messages['envoy.config.route.v3.HeaderMatcher'] | undefined
    urlPath?: Messages['envoy.type.matcher.v3.PathMatcher'] | undefined
    destinationIp?: Messages['envoy.config.core.v3.CidrRange'] | undefined
    destinationPort?: number | undefined
    destinationPortRange?: Messages['envoy.type.v3.Int32Range'] | undefined
    metadata?: Messages['envoy.type.matcher.v3.MetadataMatcher'] | undefined
    notRule?: Messages['envoy.config.rbac.v3.Permission'] | undefined
    requestedServerName?: Messages['envoy.type.matcher.v3.StringMatcher'] | undefined
    matcher?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    uriTemplate?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    sourcedMetadata?: Messages['envoy.config.rbac.v3.SourcedMetadata'] | undefined
  }
  'envoy.config.rbac.v3.Permission.Set': {
    rules?: Messages['envoy.config.rbac.v3.Permission'][] | undefined
  }
  'envoy.config.rbac.v3.Policy': {
    permissions?: Messages['envoy.config.rbac.v3.Permission'][] | undefined
    principals?: Messages['envoy.config.rbac.v3.Principal'][] | undefined
    condition?: Messages['google.api.expr.v1alpha1.Expr'] | undefined
    checkedCondition?: Messages['google.api.expr.v1alpha1.CheckedExpr'] | undefined
    celConfig?: Messages['envoy.config.core.v3.CelExpressionConfig'] | undefined
  }
  'envoy.config.rbac.v3.Principal': {
    andIds?: Messages['envoy.config.rbac.v3.Principal.Set'] | undefined
    orIds?: Messages['envoy.config.rbac.v3.Principal.Set'] | undefined
    any?: boolean | undefined
    authenticated?: Messages['envoy.config.rbac.v3.Principal.Authenticated'] | undefined
    sourceIp?: Messages['envoy.config.core.v3.CidrRange'] | undefined
    directRemoteIp?: Messages['envoy.config.core.v3.CidrRange'] | undefined
    remoteIp?: Messages['envoy.config.core.v3.CidrRange'] | undefined
    header?: Messages['envoy.config.route.v3.HeaderMatcher'] | undefined
    urlPath?: Messages['envoy.type.matcher.v3.PathMatcher'] | undefined
    metadata?: Messages['envoy.type.matcher.v3.MetadataMatcher'] | undefined
    filterState?: Messages['envoy.type.matcher.v3.FilterStateMatcher'] | undefined
    notId?: Messages['envoy.config.rbac.v3.Principal'] | undefined
    sourcedMetadata?: Messages['envoy.config.rbac.v3.SourcedMetadata'] | undefined
    custom?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
  }
  'envoy.config.rbac.v3.Principal.Authenticated': {
    principalName?: Messages['envoy.type.matcher.v3.StringMatcher'] | undefined
  }
  'envoy.config.rbac.v3.Principal.Set': {
    ids?: Messages['envoy.config.rbac.v3.Principal'][] | undefined
  }
  'envoy.config.rbac.v3.RBAC': {
    action?: 'ALLOW' | 'DENY' | 'LOG' | undefined
    policies?: Record<string, Messages['envoy.config.rbac.v3.Policy']> | undefined
    auditLoggingOptions?: Messages['envoy.config.rbac.v3.RBAC.AuditLoggingOptions'] | undefined
  }
  'envoy.config.rbac.v3.RBAC.AuditLoggingOptions': {
    auditCondition?: 'NONE' | 'ON_DENY' | 'ON_ALLOW' | 'ON_DENY_AND_ALLOW' | undefined
    loggerConfigs?: Messages['envoy.config.rbac.v3.RBAC.AuditLoggingOptions.AuditLoggerConfig'][] | undefined
  }
  'envoy.config.rbac.v3.RBAC.AuditLoggingOptions.AuditLoggerConfig': {
    auditLogger?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    isOptional?: boolean | undefined
  }
  'envoy.config.rbac.v3.SourcedMetadata': {
    metadataMatcher?: Messages['envoy.type.matcher.v3.MetadataMatcher'] | undefined
    metadataSource?: 'DYNAMIC' | 'ROUTE' | undefined
  }
  'envoy.config.route.v3.ClusterSpecifierPlugin': {
    extension?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    isOptional?: boolean | undefined
  }
  'envoy.config.route.v3.CookieMatcher': {
    name?: string | undefined
    stringMatch?: Messages['envoy.type.matcher.v3.StringMatcher'] | undefined
    invertMatch?: boolean | undefined
  }
  'envoy.config.route.v3.CorsPolicy': {
    allowOriginStringMatch?: Messages['envoy.type.matcher.v3.StringMatcher'][] | undefined
    allowMethods?: string | undefined
    allowHeaders?: string | undefined
    exposeHeaders?: string | undefined
    maxAge?: string | undefined
    allowCredentials?: boolean | undefined
    filterEnabled?: Messages['envoy.config.core.v3.RuntimeFractionalPercent'] | undefined
    shadowEnabled?: Messages['envoy.config.core.v3.RuntimeFractionalPercent'] | undefined
    allowPrivateNetworkAccess?: boolean | undefined
    forwardNotMatchingPreflights?: boolean | undefined
  }
  'envoy.config.route.v3.Decorator': {
    operation?: string | undefined
    propagate?: boolean | undefined
  }
  'envoy.config.route.v3.DirectResponseAction': {
    status?: number | undefined
    body?: Messages['envoy.config.core.v3.DataSource'] | undefined
    bodyFormat?: Messages['envoy.config.core.v3.SubstitutionFormatString'] | undefined
  }
  'envoy.config.route.v3.FilterAction': {
    action?: Any | undefined
  }
  'envoy.config.route.v3.HeaderMatcher': {
    name?: string | undefined
    exactMatch?: string | undefined
    safeRegexMatch?: Messages['envoy.type.matcher.v3.RegexMatcher'] | undefined
    rangeMatch?: Messages['envoy.type.v3.Int64Range'] | undefined
    presentMatch?: boolean | undefined
    prefixMatch?: string | undefined
    suffixMatch?: string | undefined
    containsMatch?: string | undefined
    stringMatch?: Messages['envoy.type.matcher.v3.StringMatcher'] | undefined
    invertMatch?: boolean | undefined
    treatMissingHeaderAsEmpty?: boolean | undefined
  }
  'envoy.config.route.v3.HedgePolicy': {
    initialRequests?: number | undefined
    additionalRequestChance?: Messages['envoy.type.v3.FractionalPercent'] | undefined
    hedgeOnPerTryTimeout?: boolean | undefined
  }
  'envoy.config.route.v3.InternalRedirectPolicy': {
    maxInternalRedirects?: number | undefined
    redirectResponseCodes?: number[] | undefined
    predicates?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
    allowCrossSchemeRedirect?: boolean | undefined
    responseHeadersToCopy?: string[] | undefined
  }
  'envoy.config.route.v3.NonForwardingAction': {
  }
  'envoy.config.route.v3.QueryParameterMatcher': {
    name?: string | undefined
    stringMatch?: Messages['envoy.type.matcher.v3.StringMatcher'] | undefined
    presentMatch?: boolean | undefined
  }
  'envoy.config.route.v3.RateLimit': {
    stage?: number | undefined
    disableKey?: string | undefined
    actions?: Messages['envoy.config.route.v3.RateLimit.Action'][] | undefined
    limit?: Messages['envoy.config.route.v3.RateLimit.Override'] | undefined
    hitsAddend?: Messages['envoy.config.route.v3.RateLimit.HitsAddend'] | undefined
    applyOnStreamDone?: boolean | undefined
    xRatelimitOption?: 'UNSPECIFIED' | 'OFF' | 'DRAFT_VERSION_03' | undefined
  }
  'envoy.config.route.v3.RateLimit.Action': {
    sourceCluster?: Messages['envoy.config.route.v3.RateLimit.Action.SourceCluster'] | undefined
    destinationCluster?: Messages['envoy.config.route.v3.RateLimit.Action.DestinationCluster'] | undefined
    requestHeaders?: Messages['envoy.config.route.v3.RateLimit.Action.RequestHeaders'] | undefined
    queryParameters?: Messages['envoy.config.route.v3.RateLimit.Action.QueryParameters'] | undefined
    remoteAddress?: Messages['envoy.config.route.v3.RateLimit.Action.RemoteAddress'] | undefined
    genericKey?: Messages['envoy.config.route.v3.RateLimit.Action.GenericKey'] | undefined
    headerValueMatch?: Messages['envoy.config.route.v3.RateLimit.Action.HeaderValueMatch'] | undefined
    dynamicMetadata?: Messages['envoy.config.route.v3.RateLimit.Action.DynamicMetaData'] | undefined
    metadata?: Messages['envoy.config.route.v3.RateLimit.Action.MetaData'] | undefined
    extension?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    maskedRemoteAddress?: Messages['envoy.config.route.v3.RateLimit.Action.MaskedRemoteAddress'] | undefined
    queryParameterValueMatch?: Messages['envoy.config.route.v3.RateLimit.Action.QueryParameterValueMatch'] | undefined
    remoteAddressMatch?: Messages['envoy.config.route.v3.RateLimit.Action.RemoteAddressMatch'] | undefined
  }
  'envoy.config.route.v3.RateLimit.Action.DestinationCluster': {
  }
  'envoy.config.route.v3.RateLimit.Action.DynamicMetaData': {
    descriptorKey?: string | undefined
    metadataKey?: Messages['envoy.type.metadata.v3.MetadataKey'] | undefined
    defaultValue?: string | undefined
  }
  'envoy.config.route.v3.RateLimit.Action.GenericKey': {
    descriptorValue?: string | undefined
    defaultValue?: string | undefined
    descriptorKey?: string | undefined
  }
  'envoy.config.route.v3.RateLimit.Action.HeaderValueMatch': {
    descriptorValue?: string | undefined
    defaultValue?: string | undefined
    descriptorKey?: string | undefined
    expectMatch?: boolean | undefined
    headers?: Messages['envoy.config.route.v3.HeaderMatcher'][] | undefined
  }
  'envoy.config.route.v3.RateLimit.Action.MaskedRemoteAddress': {
    v4PrefixMaskLen?: number | undefined
    v6PrefixMaskLen?: number | undefined
  }
  'envoy.config.route.v3.RateLimit.Action.MetaData': {
    descriptorKey?: string | undefined
    metadataKey?: Messages['envoy.type.metadata.v3.MetadataKey'] | undefined
    defaultValue?: string | undefined
    source?: 'DYNAMIC' | 'ROUTE_ENTRY' | 'CLUSTER_ENTRY' | 'CLUSTER_LOCALITY_ENTRY' | undefined
    skipIfAbsent?: boolean | undefined
  }
  'envoy.config.route.v3.RateLimit.Action.QueryParameterValueMatch': {
    descriptorValue?: string | undefined
    defaultValue?: string | undefined
    descriptorKey?: string | undefined
    expectMatch?: boolean | undefined
    queryParameters?: Messages['envoy.config.route.v3.QueryParameterMatcher'][] | undefined
  }
  'envoy.config.route.v3.RateLimit.Action.QueryParameters': {
    queryParameterName?: string | undefined
    descriptorKey?: string | undefined
    skipIfAbsent?: boolean | undefined
  }
  'envoy.config.route.v3.RateLimit.Action.RemoteAddress': {
  }
  'envoy.config.route.v3.RateLimit.Action.RemoteAddressMatch': {
    descriptorValue?: string | undefined
    descriptorKey?: string | undefined
    defaultValue?: string | undefined
    addressMatcher?: Messages['envoy.type.matcher.v3.AddressMatcher'] | undefined
  }
  'envoy.config.route.v3.RateLimit.Action.RequestHeaders': {
    headerName?: string | undefined
    descriptorKey?: string | undefined
    skipIfAbsent?: boolean | undefined
  }
  'envoy.config.route.v3.RateLimit.Action.SourceCluster': {
  }
  'envoy.config.route.v3.RateLimit.HitsAddend': {
    number?: string | number | undefined
    format?: string | undefined
    isNegativeHits?: boolean | undefined
  }
  'envoy.config.route.v3.RateLimit.Override': {
    dynamicMetadata?: Messages['envoy.config.route.v3.RateLimit.Override.DynamicMetadata'] | undefined
    rateLimit?: Messages['envoy.config.route.v3.RateLimit.Override.RateLimitOverride'] | undefined
  }
  'envoy.config.route.v3.RateLimit.Override.DynamicMetadata': {
    metadataKey?: Messages['envoy.type.metadata.v3.MetadataKey'] | undefined
  }
  'envoy.config.route.v3.RateLimit.Override.RateLimitOverride': {
    requestsPerUnit?: number | undefined
    unit?: 'UNKNOWN' | 'SECOND' | 'MINUTE' | 'HOUR' | 'DAY' | 'MONTH' | 'YEAR' | undefined
  }
  'envoy.config.route.v3.RedirectAction': {
    httpsRedirect?: boolean | undefined
    schemeRedirect?: string | undefined
    hostRedirect?: string | undefined
    portRedirect?: number | undefined
    pathRedirect?: string | undefined
    prefixRewrite?: string | undefined
    regexRewrite?: Messages['envoy.type.matcher.v3.RegexMatchAndSubstitute'] | undefined
    pathRewrite?: string | undefined
    responseCode?: 'MOVED_PERMANENTLY' | 'FOUND' | 'SEE_OTHER' | 'TEMPORARY_REDIRECT' | 'PERMANENT_REDIRECT' | undefined
    stripQuery?: boolean | undefined
  }
  'envoy.config.route.v3.RetryPolicy': {
    retryOn?: string | undefined
    numRetries?: number | undefined
    perTryTimeout?: string | undefined
    perTryIdleTimeout?: string | undefined
    retryPriority?: Messages['envoy.config.route.v3.RetryPolicy.RetryPriority'] | undefined
    retryHostPredicate?: Messages['envoy.config.route.v3.RetryPolicy.RetryHostPredicate'][] | undefined
    retryOptionsPredicates?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
    hostSelectionRetryMaxAttempts?: string | number | undefined
    retriableStatusCodes?: number[] | undefined
    retryBackOff?: Messages['envoy.config.route.v3.RetryPolicy.RetryBackOff'] | undefined
    rateLimitedRetryBackOff?: Messages['envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff'] | undefined
    retriableHeaders?: Messages['envoy.config.route.v3.HeaderMatcher'][] | undefined
    retriableRequestHeaders?: Messages['envoy.config.route.v3.HeaderMatcher'][] | undefined
    refreshClusterOnRetry?: boolean | undefined
  }
  'envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff': {
    resetHeaders?: Messages['envoy.config.route.v3.RetryPolicy.ResetHeader'][] | undefined
    maxInterval?: string | undefined
  }
  'envoy.config.route.v3.RetryPolicy.ResetHeader': {
    name?: string | undefined
    format?: 'SECONDS' | 'UNIX_TIMESTAMP' | undefined
  }
  'envoy.config.route.v3.RetryPolicy.RetryBackOff': {
    baseInterval?: string | undefined
    maxInterval?: string | undefined
  }
  'envoy.config.route.v3.RetryPolicy.RetryHostPredicate': {
    name?: string | undefined
    typedConfig?: Any | undefined
  }
  'envoy.config.route.v3.RetryPolicy.RetryPriority': {
    name?: string | undefined
    typedConfig?: Any | undefined
  }
  'envoy.config.route.v3.Route': {
    name?: string | undefined
    match?: Messages['envoy.config.route.v3.RouteMatch'] | undefined
    route?: Messages['envoy.config.route.v3.RouteAction'] | undefined
    redirect?: Messages['envoy.config.route.v3.RedirectAction'] | undefined
    directResponse?: Messages['envoy.config.route.v3.DirectResponseAction'] | undefined
    filterAction?: Messages['envoy.config.route.v3.FilterAction'] | undefined
    nonForwardingAction?: Messages['envoy.config.route.v3.NonForwardingAction'] | undefined
    metadata?: Messages['envoy.config.core.v3.Metadata'] | undefined
    decorator?: Messages['envoy.config.route.v3.Decorator'] | undefined
    typedPerFilterConfig?: Record<string, Any> | undefined
    requestHeadersToAdd?: Messages['envoy.config.core.v3.HeaderValueOption'][] | undefined
    requestHeadersToRemove?: string[] | undefined
    responseHeadersToAdd?: Messages['envoy.config.core.v3.HeaderValueOption'][] | undefined
    responseHeadersToRemove?: string[] | undefined
    tracing?: Messages['envoy.config.route.v3.Tracing'] | undefined
    perRequestBufferLimitBytes?: number | undefined
    statPrefix?: string | undefined
    requestBodyBufferLimit?: string | number | undefined
    routeSpecifiers?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
  }
  'envoy.config.route.v3.RouteAction': {
    cluster?: string | undefined
    clusterHeader?: string | undefined
    weightedClusters?: Messages['envoy.config.route.v3.WeightedCluster'] | undefined
    clusterSpecifierPlugin?: string | undefined
    inlineClusterSpecifierPlugin?: Messages['envoy.config.route.v3.ClusterSpecifierPlugin'] | undefined
    clusterNotFoundResponseCode?: 'SERVICE_UNAVAILABLE' | 'NOT_FOUND' | 'INTERNAL_SERVER_ERROR' | undefined
    metadataMatch?: Messages['envoy.config.core.v3.Metadata'] | undefined
    prefixRewrite?: string | undefined
    regexRewrite?: Messages['envoy.type.matcher.v3.RegexMatchAndSubstitute'] | undefined
    pathRewritePolicy?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    pathRewrite?: string | undefined
    hostRewriteLiteral?: string | undefined
    autoHostRewrite?: boolean | undefined
    hostRewriteHeader?: string | undefined
    hostRewritePathRegex?: Messages['envoy.type.matcher.v3.RegexMatchAndSubstitute'] | undefined
    hostRewrite?: string | undefined
    appendXForwardedHost?: boolean | undefined
    timeout?: string | undefined
    idleTimeout?: string | undefined
    flushTimeout?: string | undefined
    earlyDataPolicy?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    retryPolicy?: Messages['envoy.config.route.v3.RetryPolicy'] | undefined
    retryPolicyTypedConfig?: Any | undefined
    requestMirrorPolicies?: Messages['envoy.config.route.v3.RouteAction.RequestMirrorPolicy'][] | undefined
    priority?: 'DEFAULT' | 'HIGH' | undefined
    rateLimits?: Messages['envoy.config.route.v3.RateLimit'][] | undefined
    includeVhRateLimits?: boolean | undefined
    hashPolicy?: Messages['envoy.config.route.v3.RouteAction.HashPolicy'][] | undefined
    cors?: Messages['envoy.config.route.v3.CorsPolicy'] | undefined
    maxGrpcTimeout?: string | undefined
    grpcTimeoutOffset?: string | undefined
    upgradeConfigs?: Messages['envoy.config.route.v3.RouteAction.UpgradeConfig'][] | undefined
    internalRedirectPolicy?: Messages['envoy.config.route.v3.InternalRedirectPolicy'] | undefined
    internalRedirectAction?: 'PASS_THROUGH_INTERNAL_REDIRECT' | 'HANDLE_INTERNAL_REDIRECT' | undefined
    maxInternalRedirects?: number | undefined
    hedgePolicy?: Messages['envoy.config.route.v3.HedgePolicy'] | undefined
    maxStreamDuration?: Messages['envoy.config.route.v3.RouteAction.MaxStreamDuration'] | undefined
  }
  'envoy.config.route.v3.RouteAction.HashPolicy': {
    header?: Messages['envoy.config.route.v3.RouteAction.HashPolicy.Header'] | undefined
    cookie?: Messages['envoy.config.route.v3.RouteAction.HashPolicy.Cookie'] | undefined
    connectionProperties?: Messages['envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties'] | undefined
    queryParameter?: Messages['envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter'] | undefined
    filterState?: Messages['envoy.config.route.v3.RouteAction.HashPolicy.FilterState'] | undefined
    terminal?: boolean | undefined
  }
  'envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties': {
    sourceIp?: boolean | undefined
  }
  'envoy.config.route.v3.RouteAction.HashPolicy.Cookie': {
    name?: string | undefined
    ttl?: string | undefined
    path?: string | undefined
    attributes?: Messages['envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute'][] | undefined
  }
  'envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute': {
    name?: string | undefined
    value?: string | undefined
  }
  'envoy.config.route.v3.RouteAction.HashPolicy.FilterState': {
    key?: string | undefined
  }
  'envoy.config.route.v3.RouteAction.HashPolicy.Header': {
    headerName?: string | undefined
    regexRewrite?: Messages['envoy.type.matcher.v3.RegexMatchAndSubstitute'] | undefined
  }
  'envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter': {
    name?: string | undefined
  }
  'envoy.config.route.v3.RouteAction.MaxStreamDuration': {
    maxStreamDuration?: string | undefined
    grpcTimeoutHeaderMax?: string | undefined
    grpcTimeoutHeaderOffset?: string | undefined
  }
  'envoy.config.route.v3.RouteAction.RequestMirrorPolicy': {
    cluster?: string | undefined
    clusterHeader?: string | undefined
    runtimeFraction?: Messages['envoy.config.core.v3.RuntimeFractionalPercent'] | undefined
    traceSampled?: boolean | undefined
    disableShadowHostSuffixAppend?: boolean | undefined
    requestHeadersMutations?: Messages['envoy.config.common.mutation_rules.v3.HeaderMutation'][] | undefined
    hostRewriteLiteral?: string | undefined
  }
  'envoy.config.route.v3.RouteAction.UpgradeConfig': {
    upgradeType?: string | undefined
    enabled?: boolean | undefined
    connectConfig?: Messages['envoy.config.route.v3.RouteAction.UpgradeConfig.ConnectConfig'] | undefined
  }
  'envoy.config.route.v3.RouteAction.UpgradeConfig.ConnectConfig': {
    proxyProtocolConfig?: Messages['envoy.config.core.v3.ProxyProtocolConfig'] | undefined
    allowPost?: boolean | undefined
  }
  'envoy.config.route.v3.RouteConfiguration': {
    name?: string | undefined
    virtualHosts?: Messages['envoy.config.route.v3.VirtualHost'][] | undefined
    vhds?: Messages['envoy.config.route.v3.Vhds'] | undefined
    internalOnlyHeaders?: string[] | undefined
    responseHeadersToAdd?: Messages['envoy.config.core.v3.HeaderValueOption'][] | undefined
    responseHeadersToRemove?: string[] | undefined
    requestHeadersToAdd?: Messages['envoy.config.core.v3.HeaderValueOption'][] | undefined
    requestHeadersToRemove?: string[] | undefined
    mostSpecificHeaderMutationsWins?: boolean | undefined
    validateClusters?: boolean | undefined
    maxDirectResponseBodySizeBytes?: number | undefined
    clusterSpecifierPlugins?: Messages['envoy.config.route.v3.ClusterSpecifierPlugin'][] | undefined
    requestMirrorPolicies?: Messages['envoy.config.route.v3.RouteAction.RequestMirrorPolicy'][] | undefined
    ignorePortInHostMatching?: boolean | undefined
    vhostHeader?: string | undefined
    ignorePathParametersInPathMatching?: boolean | undefined
    typedPerFilterConfig?: Record<string, Any> | undefined
    metadata?: Messages['envoy.config.core.v3.Metadata'] | undefined
    routeSpecifiers?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
  }
  'envoy.config.route.v3.RouteMatch': {
    prefix?: string | undefined
    path?: string | undefined
    safeRegex?: Messages['envoy.type.matcher.v3.RegexMatcher'] | undefined
    connectMatcher?: Messages['envoy.config.route.v3.RouteMatch.ConnectMatcher'] | undefined
    pathSeparatedPrefix?: string | undefined
    pathMatchPolicy?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    caseSensitive?: boolean | undefined
    runtimeFraction?: Messages['envoy.config.core.v3.RuntimeFractionalPercent'] | undefined
    headers?: Messages['envoy.config.route.v3.HeaderMatcher'][] | undefined
    queryParameters?: Messages['envoy.config.route.v3.QueryParameterMatcher'][] | undefined
    cookies?: Messages['envoy.config.route.v3.CookieMatcher'][] | undefined
    grpc?: Messages['envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions'] | undefined
    tlsContext?: Messages['envoy.config.route.v3.RouteMatch.TlsContextMatchOptions'] | undefined
    dynamicMetadata?: Messages['envoy.type.matcher.v3.MetadataMatcher'][] | undefined
    filterState?: Messages['envoy.type.matcher.v3.FilterStateMatcher'][] | undefined
  }
  'envoy.config.route.v3.RouteMatch.ConnectMatcher': {
  }
  'envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions': {
  }
  'envoy.config.route.v3.RouteMatch.TlsContextMatchOptions': {
    presented?: boolean | undefined
    validated?: boolean | undefined
  }
  'envoy.config.route.v3.ScopedRouteConfiguration': {
    onDemand?: boolean | undefined
    name?: string | undefined
    routeConfigurationName?: string | undefined
    routeConfiguration?: Messages['envoy.config.route.v3.RouteConfiguration'] | undefined
    key?: Messages['envoy.config.route.v3.ScopedRouteConfiguration.Key'] | undefined
  }
  'envoy.config.route.v3.ScopedRouteConfiguration.Key': {
    fragments?: Messages['envoy.config.route.v3.ScopedRouteConfiguration.Key.Fragment'][] | undefined
  }
  'envoy.config.route.v3.ScopedRouteConfiguration.Key.Fragment': {
    stringKey?: string | undefined
  }
  'envoy.config.route.v3.Tracing': {
    clientSampling?: Messages['envoy.type.v3.FractionalPercent'] | undefined
    randomSampling?: Messages['envoy.type.v3.FractionalPercent'] | undefined
    overallSampling?: Messages['envoy.type.v3.FractionalPercent'] | undefined
    customTags?: Messages['envoy.type.tracing.v3.CustomTag'][] | undefined
    operation?: string | undefined
    upstreamOperation?: string | undefined
  }
  'envoy.config.route.v3.Vhds': {
    configSource?: Messages['envoy.config.core.v3.ConfigSource'] | undefined
  }
  'envoy.config.route.v3.VirtualCluster': {
    headers?: Messages['envoy.config.route.v3.HeaderMatcher'][] | undefined
    name?: string | undefined
  }
  'envoy.config.route.v3.VirtualHost': {
    name?: string | undefined
    domains?: string[] | undefined
    routes?: Messages['envoy.config.route.v3.Route'][] | undefined
    matcher?: Messages['xds.type.matcher.v3.Matcher'] | undefined
    requireTls?: 'NONE' | 'EXTERNAL_ONLY' | 'ALL' | undefined
    virtualClusters?: Messages['envoy.config.route.v3.VirtualCluster'][] | undefined
    rateLimits?: Messages['envoy.config.route.v3.RateLimit'][] | undefined
    requestHeadersToAdd?: Messages['envoy.config.core.v3.HeaderValueOption'][] | undefined
    requestHeadersToRemove?: string[] | undefined
    responseHeadersToAdd?: Messages['envoy.config.core.v3.HeaderValueOption'][] | undefined
    responseHeadersToRemove?: string[] | undefined
    cors?: Messages['envoy.config.route.v3.CorsPolicy'] | undefined
    typedPerFilterConfig?: Record<string, Any> | undefined
    includeRequestAttemptCount?: boolean | undefined
    includeAttemptCountInResponse?: boolean | undefined
    retryPolicy?: Messages['envoy.config.route.v3.RetryPolicy'] | undefined
    retryPolicyTypedConfig?: Any | undefined
    hedgePolicy?: Messages['envoy.config.route.v3.HedgePolicy'] | undefined
    includeIsTimeoutRetryHeader?: boolean | undefined
    perRequestBufferLimitBytes?: number | undefined
    requestBodyBufferLimit?: string | number | undefined
    requestMirrorPolicies?: Messages['envoy.config.route.v3.RouteAction.RequestMirrorPolicy'][] | undefined
    metadata?: Messages['envoy.config.core.v3.Metadata'] | undefined
    routeSpecifiers?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
  }
  'envoy.config.route.v3.WeightedCluster': {
    clusters?: Messages['envoy.config.route.v3.WeightedCluster.ClusterWeight'][] | undefined
    totalWeight?: number | undefined
    runtimeKeyPrefix?: string | undefined
    headerName?: string | undefined
    useHashPolicy?: boolean | undefined
  }
  'envoy.config.route.v3.WeightedCluster.ClusterWeight': {
    name?: string | undefined
    clusterHeader?: string | undefined
    weight?: number | undefined
    metadataMatch?: Messages['envoy.config.core.v3.Metadata'] | undefined
    requestHeadersToAdd?: Messages['envoy.config.core.v3.HeaderValueOption'][] | undefined
    requestHeadersToRemove?: string[] | undefined
    responseHeadersToAdd?: Messages['envoy.config.core.v3.HeaderValueOption'][] | undefined
    responseHeadersToRemove?: string[] | undefined
    typedPerFilterConfig?: Record<string, Any> | undefined
    hostRewriteLiteral?: string | undefined
  }
  'envoy.config.trace.v3.ClientConfig': {
    serviceName?: string | undefined
    instanceName?: string | undefined
    backendToken?: string | undefined
    maxCacheSize?: number | undefined
  }
  'envoy.config.trace.v3.DatadogConfig': {
    collectorCluster?: string | undefined
    serviceName?: string | undefined
    collectorHostname?: string | undefined
    remoteConfig?: Messages['envoy.config.trace.v3.DatadogRemoteConfig'] | undefined
  }
  'envoy.config.trace.v3.DatadogRemoteConfig': {
    pollingInterval?: string | undefined
  }
  'envoy.config.trace.v3.LightstepConfig': {
    collectorCluster?: string | undefined
    accessTokenFile?: string | undefined
    accessToken?: Messages['envoy.config.core.v3.DataSource'] | undefined
    propagationModes?: ('ENVOY' | 'LIGHTSTEP' | 'B3' | 'TRACE_CONTEXT')[] | undefined
  }
  'envoy.config.trace.v3.OpenTelemetryConfig': {
    grpcService?: Messages['envoy.config.core.v3.GrpcService'] | undefined
    httpService?: Messages['envoy.config.core.v3.HttpService'] | undefined
    exporter?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    serviceName?: string | undefined
    resourceDetectors?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
    sampler?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    maxCacheSize?: number | undefined
    setTelemetrySdkResourceAttributes?: boolean | undefined
    setServiceNameResourceAttribute?: boolean | undefined
    setInstrumentationScope?: boolean | undefined
  }
  'envoy.config.trace.v3.SkyWalkingConfig': {
    grpcService?: Messages['envoy.config.core.v3.GrpcService'] | undefined
    clientConfig?: Messages['envoy.config.trace.v3.ClientConfig'] | undefined
  }
  'envoy.config.trace.v3.Tracing.Http': {
    name?: string | undefined
    typedConfig?: Any | undefined
  }
  'envoy.config.trace.v3.ZipkinConfig': {
    collectorCluster?: string | undefined
    collectorEndpoint?: string | undefined
    traceId128bit?: boolean | undefined
    sharedSpanContext?: boolean | undefined
    collectorEndpointVersion?: 'DEPRECATED_AND_UNAVAILABLE_DO_NOT_USE' | 'HTTP_JSON' | 'HTTP_PROTO' | 'GRPC' | undefined
    collectorHostname?: string | undefined
    splitSpansForRequest?: boolean | undefined
    traceContextOption?: 'USE_B3' | 'USE_B3_WITH_W3C_PROPAGATION' | undefined
    collectorService?: Messages['envoy.config.core.v3.HttpService'] | undefined
    timestampTraceIds?: boolean | undefined
  }
  'envoy.extensions.access_loggers.file.v3.FileAccessLog': {
    path?: string | undefined
    format?: string | undefined
    jsonFormat?: Record<string, unknown> | undefined
    typedJsonFormat?: Record<string, unknown> | undefined
    logFormat?: Messages['envoy.config.core.v3.SubstitutionFormatString'] | undefined
  }
  'envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter': {
    expression?: string | undefined
    celConfig?: Messages['envoy.config.core.v3.CelExpressionConfig'] | undefined
  }
  'envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig': {
    logName?: string | undefined
    grpcService?: Messages['envoy.config.core.v3.GrpcService'] | undefined
    transportApiVersion?: 'AUTO' | 'V2' | 'V3' | undefined
    bufferFlushInterval?: string | undefined
    bufferSizeBytes?: number | undefined
    filterStateObjectsToLog?: string[] | undefined
    grpcStreamRetryPolicy?: Messages['envoy.config.core.v3.RetryPolicy'] | undefined
    customTags?: Messages['envoy.type.tracing.v3.CustomTag'][] | undefined
  }
  'envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig': {
    commonConfig?: Messages['envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig'] | undefined
    additionalRequestHeadersToLog?: string[] | undefined
    additionalResponseHeadersToLog?: string[] | undefined
    additionalResponseTrailersToLog?: string[] | undefined
  }
  'envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig': {
    commonConfig?: Messages['envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig'] | undefined
  }
  'envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig': {
    commonConfig?: Messages['envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig'] | undefined
    httpService?: Messages['envoy.config.core.v3.HttpService'] | undefined
    grpcService?: Messages['envoy.config.core.v3.GrpcService'] | undefined
    disableBuiltinLabels?: boolean | undefined
    resourceAttributes?: Messages['opentelemetry.proto.common.v1.KeyValueList'] | undefined
    resourceDetectors?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
    body?: Messages['opentelemetry.proto.common.v1.AnyValue'] | undefined
    attributes?: Messages['opentelemetry.proto.common.v1.KeyValueList'] | undefined
    statPrefix?: string | undefined
    formatters?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
    logName?: string | undefined
    bufferFlushInterval?: string | undefined
    bufferSizeBytes?: number | undefined
    filterStateObjectsToLog?: string[] | undefined
    customTags?: Messages['envoy.type.tracing.v3.CustomTag'][] | undefined
  }
  'envoy.extensions.clusters.dns.v3.DnsCluster': {
    dnsRefreshRate?: string | undefined
    dnsFailureRefreshRate?: Messages['envoy.extensions.clusters.dns.v3.DnsCluster.RefreshRate'] | undefined
    respectDnsTtl?: boolean | undefined
    dnsJitter?: string | undefined
    typedDnsResolverConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    dnsLookupFamily?: 'UNSPECIFIED' | 'AUTO' | 'V4_ONLY' | 'V6_ONLY' | 'V4_PREFERRED' | 'ALL' | undefined
    allAddressesInSingleEndpoint?: boolean | undefined
    dnsMinRefreshRate?: string | undefined
  }
  'envoy.extensions.clusters.dns.v3.DnsCluster.RefreshRate': {
    baseInterval?: string | undefined
    maxInterval?: string | undefined
  }
  'envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig': {
    dnsCacheConfig?: Messages['envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig'] | undefined
    subClustersConfig?: Messages['envoy.extensions.clusters.dynamic_forward_proxy.v3.SubClustersConfig'] | undefined
    allowInsecureClusterOptions?: boolean | undefined
    allowCoalescedConnections?: boolean | undefined
  }
  'envoy.extensions.clusters.dynamic_forward_proxy.v3.SubClustersConfig': {
    lbPolicy?: 'ROUND_ROBIN' | 'LEAST_REQUEST' | 'RING_HASH' | 'RANDOM' | 'MAGLEV' | 'CLUSTER_PROVIDED' | 'LOAD_BALANCING_POLICY_CONFIG' | undefined
    maxSubClusters?: number | undefined
    subClusterTtl?: string | undefined
    preresolveClusters?: Messages['envoy.config.core.v3.SocketAddress'][] | undefined
    dnsClusterConfig?: Messages['envoy.extensions.clusters.dns.v3.DnsCluster'] | undefined
  }
  'envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheCircuitBreakers': {
    maxPendingRequests?: number | undefined
  }
  'envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig': {
    name?: string | undefined
    dnsLookupFamily?: 'AUTO' | 'V4_ONLY' | 'V6_ONLY' | 'V4_PREFERRED' | 'ALL' | undefined
    dnsRefreshRate?: string | undefined
    dnsMinRefreshRate?: string | undefined
    hostTtl?: string | undefined
    maxHosts?: number | undefined
    disableDnsRefreshOnFailure?: boolean | undefined
    dnsFailureRefreshRate?: Messages['envoy.config.cluster.v3.Cluster.RefreshRate'] | undefined
    dnsCacheCircuitBreaker?: Messages['envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheCircuitBreakers'] | undefined
    useTcpForDnsLookups?: boolean | undefined
    dnsResolutionConfig?: Messages['envoy.config.core.v3.DnsResolutionConfig'] | undefined
    typedDnsResolverConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    preresolveHostnames?: Messages['envoy.config.core.v3.SocketAddress'][] | undefined
    dnsQueryTimeout?: string | undefined
    keyValueConfig?: Messages['envoy.config.common.key_value.v3.KeyValueStoreConfig'] | undefined
    resolvedAddressFilter?: Messages['envoy.type.matcher.v3.AddressMatcher'] | undefined
  }
  'envoy.extensions.compression.brotli.compressor.v3.Brotli': {
    quality?: number | undefined
    encoderMode?: 'DEFAULT' | 'GENERIC' | 'TEXT' | 'FONT' | undefined
    windowBits?: number | undefined
    inputBlockBits?: number | undefined
    chunkSize?: number | undefined
    disableLiteralContextModeling?: boolean | undefined
  }
  'envoy.extensions.compression.gzip.compressor.v3.Gzip': {
    memoryLevel?: number | undefined
    compressionLevel?: 'DEFAULT_COMPRESSION' | 'BEST_SPEED' | 'COMPRESSION_LEVEL_1' | 'COMPRESSION_LEVEL_2' | 'COMPRESSION_LEVEL_3' | 'COMPRESSION_LEVEL_4' | 'COMPRESSION_LEVEL_5' | 'COMPRESSION_LEVEL_6' | 'COMPRESSION_LEVEL_7' | 'COMPRESSION_LEVEL_8' | 'COMPRESSION_LEVEL_9' | 'BEST_COMPRESSION' | undefined
    compressionStrategy?: 'DEFAULT_STRATEGY' | 'FILTERED' | 'HUFFMAN_ONLY' | 'RLE' | 'FIXED' | undefined
    windowBits?: number | undefined
    chunkSize?: number | undefined
  }
  'envoy.extensions.compression.zstd.compressor.v3.Zstd': {
    compressionLevel?: number | undefined
    enableChecksum?: boolean | undefined
    strategy?: 'DEFAULT' | 'FAST' | 'DFAST' | 'GREEDY' | 'LAZY' | 'LAZY2' | 'BTLAZY2' | 'BTOPT' | 'BTULTRA' | 'BTULTRA2' | undefined
    dictionary?: Messages['envoy.config.core.v3.DataSource'] | undefined
    chunkSize?: number | undefined
  }
  'envoy.extensions.filters.common.fault.v3.FaultDelay': {
    fixedDelay?: string | undefined
    headerDelay?: Messages['envoy.extensions.filters.common.fault.v3.FaultDelay.HeaderDelay'] | undefined
    percentage?: Messages['envoy.type.v3.FractionalPercent'] | undefined
  }
  'envoy.extensions.filters.common.fault.v3.FaultDelay.HeaderDelay': {
  }
  'envoy.extensions.filters.common.fault.v3.FaultRateLimit': {
    fixedLimit?: Messages['envoy.extensions.filters.common.fault.v3.FaultRateLimit.FixedLimit'] | undefined
    headerLimit?: Messages['envoy.extensions.filters.common.fault.v3.FaultRateLimit.HeaderLimit'] | undefined
    percentage?: Messages['envoy.type.v3.FractionalPercent'] | undefined
  }
  'envoy.extensions.filters.common.fault.v3.FaultRateLimit.FixedLimit': {
    limitKbps?: string | number | undefined
  }
  'envoy.extensions.filters.common.fault.v3.FaultRateLimit.HeaderLimit': {
  }
  'envoy.extensions.filters.http.compressor.v3.Compressor': {
    contentLength?: number | undefined
    contentType?: string[] | undefined
    disableOnEtagHeader?: boolean | undefined
    removeAcceptEncodingHeader?: boolean | undefined
    runtimeEnabled?: Messages['envoy.config.core.v3.RuntimeFeatureFlag'] | undefined
    compressorLibrary?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    requestDirectionConfig?: Messages['envoy.extensions.filters.http.compressor.v3.Compressor.RequestDirectionConfig'] | undefined
    responseDirectionConfig?: Messages['envoy.extensions.filters.http.compressor.v3.Compressor.ResponseDirectionConfig'] | undefined
    chooseFirst?: boolean | undefined
  }
  'envoy.extensions.filters.http.compressor.v3.Compressor.CommonDirectionConfig': {
    enabled?: Messages['envoy.config.core.v3.RuntimeFeatureFlag'] | undefined
    minContentLength?: number | undefined
    contentType?: string[] | undefined
    contentTypeMatcher?: Messages['envoy.type.matcher.v3.StringMatcher'][] | undefined
  }
  'envoy.extensions.filters.http.compressor.v3.Compressor.RequestDirectionConfig': {
    commonConfig?: Messages['envoy.extensions.filters.http.compressor.v3.Compressor.CommonDirectionConfig'] | undefined
  }
  'envoy.extensions.filters.http.compressor.v3.Compressor.ResponseDirectionConfig': {
    commonConfig?: Messages['envoy.extensions.filters.http.compressor.v3.Compressor.CommonDirectionConfig'] | undefined
    disableOnEtagHeader?: boolean | undefined
    weakenEtagOnCompress?: boolean | undefined
    removeAcceptEncodingHeader?: boolean | undefined
    uncompressibleResponseCodes?: number[] | undefined
    statusHeaderEnabled?: boolean | undefined
  }
  'envoy.extensions.filters.http.cors.v3.Cors': {
  }
  'envoy.extensions.filters.http.cors.v3.CorsPolicy': {
    allowOriginStringMatch?: Messages['envoy.type.matcher.v3.StringMatcher'][] | undefined
    allowMethods?: string | undefined
    allowHeaders?: string | undefined
    exposeHeaders?: string | undefined
    maxAge?: string | undefined
    allowCredentials?: boolean | undefined
    filterEnabled?: Messages['envoy.config.core.v3.RuntimeFractionalPercent'] | undefined
    shadowEnabled?: Messages['envoy.config.core.v3.RuntimeFractionalPercent'] | undefined
    allowPrivateNetworkAccess?: boolean | undefined
    forwardNotMatchingPreflights?: boolean | undefined
  }
  'envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig': {
    dnsCacheConfig?: Messages['envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig'] | undefined
    subClusterConfig?: Messages['envoy.extensions.filters.http.dynamic_forward_proxy.v3.SubClusterConfig'] | undefined
    saveUpstreamAddress?: boolean | undefined
    allowDynamicHostFromFilterState?: boolean | undefined
  }
  'envoy.extensions.filters.http.dynamic_forward_proxy.v3.SubClusterConfig': {
    clusterInitTimeout?: string | undefined
  }
  'envoy.extensions.filters.http.ext_authz.v3.AuthorizationRequest': {
    allowedHeaders?: Messages['envoy.type.matcher.v3.ListStringMatcher'] | undefined
    headersToAdd?: Messages['envoy.config.core.v3.HeaderValue'][] | undefined
  }
  'envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse': {
    allowedUpstreamHeaders?: Messages['envoy.type.matcher.v3.ListStringMatcher'] | undefined
    allowedUpstreamHeadersToAppend?: Messages['envoy.type.matcher.v3.ListStringMatcher'] | undefined
    allowedClientHeaders?: Messages['envoy.type.matcher.v3.ListStringMatcher'] | undefined
    allowedClientHeadersOnSuccess?: Messages['envoy.type.matcher.v3.ListStringMatcher'] | undefined
    dynamicMetadataFromHeaders?: Messages['envoy.type.matcher.v3.ListStringMatcher'] | undefined
  }
  'envoy.extensions.filters.http.ext_authz.v3.BufferSettings': {
    maxRequestBytes?: number | undefined
    allowPartialMessage?: boolean | undefined
    packAsBytes?: boolean | undefined
  }
  'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz': {
    grpcService?: Messages['envoy.config.core.v3.GrpcService'] | undefined
    httpService?: Messages['envoy.extensions.filters.http.ext_authz.v3.HttpService'] | undefined
    transportApiVersion?: 'AUTO' | 'V2' | 'V3' | undefined
    failureModeAllow?: boolean | undefined
    failureModeAllowHeaderAdd?: boolean | undefined
    withRequestBody?: Messages['envoy.extensions.filters.http.ext_authz.v3.BufferSettings'] | undefined
    clearRouteCache?: boolean | undefined
    clearRouteCacheHeaders?: string[] | undefined
    statusOnError?: Messages['envoy.type.v3.HttpStatus'] | undefined
    validateMutations?: boolean | undefined
    metadataContextNamespaces?: string[] | undefined
    typedMetadataContextNamespaces?: string[] | undefined
    routeMetadataContextNamespaces?: string[] | undefined
    routeTypedMetadataContextNamespaces?: string[] | undefined
    filterEnabled?: Messages['envoy.config.core.v3.RuntimeFractionalPercent'] | undefined
    filterEnabledMetadata?: Messages['envoy.type.matcher.v3.MetadataMatcher'] | undefined
    denyAtDisable?: Messages['envoy.config.core.v3.RuntimeFeatureFlag'] | undefined
    includePeerCertificate?: boolean | undefined
    statPrefix?: string | undefined
    bootstrapMetadataLabelsKey?: string | undefined
    allowedHeaders?: Messages['envoy.type.matcher.v3.ListStringMatcher'] | undefined
    disallowedHeaders?: Messages['envoy.type.matcher.v3.ListStringMatcher'] | undefined
    includeTlsSession?: boolean | undefined
    chargeClusterResponseStats?: boolean | undefined
    encodeRawHeaders?: boolean | undefined
    decoderHeaderMutationRules?: Messages['envoy.config.common.mutation_rules.v3.HeaderMutationRules'] | undefined
    enableDynamicMetadataIngestion?: boolean | undefined
    filterMetadata?: Record<string, unknown> | undefined
    emitFilterStateStats?: boolean | undefined
    maxDeniedResponseBodyBytes?: number | undefined
    enforceResponseHeaderLimits?: boolean | undefined
    shadowMode?: boolean | undefined
    emitClientSpan?: boolean | undefined
  }
  'envoy.extensions.filters.http.ext_authz.v3.HttpService': {
    serverUri?: Messages['envoy.config.core.v3.HttpUri'] | undefined
    pathPrefix?: string | undefined
    pathOverride?: string | undefined
    authorizationRequest?: Messages['envoy.extensions.filters.http.ext_authz.v3.AuthorizationRequest'] | undefined
    authorizationResponse?: Messages['envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse'] | undefined
    retryPolicy?: Messages['envoy.config.core.v3.RetryPolicy'] | undefined
  }
  'envoy.extensions.filters.http.fault.v3.FaultAbort': {
    httpStatus?: number | undefined
    grpcStatus?: number | undefined
    headerAbort?: Messages['envoy.extensions.filters.http.fault.v3.FaultAbort.HeaderAbort'] | undefined
    percentage?: Messages['envoy.type.v3.FractionalPercent'] | undefined
    responseBody?: string | undefined
  }
  'envoy.extensions.filters.http.fault.v3.FaultAbort.HeaderAbort': {
  }
  'envoy.extensions.filters.http.fault.v3.HTTPFault': {
    delay?: Messages['envoy.extensions.filters.common.fault.v3.FaultDelay'] | undefined
    abort?: Messages['envoy.extensions.filters.http.fault.v3.FaultAbort'] | undefined
    upstreamCluster?: string | undefined
    headers?: Messages['envoy.config.route.v3.HeaderMatcher'][] | undefined
    downstreamNodes?: string[] | undefined
    maxActiveFaults?: number | undefined
    responseRateLimit?: Messages['envoy.extensions.filters.common.fault.v3.FaultRateLimit'] | undefined
    delayPercentRuntime?: string | undefined
    abortPercentRuntime?: string | undefined
    delayDurationRuntime?: string | undefined
    abortHttpStatusRuntime?: string | undefined
    maxActiveFaultsRuntime?: string | undefined
    responseRateLimitPercentRuntime?: string | undefined
    abortGrpcStatusRuntime?: string | undefined
    disableDownstreamClusterStats?: boolean | undefined
    filterMetadata?: Record<string, unknown> | undefined
  }
  'envoy.extensions.filters.http.grpc_stats.v3.FilterConfig': {
    emitFilterState?: boolean | undefined
    individualMethodStatsAllowlist?: Messages['envoy.config.core.v3.GrpcMethodList'] | undefined
    statsForAllMethods?: boolean | undefined
    enableUpstreamStats?: boolean | undefined
    replaceDotsInGrpcServiceName?: boolean | undefined
  }
  'envoy.extensions.filters.http.grpc_web.v3.GrpcWeb': {
  }
  'envoy.extensions.filters.http.jwt_authn.v3.ExtractOnlyWithoutValidation': {
    verificationStatusHeader?: string | undefined
  }
  'envoy.extensions.filters.http.jwt_authn.v3.FilterStateRule': {
    name?: string | undefined
    requires?: Record<string, Messages['envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement']> | undefined
  }
  'envoy.extensions.filters.http.jwt_authn.v3.JwksAsyncFetch': {
    fastListener?: boolean | undefined
    failedRefetchDuration?: string | undefined
  }
  'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication': {
    providers?: Record<string, Messages['envoy.extensions.filters.http.jwt_authn.v3.JwtProvider']> | undefined
    rules?: Messages['envoy.extensions.filters.http.jwt_authn.v3.RequirementRule'][] | undefined
    filterStateRules?: Messages['envoy.extensions.filters.http.jwt_authn.v3.FilterStateRule'] | undefined
    bypassCorsPreflight?: boolean | undefined
    requirementMap?: Record<string, Messages['envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement']> | undefined
    stripFailureResponse?: boolean | undefined
    statPrefix?: string | undefined
  }
  'envoy.extensions.filters.http.jwt_authn.v3.JwtCacheConfig': {
    jwtCacheSize?: number | undefined
    jwtMaxTokenSize?: number | undefined
  }
  'envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader': {
    headerName?: string | undefined
    claimName?: string | undefined
    claimPath?: Messages['envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader.PathSegment'][] | undefined
  }
  'envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader.PathSegment': {
    key?: string | undefined
  }
  'envoy.extensions.filters.http.jwt_authn.v3.JwtHeader': {
    name?: string | undefined
    valuePrefix?: string | undefined
  }
  'envoy.extensions.filters.http.jwt_authn.v3.JwtProvider': {
    issuer?: string | undefined
    audiences?: string[] | undefined
    subjects?: Messages['envoy.type.matcher.v3.StringMatcher'] | undefined
    requireExpiration?: boolean | undefined
    maxLifetime?: string | undefined
    remoteJwks?: Messages['envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks'] | undefined
    localJwks?: Messages['envoy.config.core.v3.DataSource'] | undefined
    forward?: boolean | undefined
    fromHeaders?: Messages['envoy.extensions.filters.http.jwt_authn.v3.JwtHeader'][] | undefined
    fromParams?: string[] | undefined
    fromCookies?: string[] | undefined
    forwardPayloadHeader?: string | undefined
    padForwardPayloadHeader?: boolean | undefined
    payloadInMetadata?: string | undefined
    normalizePayloadInMetadata?: Messages['envoy.extensions.filters.http.jwt_authn.v3.JwtProvider.NormalizePayload'] | undefined
    headerInMetadata?: string | undefined
    failedStatusInMetadata?: string | undefined
    clockSkewSeconds?: number | undefined
    jwtCacheConfig?: Messages['envoy.extensions.filters.http.jwt_authn.v3.JwtCacheConfig'] | undefined
    claimToHeaders?: Messages['envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader'][] | undefined
    clearRouteCache?: boolean | undefined
  }
  'envoy.extensions.filters.http.jwt_authn.v3.JwtProvider.NormalizePayload': {
    spaceDelimitedClaims?: string[] | undefined
  }
  'envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement': {
    providerName?: string | undefined
    providerAndAudiences?: Messages['envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences'] | undefined
    requiresAny?: Messages['envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList'] | undefined
    requiresAll?: Messages['envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList'] | undefined
    allowMissingOrFailed?: Record<string, never> | undefined
    allowMissing?: Record<string, never> | undefined
    extractOnlyWithoutValidation?: Messages['envoy.extensions.filters.http.jwt_authn.v3.ExtractOnlyWithoutValidation'] | undefined
  }
  'envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList': {
    requirements?: Messages['envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement'][] | undefined
  }
  'envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList': {
    requirements?: Messages['envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement'][] | undefined
  }
  'envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences': {
    providerName?: string | undefined
    audiences?: string[] | undefined
  }
  'envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks': {
    httpUri?: Messages['envoy.config.core.v3.HttpUri'] | undefined
    cacheDuration?: string | undefined
    asyncFetch?: Messages['envoy.extensions.filters.http.jwt_authn.v3.JwksAsyncFetch'] | undefined
    retryPolicy?: Messages['envoy.config.core.v3.RetryPolicy'] | undefined
  }
  'envoy.extensions.filters.http.jwt_authn.v3.RequirementRule': {
    match?: Messages['envoy.config.route.v3.RouteMatch'] | undefined
    requires?: Messages['envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement'] | undefined
    requirementName?: string | undefined
  }
  'envoy.extensions.filters.http.lua.v3.Lua': {
    inlineCode?: string | undefined
    sourceCodes?: Record<string, Messages['envoy.config.core.v3.DataSource']> | undefined
    defaultSourceCode?: Messages['envoy.config.core.v3.DataSource'] | undefined
    statPrefix?: string | undefined
    clearRouteCache?: boolean | undefined
    filterContext?: Record<string, unknown> | undefined
    packagePaths?: string[] | undefined
    packageCpaths?: string[] | undefined
    sharedVmId?: string | undefined
  }
  'envoy.extensions.filters.http.rbac.v3.RBAC': {
    rules?: Messages['envoy.config.rbac.v3.RBAC'] | undefined
    rulesStatPrefix?: string | undefined
    matcher?: Messages['xds.type.matcher.v3.Matcher'] | undefined
    shadowRules?: Messages['envoy.config.rbac.v3.RBAC'] | undefined
    shadowMatcher?: Messages['xds.type.matcher.v3.Matcher'] | undefined
    shadowRulesStatPrefix?: string | undefined
    trackPerRuleStats?: boolean | undefined
  }
  'envoy.extensions.filters.http.router.v3.Router': {
    dynamicStats?: boolean | undefined
    startChildSpan?: boolean | undefined
    upstreamLog?: Messages['envoy.config.accesslog.v3.AccessLog'][] | undefined
    upstreamLogOptions?: Messages['envoy.extensions.filters.http.router.v3.Router.UpstreamAccessLogOptions'] | undefined
    suppressEnvoyHeaders?: boolean | undefined
    strictCheckHeaders?: string[] | undefined
    respectExpectedRqTimeout?: boolean | undefined
    suppressGrpcRequestFailureCodeStats?: boolean | undefined
    upstreamHttpFilters?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'][] | undefined
    rejectConnectRequestEarlyData?: boolean | undefined
  }
  'envoy.extensions.filters.http.router.v3.Router.UpstreamAccessLogOptions': {
    flushUpstreamLogOnUpstreamStream?: boolean | undefined
    upstreamLogFlushInterval?: string | undefined
  }
  'envoy.extensions.filters.http.stateful_session.v3.StatefulSession': {
    sessionState?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    strict?: boolean | undefined
    statPrefix?: string | undefined
    statusOnStrictDestinationNotFound?: number | undefined
  }
  'envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute': {
    disabled?: boolean | undefined
    statefulSession?: Messages['envoy.extensions.filters.http.stateful_session.v3.StatefulSession'] | undefined
  }
  'envoy.extensions.filters.http.wasm.v3.Wasm': {
    config?: Messages['envoy.extensions.wasm.v3.PluginConfig'] | undefined
  }
  'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector': {
  }
  'envoy.extensions.filters.listener.original_dst.v3.OriginalDst': {
  }
  'envoy.extensions.filters.listener.original_src.v3.OriginalSrc': {
    bindPort?: boolean | undefined
    mark?: number | undefined
  }
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol': {
    rules?: Messages['envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.Rule'][] | undefined
    allowRequestsWithoutProxyProtocol?: boolean | undefined
    passThroughTlvs?: Messages['envoy.config.core.v3.ProxyProtocolPassThroughTLVs'] | undefined
    disallowedVersions?: ('V1' | 'V2')[] | undefined
    statPrefix?: string | undefined
    tlvLocation?: 'DYNAMIC_METADATA' | 'FILTER_STATE' | undefined
  }
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair': {
    metadataNamespace?: string | undefined
    key?: string | undefined
    valueStringEncoding?: 'UNSPECIFIED' | 'SANITIZED_UTF8' | 'BASE64' | undefined
  }
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.Rule': {
    tlvType?: number | undefined
    onTlvPresent?: Messages['envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair'] | undefined
  }
  'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector': {
    enableJa3Fingerprinting?: boolean | undefined
    enableJa4Fingerprinting?: boolean | undefined
    initialReadBufferSize?: number | undefined
    closeConnectionOnClientHelloParsingErrors?: boolean | undefined
    maxClientHelloSize?: number | undefined
  }
  'envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit': {
    statPrefix?: string | undefined
    maxConnections?: string | number | undefined
    delay?: string | undefined
    runtimeEnabled?: Messages['envoy.config.core.v3.RuntimeFeatureFlag'] | undefined
  }
  'envoy.extensions.filters.network.ext_authz.v3.ExtAuthz': {
    statPrefix?: string | undefined
    grpcService?: Messages['envoy.config.core.v3.GrpcService'] | undefined
    failureModeAllow?: boolean | undefined
    includePeerCertificate?: boolean | undefined
    transportApiVersion?: 'AUTO' | 'V2' | 'V3' | undefined
    filterEnabledMetadata?: Messages['envoy.type.matcher.v3.MetadataMatcher'] | undefined
    bootstrapMetadataLabelsKey?: string | undefined
    includeTlsSession?: boolean | undefined
    sendTlsAlertOnDenial?: boolean | undefined
    metadataContextNamespaces?: string[] | undefined
    typedMetadataContextNamespaces?: string[] | undefined
    shadowMode?: boolean | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.ForwardProtoConfig': {
    httpsDestinationPorts?: number[] | undefined
    httpDestinationPorts?: number[] | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': {
    codecType?: 'AUTO' | 'HTTP1' | 'HTTP2' | 'HTTP3' | undefined
    statPrefix?: string | undefined
    rds?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.Rds'] | undefined
    routeConfig?: Messages['envoy.config.route.v3.RouteConfiguration'] | undefined
    scopedRoutes?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes'] | undefined
    httpFilters?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'][] | undefined
    addUserAgent?: boolean | undefined
    tracing?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing'] | undefined
    commonHttpProtocolOptions?: Messages['envoy.config.core.v3.HttpProtocolOptions'] | undefined
    http1SafeMaxConnectionDuration?: boolean | undefined
    httpProtocolOptions?: Messages['envoy.config.core.v3.Http1ProtocolOptions'] | undefined
    http2ProtocolOptions?: Messages['envoy.config.core.v3.Http2ProtocolOptions'] | undefined
    http3ProtocolOptions?: Messages['envoy.config.core.v3.Http3ProtocolOptions'] | undefined
    serverName?: string | undefined
    serverHeaderTransformation?: 'OVERWRITE' | 'APPEND_IF_ABSENT' | 'PASS_THROUGH' | undefined
    schemeHeaderTransformation?: Messages['envoy.config.core.v3.SchemeHeaderTransformation'] | undefined
    maxRequestHeadersKb?: number | undefined
    streamIdleTimeout?: string | undefined
    streamFlushTimeout?: string | undefined
    requestTimeout?: string | undefined
    requestHeadersTimeout?: string | undefined
    drainTimeout?: string | undefined
    drainTimeoutJitter?: Messages['envoy.type.v3.Percent'] | undefined
    delayedCloseTimeout?: string | undefined
    accessLog?: Messages['envoy.config.accesslog.v3.AccessLog'][] | undefined
    accessLogFlushInterval?: string | undefined
    flushAccessLogOnNewRequest?: boolean | undefined
    accessLogOptions?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions'] | undefined
    useRemoteAddress?: boolean | undefined
    xffNumTrustedHops?: number | undefined
    originalIpDetectionExtensions?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
    earlyHeaderMutationExtensions?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
    internalAddressConfig?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig'] | undefined
    skipXffAppend?: boolean | undefined
    via?: string | undefined
    generateRequestId?: boolean | undefined
    preserveExternalRequestId?: boolean | undefined
    alwaysSetRequestIdInResponse?: boolean | undefined
    forwardClientCertDetails?: 'SANITIZE' | 'FORWARD_ONLY' | 'APPEND_FORWARD' | 'SANITIZE_SET' | 'ALWAYS_FORWARD_ONLY' | undefined
    setCurrentClientCertDetails?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails'] | undefined
    forwardClientCertMatcher?: Messages['xds.type.matcher.v3.Matcher'] | undefined
    proxy100Continue?: boolean | undefined
    representIpv4RemoteAddressAsIpv4MappedIpv6?: boolean | undefined
    upgradeConfigs?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig'][] | undefined
    normalizePath?: boolean | undefined
    mergeSlashes?: boolean | undefined
    pathWithEscapedSlashesAction?: 'IMPLEMENTATION_SPECIFIC_DEFAULT' | 'KEEP_UNCHANGED' | 'REJECT_REQUEST' | 'UNESCAPE_AND_REDIRECT' | 'UNESCAPE_AND_FORWARD' | undefined
    requestIdExtension?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension'] | undefined
    localReplyConfig?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig'] | undefined
    stripMatchingHostPort?: boolean | undefined
    stripAnyHostPort?: boolean | undefined
    streamErrorOnInvalidHttpMessage?: boolean | undefined
    pathNormalizationOptions?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathNormalizationOptions'] | undefined
    stripTrailingHostDot?: boolean | undefined
    proxyStatusConfig?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ProxyStatusConfig'] | undefined
    typedHeaderValidationConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    appendXForwardedPort?: boolean | undefined
    appendLocalOverload?: boolean | undefined
    addProxyProtocolConnectionState?: boolean | undefined
    forwardProtoConfig?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.ForwardProtoConfig'] | undefined
    recordRouteResolutionStats?: boolean | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions': {
    accessLogFlushInterval?: string | undefined
    flushAccessLogOnNewRequest?: boolean | undefined
    flushLogOnTunnelSuccessfullyEstablished?: boolean | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig': {
    unixSockets?: boolean | undefined
    cidrRanges?: Messages['envoy.config.core.v3.CidrRange'][] | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathNormalizationOptions': {
    forwardingTransformation?: Messages['envoy.type.http.v3.PathTransformation'] | undefined
    httpFilterTransformation?: Messages['envoy.type.http.v3.PathTransformation'] | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ProxyStatusConfig': {
    removeDetails?: boolean | undefined
    removeConnectionTerminationDetails?: boolean | undefined
    removeResponseFlags?: boolean | undefined
    setRecommendedResponseCode?: boolean | undefined
    useNodeId?: boolean | undefined
    literalProxyName?: string | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails': {
    subject?: boolean | undefined
    cert?: boolean | undefined
    chain?: boolean | undefined
    dns?: boolean | undefined
    uri?: boolean | undefined
    issuer?: boolean | undefined
    format?: 'TEXT' | 'JSON' | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing': {
    clientSampling?: Messages['envoy.type.v3.Percent'] | undefined
    randomSampling?: Messages['envoy.type.v3.Percent'] | undefined
    overallSampling?: Messages['envoy.type.v3.Percent'] | undefined
    verbose?: boolean | undefined
    maxPathTagLength?: number | undefined
    customTags?: Messages['envoy.type.tracing.v3.CustomTag'][] | undefined
    provider?: Messages['envoy.config.trace.v3.Tracing.Http'] | undefined
    spawnUpstreamSpan?: boolean | undefined
    operation?: string | undefined
    upstreamOperation?: string | undefined
    noContextPropagation?: boolean | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig': {
    upgradeType?: string | undefined
    filters?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'][] | undefined
    enabled?: boolean | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter': {
    name?: string | undefined
    typedConfig?: Any | undefined
    configDiscovery?: Messages['envoy.config.core.v3.ExtensionConfigSource'] | undefined
    isOptional?: boolean | undefined
    disabled?: boolean | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig': {
    mappers?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper'][] | undefined
    bodyFormat?: Messages['envoy.config.core.v3.SubstitutionFormatString'] | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.Rds': {
    configSource?: Messages['envoy.config.core.v3.ConfigSource'] | undefined
    routeConfigName?: string | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension': {
    typedConfig?: Any | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper': {
    filter?: Messages['envoy.config.accesslog.v3.AccessLogFilter'] | undefined
    statusCode?: number | undefined
    body?: Messages['envoy.config.core.v3.DataSource'] | undefined
    bodyFormatOverride?: Messages['envoy.config.core.v3.SubstitutionFormatString'] | undefined
    headersToAdd?: Messages['envoy.config.core.v3.HeaderValueOption'][] | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRds': {
    scopedRdsConfigSource?: Messages['envoy.config.core.v3.ConfigSource'] | undefined
    srdsResourcesLocator?: string | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRouteConfigurationsList': {
    scopedRouteConfigurations?: Messages['envoy.config.route.v3.ScopedRouteConfiguration'][] | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes': {
    name?: string | undefined
    scopeKeyBuilder?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder'] | undefined
    rdsConfigSource?: Messages['envoy.config.core.v3.ConfigSource'] | undefined
    scopedRouteConfigurationsList?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.ScopedRouteConfigurationsList'] | undefined
    scopedRds?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.ScopedRds'] | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder': {
    fragments?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder'][] | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder': {
    headerValueExtractor?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor'] | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor': {
    name?: string | undefined
    elementSeparator?: string | undefined
    index?: number | undefined
    element?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor.KvElement'] | undefined
  }
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor.KvElement': {
    separator?: string | undefined
    key?: string | undefined
  }
  'envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy': {
    statPrefix?: string | undefined
    accessLog?: string | undefined
    delay?: Messages['envoy.extensions.filters.common.fault.v3.FaultDelay'] | undefined
    emitDynamicMetadata?: boolean | undefined
    commands?: string[] | undefined
    maxBsonDepth?: number | undefined
  }
  'envoy.extensions.filters.network.rbac.v3.RBAC': {
    rules?: Messages['envoy.config.rbac.v3.RBAC'] | undefined
    matcher?: Messages['xds.type.matcher.v3.Matcher'] | undefined
    shadowRules?: Messages['envoy.config.rbac.v3.RBAC'] | undefined
    shadowMatcher?: Messages['xds.type.matcher.v3.Matcher'] | undefined
    shadowRulesStatPrefix?: string | undefined
    statPrefix?: string | undefined
    enforcementType?: 'ONE_TIME_ON_FIRST_BYTE' | 'CONTINUOUS' | undefined
    delayDeny?: string | undefined
  }
  'envoy.extensions.filters.network.redis_proxy.v3.RedisExternalAuthProvider': {
    grpcService?: Messages['envoy.config.core.v3.GrpcService'] | undefined
    enableAuthExpiration?: boolean | undefined
  }
  'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy': {
    statPrefix?: string | undefined
    settings?: Messages['envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.ConnPoolSettings'] | undefined
    latencyInMicros?: boolean | undefined
    prefixRoutes?: Messages['envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.PrefixRoutes'] | undefined
    downstreamAuthPassword?: Messages['envoy.config.core.v3.DataSource'] | undefined
    downstreamAuthPasswords?: Messages['envoy.config.core.v3.DataSource'][] | undefined
    faults?: Messages['envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.RedisFault'][] | undefined
    downstreamAuthUsername?: Messages['envoy.config.core.v3.DataSource'] | undefined
    externalAuthProvider?: Messages['envoy.extensions.filters.network.redis_proxy.v3.RedisExternalAuthProvider'] | undefined
    customCommands?: string[] | undefined
    protocolVersion?: 'RESP2' | 'RESP3' | undefined
  }
  'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.ConnPoolSettings': {
    opTimeout?: string | undefined
    enableHashtagging?: boolean | undefined
    enableRedirection?: boolean | undefined
    dnsCacheConfig?: Messages['envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig'] | undefined
    maxBufferSizeBeforeFlush?: number | undefined
    bufferFlushTimeout?: string | undefined
    maxUpstreamUnknownConnections?: number | undefined
    enableCommandStats?: boolean | undefined
    readPolicy?: 'MASTER' | 'PREFER_MASTER' | 'REPLICA' | 'PREFER_REPLICA' | 'ANY' | 'LOCAL_ZONE_AFFINITY' | 'LOCAL_ZONE_AFFINITY_REPLICAS_AND_PRIMARY' | undefined
    connectionRateLimit?: Messages['envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.ConnectionRateLimit'] | undefined
  }
  'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.ConnectionRateLimit': {
    connectionRateLimitPerSec?: number | undefined
  }
  'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.PrefixRoutes': {
    routes?: Messages['envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.PrefixRoutes.Route'][] | undefined
    caseInsensitive?: boolean | undefined
    catchAllRoute?: Messages['envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.PrefixRoutes.Route'] | undefined
  }
  'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.PrefixRoutes.Route': {
    prefix?: string | undefined
    removePrefix?: boolean | undefined
    cluster?: string | undefined
    requestMirrorPolicy?: Messages['envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.PrefixRoutes.Route.RequestMirrorPolicy'][] | undefined
    keyFormatter?: string | undefined
    readCommandPolicy?: Messages['envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.PrefixRoutes.Route.ReadCommandPolicy'] | undefined
  }
  'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.PrefixRoutes.Route.ReadCommandPolicy': {
    cluster?: string | undefined
  }
  'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.PrefixRoutes.Route.RequestMirrorPolicy': {
    cluster?: string | undefined
    runtimeFraction?: Messages['envoy.config.core.v3.RuntimeFractionalPercent'] | undefined
    excludeReadCommands?: boolean | undefined
  }
  'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.RedisFault': {
    faultType?: 'DELAY' | 'ERROR' | undefined
    faultEnabled?: Messages['envoy.config.core.v3.RuntimeFractionalPercent'] | undefined
    delay?: string | undefined
    commands?: string[] | undefined
  }
  'envoy.extensions.filters.network.sni_cluster.v3.SniCluster': {
  }
  'envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig': {
    dnsCacheConfig?: Messages['envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig'] | undefined
    portValue?: number | undefined
    saveUpstreamAddress?: boolean | undefined
  }
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy': {
    statPrefix?: string | undefined
    cluster?: string | undefined
    weightedClusters?: Messages['envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster'] | undefined
    onDemand?: Messages['envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.OnDemand'] | undefined
    metadataMatch?: Messages['envoy.config.core.v3.Metadata'] | undefined
    idleTimeout?: string | undefined
    downstreamIdleTimeout?: string | undefined
    upstreamIdleTimeout?: string | undefined
    accessLog?: Messages['envoy.config.accesslog.v3.AccessLog'][] | undefined
    maxConnectAttempts?: number | undefined
    backoffOptions?: Messages['envoy.config.core.v3.BackoffStrategy'] | undefined
    hashPolicy?: Messages['envoy.type.v3.HashPolicy'][] | undefined
    tunnelingConfig?: Messages['envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig'] | undefined
    maxDownstreamConnectionDuration?: string | undefined
    maxDownstreamConnectionDurationJitterPercentage?: Messages['envoy.type.v3.Percent'] | undefined
    accessLogFlushInterval?: string | undefined
    flushAccessLogOnConnected?: boolean | undefined
    accessLogOptions?: Messages['envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TcpAccessLogOptions'] | undefined
    proxyProtocolTlvs?: Messages['envoy.config.core.v3.TlvEntry'][] | undefined
    proxyProtocolTlvMergePolicy?: 'ADD_IF_ABSENT' | 'OVERWRITE_BY_TYPE_IF_EXISTS_OR_ADD' | 'APPEND_IF_EXISTS_OR_ADD' | undefined
    upstreamConnectMode?: 'IMMEDIATE' | 'ON_DOWNSTREAM_DATA' | 'ON_DOWNSTREAM_TLS_HANDSHAKE' | undefined
    maxEarlyDataBytes?: number | undefined
    checkDrainClose?: boolean | undefined
  }
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.OnDemand': {
    odcdsConfig?: Messages['envoy.config.core.v3.ConfigSource'] | undefined
    resourcesLocator?: string | undefined
    timeout?: string | undefined
  }
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TcpAccessLogOptions': {
    accessLogFlushInterval?: string | undefined
    flushAccessLogOnConnected?: boolean | undefined
    flushAccessLogOnStart?: boolean | undefined
  }
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig': {
    hostname?: string | undefined
    usePost?: boolean | undefined
    headersToAdd?: Messages['envoy.config.core.v3.HeaderValueOption'][] | undefined
    propagateResponseHeaders?: boolean | undefined
    postPath?: string | undefined
    propagateResponseTrailers?: boolean | undefined
    requestIdExtension?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension'] | undefined
    requestIdHeader?: string | undefined
    requestIdMetadataKey?: string | undefined
    formatters?: Messages['envoy.config.core.v3.TypedExtensionConfig'][] | undefined
  }
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster': {
    clusters?: Messages['envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight'][] | undefined
  }
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight': {
    name?: string | undefined
    weight?: number | undefined
    metadataMatch?: Messages['envoy.config.core.v3.Metadata'] | undefined
  }
  'envoy.extensions.filters.network.wasm.v3.Wasm': {
    config?: Messages['envoy.extensions.wasm.v3.PluginConfig'] | undefined
  }
  'envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState': {
    cookie?: Messages['envoy.type.http.v3.Cookie'] | undefined
  }
  'envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState': {
    name?: string | undefined
  }
  'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig': {
    zoneAwareLbConfig?: Messages['envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig'] | undefined
    localityWeightedLbConfig?: Messages['envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.LocalityWeightedLbConfig'] | undefined
  }
  'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.LocalityWeightedLbConfig': {
  }
  'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig': {
    routingEnabled?: Messages['envoy.type.v3.Percent'] | undefined
    minClusterSize?: string | number | undefined
    failTrafficOnPanic?: boolean | undefined
    forceLocalityDirectRouting?: boolean | undefined
    forceLocalZone?: Messages['envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.ForceLocalZone'] | undefined
    localityBasis?: 'HEALTHY_HOSTS_NUM' | 'HEALTHY_HOSTS_WEIGHT' | undefined
  }
  'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.ForceLocalZone': {
    minSize?: number | undefined
  }
  'envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig': {
    slowStartWindow?: string | undefined
    aggression?: Messages['envoy.config.core.v3.RuntimeDouble'] | undefined
    minWeightPercent?: Messages['envoy.type.v3.Percent'] | undefined
  }
  'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin': {
    slowStartConfig?: Messages['envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig'] | undefined
    localityLbConfig?: Messages['envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig'] | undefined
  }
  'envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality': {
    endpointPickingPolicy?: Messages['envoy.config.cluster.v3.LoadBalancingPolicy'] | undefined
  }
  'envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig': {
    resolvers?: Messages['envoy.config.core.v3.Address'][] | undefined
    useResolversAsFallback?: boolean | undefined
    filterUnroutableFamilies?: boolean | undefined
    dnsResolverOptions?: Messages['envoy.config.core.v3.DnsResolverOptions'] | undefined
    udpMaxQueries?: number | undefined
    queryTimeoutSeconds?: string | number | undefined
    queryTries?: number | undefined
    rotateNameservers?: boolean | undefined
    edns0MaxPayloadSize?: number | undefined
    maxUdpChannelDuration?: string | undefined
    reinitChannelOnTimeout?: boolean | undefined
    qcacheMaxTtl?: number | undefined
  }
  'envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig': {
    pathTemplate?: string | undefined
  }
  'envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig': {
    pathTemplateRewrite?: string | undefined
  }
  'envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig': {
    packTraceReason?: boolean | undefined
    useRequestIdForTraceSampling?: boolean | undefined
  }
  'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate': {
  }
  'envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig': {
    updateFrequency?: number | undefined
  }
  'envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport': {
    passthroughMetadata?: Messages['envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport.MetadataValueSource'][] | undefined
    transportSocket?: Messages['envoy.config.core.v3.TransportSocket'] | undefined
  }
  'envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport.MetadataValueSource': {
    kind?: Messages['envoy.type.metadata.v3.MetadataKind'] | undefined
    name?: string | undefined
  }
  'envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport': {
    config?: Messages['envoy.config.core.v3.ProxyProtocolConfig'] | undefined
    transportSocket?: Messages['envoy.config.core.v3.TransportSocket'] | undefined
    allowUnspecifiedAddress?: boolean | undefined
    tlvAsPoolKey?: boolean | undefined
  }
  'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer': {
  }
  'envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance': {
    instanceName?: string | undefined
    certificateName?: string | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext': {
    trustedCa?: Messages['envoy.config.core.v3.DataSource'] | undefined
    caCertificateProviderInstance?: Messages['envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance'] | undefined
    systemRootCerts?: Messages['envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.SystemRootCerts'] | undefined
    watchedDirectory?: Messages['envoy.config.core.v3.WatchedDirectory'] | undefined
    verifyCertificateSpki?: string[] | undefined
    verifyCertificateHash?: string[] | undefined
    matchTypedSubjectAltNames?: Messages['envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher'][] | undefined
    matchSubjectAltNames?: Messages['envoy.type.matcher.v3.StringMatcher'][] | undefined
    requireSignedCertificateTimestamp?: boolean | undefined
    crl?: Messages['envoy.config.core.v3.DataSource'] | undefined
    allowExpiredCertificate?: boolean | undefined
    trustChainVerification?: 'VERIFY_TRUST_CHAIN' | 'ACCEPT_UNTRUSTED' | undefined
    customValidatorConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    onlyVerifyLeafCertCrl?: boolean | undefined
    maxVerifyDepth?: number | undefined
    suppressClientCaList?: boolean | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.SystemRootCerts': {
  }
  'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext': {
    tlsParams?: Messages['envoy.extensions.transport_sockets.tls.v3.TlsParameters'] | undefined
    tlsCertificates?: Messages['envoy.extensions.transport_sockets.tls.v3.TlsCertificate'][] | undefined
    tlsCertificateSdsSecretConfigs?: Messages['envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig'][] | undefined
    tlsCertificateProviderInstance?: Messages['envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance'] | undefined
    customTlsCertificateSelector?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    tlsCertificateCertificateProvider?: Messages['envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProvider'] | undefined
    tlsCertificateCertificateProviderInstance?: Messages['envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProviderInstance'] | undefined
    validationContext?: Messages['envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext'] | undefined
    validationContextSdsSecretConfig?: Messages['envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig'] | undefined
    combinedValidationContext?: Messages['envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext'] | undefined
    validationContextCertificateProvider?: Messages['envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProvider'] | undefined
    validationContextCertificateProviderInstance?: Messages['envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProviderInstance'] | undefined
    alpnProtocols?: string[] | undefined
    customHandshaker?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    keyLog?: Messages['envoy.extensions.transport_sockets.tls.v3.TlsKeyLog'] | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProvider': {
    name?: string | undefined
    typedConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProviderInstance': {
    instanceName?: string | undefined
    certificateName?: string | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext': {
    defaultValidationContext?: Messages['envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext'] | undefined
    validationContextSdsSecretConfig?: Messages['envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig'] | undefined
    validationContextCertificateProvider?: Messages['envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProvider'] | undefined
    validationContextCertificateProviderInstance?: Messages['envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProviderInstance'] | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext': {
    commonTlsContext?: Messages['envoy.extensions.transport_sockets.tls.v3.CommonTlsContext'] | undefined
    requireClientCertificate?: boolean | undefined
    requireSni?: boolean | undefined
    sessionTicketKeys?: Messages['envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys'] | undefined
    sessionTicketKeysSdsSecretConfig?: Messages['envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig'] | undefined
    disableStatelessSessionResumption?: boolean | undefined
    disableStatefulSessionResumption?: boolean | undefined
    sessionTimeout?: string | undefined
    ocspStaplePolicy?: 'LENIENT_STAPLING' | 'STRICT_STAPLING' | 'MUST_STAPLE' | undefined
    fullScanCertsOnSniMismatch?: boolean | undefined
    preferClientCiphers?: boolean | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.GenericSecret': {
    secret?: Messages['envoy.config.core.v3.DataSource'] | undefined
    secrets?: Record<string, Messages['envoy.config.core.v3.DataSource']> | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.PrivateKeyProvider': {
    providerName?: string | undefined
    typedConfig?: Any | undefined
    fallback?: boolean | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig': {
    name?: string | undefined
    sdsConfig?: Messages['envoy.config.core.v3.ConfigSource'] | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.Secret': {
    name?: string | undefined
    tlsCertificate?: Messages['envoy.extensions.transport_sockets.tls.v3.TlsCertificate'] | undefined
    sessionTicketKeys?: Messages['envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys'] | undefined
    validationContext?: Messages['envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext'] | undefined
    genericSecret?: Messages['envoy.extensions.transport_sockets.tls.v3.GenericSecret'] | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher': {
    sanType?: 'SAN_TYPE_UNSPECIFIED' | 'EMAIL' | 'DNS' | 'URI' | 'IP_ADDRESS' | 'OTHER_NAME' | undefined
    matcher?: Messages['envoy.type.matcher.v3.StringMatcher'] | undefined
    oid?: string | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.TlsCertificate': {
    certificateChain?: Messages['envoy.config.core.v3.DataSource'] | undefined
    privateKey?: Messages['envoy.config.core.v3.DataSource'] | undefined
    pkcs12?: Messages['envoy.config.core.v3.DataSource'] | undefined
    watchedDirectory?: Messages['envoy.config.core.v3.WatchedDirectory'] | undefined
    privateKeyProvider?: Messages['envoy.extensions.transport_sockets.tls.v3.PrivateKeyProvider'] | undefined
    password?: Messages['envoy.config.core.v3.DataSource'] | undefined
    ocspStaple?: Messages['envoy.config.core.v3.DataSource'] | undefined
    signedCertificateTimestamp?: Messages['envoy.config.core.v3.DataSource'][] | undefined
    tlsParams?: Messages['envoy.extensions.transport_sockets.tls.v3.TlsParameters'] | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.TlsKeyLog': {
    path?: string | undefined
    localAddressRange?: Messages['envoy.config.core.v3.CidrRange'][] | undefined
    remoteAddressRange?: Messages['envoy.config.core.v3.CidrRange'][] | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.TlsParameters': {
    tlsMinimumProtocolVersion?: 'TLS_AUTO' | 'TLSv1_0' | 'TLSv1_1' | 'TLSv1_2' | 'TLSv1_3' | undefined
    tlsMaximumProtocolVersion?: 'TLS_AUTO' | 'TLSv1_0' | 'TLSv1_1' | 'TLSv1_2' | 'TLSv1_3' | undefined
    cipherSuites?: string[] | undefined
    ecdhCurves?: string[] | undefined
    signatureAlgorithms?: string[] | undefined
    compliancePolicies?: ('FIPS_202205' | 'CNSA2_202603' | 'CNSA1_202603')[] | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys': {
    keys?: Messages['envoy.config.core.v3.DataSource'][] | undefined
  }
  'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext': {
    commonTlsContext?: Messages['envoy.extensions.transport_sockets.tls.v3.CommonTlsContext'] | undefined
    sni?: string | undefined
    autoHostSni?: boolean | undefined
    autoSniSanValidation?: boolean | undefined
    allowRenegotiation?: boolean | undefined
    maxSessionKeys?: number | undefined
    enforceRsaKeyUsage?: boolean | undefined
  }
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
    commonHttpProtocolOptions?: Messages['envoy.config.core.v3.HttpProtocolOptions'] | undefined
    upstreamHttpProtocolOptions?: Messages['envoy.config.core.v3.UpstreamHttpProtocolOptions'] | undefined
    explicitHttpConfig?: Messages['envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig'] | undefined
    useDownstreamProtocolConfig?: Messages['envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig'] | undefined
    autoConfig?: Messages['envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig'] | undefined
    httpFilters?: Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'][] | undefined
    headerValidationConfig?: Messages['envoy.config.core.v3.TypedExtensionConfig'] | undefined
    outlierDetection?: Messages['envoy.extensions.upstreams.http.v3.HttpProtocolOptions.OutlierDetection'] | undefined
    requestMirrorPolicies?: Messages['envoy.config.route.v3.RouteAction.RequestMirrorPolicy'][] | undefined
    hashPolicy?: Messages['envoy.config.route.v3.RouteAction.HashPolicy'][] | undefined
    retryPolicy?: Messages['envoy.config.route.v3.RetryPolicy'] | undefined
  }
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig': {
    httpProtocolOptions?: Messages['envoy.config.core.v3.Http1ProtocolOptions'] | undefined
    http2ProtocolOptions?: Messages['envoy.config.core.v3.Http2ProtocolOptions'] | undefined
    http3ProtocolOptions?: Messages['envoy.config.core.v3.Http3ProtocolOptions'] | undefined
    alternateProtocolsCacheOptions?: Messages['envoy.config.core.v3.AlternateProtocolsCacheOptions'] | undefined
  }
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig': {
    httpProtocolOptions?: Messages['envoy.config.core.v3.Http1ProtocolOptions'] | undefined
    http2ProtocolOptions?: Messages['envoy.config.core.v3.Http2ProtocolOptions'] | undefined
    http3ProtocolOptions?: Messages['envoy.config.core.v3.Http3ProtocolOptions'] | undefined
  }
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.OutlierDetection': {
    errorMatcher?: Messages['envoy.config.common.matcher.v3.MatchPredicate'] | undefined
  }
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig': {
    httpProtocolOptions?: Messages['envoy.config.core.v3.Http1ProtocolOptions'] | undefined
    http2ProtocolOptions?: Messages['envoy.config.core.v3.Http2ProtocolOptions'] | undefined
    http3ProtocolOptions?: Messages['envoy.config.core.v3.Http3ProtocolOptions'] | undefined
  }
  'envoy.extensions.wasm.v3.CapabilityRestrictionConfig': {
    allowedCapabilities?: Record<string, Messages['envoy.extensions.wasm.v3.SanitizationConfig']> | undefined
  }
  'envoy.extensions.wasm.v3.EnvironmentVariables': {
    hostEnvKeys?: string[] | undefined
    keyValues?: Record<string, string> | undefined
  }
  'envoy.extensions.wasm.v3.PluginConfig': {
    name?: string | undefined
    rootId?: string | undefined
    vmConfig?: Messages['envoy.extensions.wasm.v3.VmConfig'] | undefined
    configuration?: Any | undefined
    failOpen?: boolean | undefined
    failurePolicy?: 'UNSPECIFIED' | 'FAIL_RELOAD' | 'FAIL_CLOSED' | 'FAIL_OPEN' | undefined
    reloadConfig?: Messages['envoy.extensions.wasm.v3.ReloadConfig'] | undefined
    capabilityRestrictionConfig?: Messages['envoy.extensions.wasm.v3.CapabilityRestrictionConfig'] | undefined
    allowOnHeadersStopIteration?: boolean | undefined
  }
  'envoy.extensions.wasm.v3.ReloadConfig': {
    backoff?: Messages['envoy.config.core.v3.BackoffStrategy'] | undefined
  }
  'envoy.extensions.wasm.v3.SanitizationConfig': {
  }
  'envoy.extensions.wasm.v3.VmConfig': {
    vmId?: string | undefined
    runtime?: string | undefined
    code?: Messages['envoy.config.core.v3.AsyncDataSource'] | undefined
    configuration?: Any | undefined
    allowPrecompiled?: boolean | undefined
    nackOnCodeCacheMiss?: boolean | undefined
    environmentVariables?: Messages['envoy.extensions.wasm.v3.EnvironmentVariables'] | undefined
    capabilityRestrictionConfig?: Messages['envoy.extensions.wasm.v3.CapabilityRestrictionConfig'] | undefined
  }
  'envoy.type.http.v3.Cookie': {
    name?: string | undefined
    ttl?: string | undefined
    path?: string | undefined
    attributes?: Messages['envoy.type.http.v3.CookieAttribute'][] | undefined
  }
  'envoy.type.http.v3.CookieAttribute': {
    name?: string | undefined
    value?: string | undefined
  }
  'envoy.type.http.v3.PathTransformation': {
    operations?: Messages['envoy.type.http.v3.PathTransformation.Operation'][] | undefined
  }
  'envoy.type.http.v3.PathTransformation.Operation': {
    normalizePathRfc3986?: Messages['envoy.type.http.v3.PathTransformation.Operation.NormalizePathRFC3986'] | undefined
    mergeSlashes?: Messages['envoy.type.http.v3.PathTransformation.Operation.MergeSlashes'] | undefined
  }
  'envoy.type.http.v3.PathTransformation.Operation.MergeSlashes': {
  }
  'envoy.type.http.v3.PathTransformation.Operation.NormalizePathRFC3986': {
  }
  'envoy.type.matcher.v3.AddressMatcher': {
    ranges?: Messages['xds.core.v3.CidrRange'][] | undefined
    invertMatch?: boolean | undefined
  }
  'envoy.type.matcher.v3.DoubleMatcher': {
    range?: Messages['envoy.type.v3.DoubleRange'] | undefined
    exact?: number | undefined
  }
  'envoy.type.matcher.v3.FilterStateMatcher': {
    key?: string | undefined
    stringMatch?: Messages['envoy.type.matcher.v3.StringMatcher'] | undefined
    addressMatch?: Messages['envoy.type.matcher.v3.AddressMatcher'] | undefined
  }
  'envoy.type.matcher.v3.ListMatcher': {
    oneOf?: Messages['envoy.type.matcher.v3.ValueMatcher'] | undefined
  }
  'envoy.type.matcher.v3.ListStringMatcher': {
    patterns?: Messages['envoy.type.matcher.v3.StringMatcher'][] | undefined
  }
  'envoy.type.matcher.v3.MetadataMatcher': {
    filter?: string | undefined
    path?: Messages['envoy.type.matcher.v3.MetadataMatcher.PathSegment'][] | undefined
    value?: Messages['envoy.type.matcher.v3.ValueMatcher'] | undefined
    invert?: boolean | undefined
  }
  'envoy.type.matcher.v3.MetadataMatcher.PathSegment': {
    key?: string | undefined
  }
  'envoy.type.matcher.v3.OrMatcher': {
    valueMatchers?: Messages['envoy.type.matcher.v3.ValueMatcher'][] | undefined
  }
  'envoy.type.matcher.v3.PathMatcher': {
    path?: Messages['envoy.type.matcher.v3.StringMatcher'] | undefined
  }
  'envoy.type.matcher.v3.RegexMatchAndSubstitute': {
    pattern?: Messages['envoy.type.matcher.v3.RegexMatcher'] | undefined
    substitution?: string | undefined
  }
  'envoy.type.matcher.v3.RegexMatcher': {
    googleRe2?: Messages['envoy.type.matcher.v3.RegexMatcher.GoogleRE2'] | undefined
    regex?: string | undefined
  }
  'envoy.type.matcher.v3.RegexMatcher.GoogleRE2': {
    maxProgramSize?: number | undefined
  }
  'envoy.type.matcher.v3.StringMatcher': {
    exact?: string | undefined
    prefix?: string | undefined
    suffix?: string | undefined
    safeRegex?: Messages['envoy.type.matcher.v3.RegexMatcher'] | undefined
    contains?: string | undefined
    custom?: Messages['xds.core.v3.TypedExtensionConfig'] | undefined
    ignoreCase?: boolean | undefined
  }
  'envoy.type.matcher.v3.ValueMatcher': {
    nullMatch?: Messages['envoy.type.matcher.v3.ValueMatcher.NullMatch'] | undefined
    doubleMatch?: Messages['envoy.type.matcher.v3.DoubleMatcher'] | undefined
    stringMatch?: Messages['envoy.type.matcher.v3.StringMatcher'] | undefined
    boolMatch?: boolean | undefined
    presentMatch?: boolean | undefined
    listMatch?: Messages['envoy.type.matcher.v3.ListMatcher'] | undefined
    orMatch?: Messages['envoy.type.matcher.v3.OrMatcher'] | undefined
  }
  'envoy.type.matcher.v3.ValueMatcher.NullMatch': {
  }
  'envoy.type.metadata.v3.MetadataKey': {
    key?: string | undefined
    path?: Messages['envoy.type.metadata.v3.MetadataKey.PathSegment'][] | undefined
  }
  'envoy.type.metadata.v3.MetadataKey.PathSegment': {
    key?: string | undefined
    index?: number | undefined
  }
  'envoy.type.metadata.v3.MetadataKind': {
    request?: Messages['envoy.type.metadata.v3.MetadataKind.Request'] | undefined
    route?: Messages['envoy.type.metadata.v3.MetadataKind.Route'] | undefined
    cluster?: Messages['envoy.type.metadata.v3.MetadataKind.Cluster'] | undefined
    host?: Messages['envoy.type.metadata.v3.MetadataKind.Host'] | undefined
  }
  'envoy.type.metadata.v3.MetadataKind.Cluster': {
  }
  'envoy.type.metadata.v3.MetadataKind.Host': {
  }
  'envoy.type.metadata.v3.MetadataKind.Request': {
  }
  'envoy.type.metadata.v3.MetadataKind.Route': {
  }
  'envoy.type.tracing.v3.CustomTag': {
    tag?: string | undefined
    literal?: Messages['envoy.type.tracing.v3.CustomTag.Literal'] | undefined
    environment?: Messages['envoy.type.tracing.v3.CustomTag.Environment'] | undefined
    requestHeader?: Messages['envoy.type.tracing.v3.CustomTag.Header'] | undefined
    metadata?: Messages['envoy.type.tracing.v3.CustomTag.Metadata'] | undefined
    value?: string | undefined
    valueType?: 'UNSPECIFIED' | 'STRING' | 'INT' | 'DOUBLE' | 'BOOL' | undefined
  }
  'envoy.type.tracing.v3.CustomTag.Environment': {
    name?: string | undefined
    defaultValue?: string | undefined
  }
  'envoy.type.tracing.v3.CustomTag.Header': {
    name?: string | undefined
    defaultValue?: string | undefined
  }
  'envoy.type.tracing.v3.CustomTag.Literal': {
    value?: string | undefined
  }
  'envoy.type.tracing.v3.CustomTag.Metadata': {
    kind?: Messages['envoy.type.metadata.v3.MetadataKind'] | undefined
    metadataKey?: Messages['envoy.type.metadata.v3.MetadataKey'] | undefined
    defaultValue?: string | undefined
  }
  'envoy.type.v3.DoubleRange': {
    start?: number | undefined
    end?: number | undefined
  }
  'envoy.type.v3.FractionalPercent': {
    numerator?: number | undefined
    denominator?: 'HUNDRED' | 'TEN_THOUSAND' | 'MILLION' | undefined
  }
  'envoy.type.v3.HashPolicy': {
    sourceIp?: Messages['envoy.type.v3.HashPolicy.SourceIp'] | undefined
    filterState?: Messages['envoy.type.v3.HashPolicy.FilterState'] | undefined
  }
  'envoy.type.v3.HashPolicy.FilterState': {
    key?: string | undefined
  }
  'envoy.type.v3.HashPolicy.SourceIp': {
  }
  'envoy.type.v3.HttpStatus': {
    code?: 'Empty' | 'Continue' | 'OK' | 'Created' | 'Accepted' | 'NonAuthoritativeInformation' | 'NoContent' | 'ResetContent' | 'PartialContent' | 'MultiStatus' | 'AlreadyReported' | 'IMUsed' | 'MultipleChoices' | 'MovedPermanently' | 'Found' | 'SeeOther' | 'NotModified' | 'UseProxy' | 'TemporaryRedirect' | 'PermanentRedirect' | 'BadRequest' | 'Unauthorized' | 'PaymentRequired' | 'Forbidden' | 'NotFound' | 'MethodNotAllowed' | 'NotAcceptable' | 'ProxyAuthenticationRequired' | 'RequestTimeout' | 'Conflict' | 'Gone' | 'LengthRequired' | 'PreconditionFailed' | 'PayloadTooLarge' | 'URITooLong' | 'UnsupportedMediaType' | 'RangeNotSatisfiable' | 'ExpectationFailed' | 'MisdirectedRequest' | 'UnprocessableEntity' | 'Locked' | 'FailedDependency' | 'UpgradeRequired' | 'PreconditionRequired' | 'TooManyRequests' | 'RequestHeaderFieldsTooLarge' | 'InternalServerError' | 'NotImplemented' | 'BadGateway' | 'ServiceUnavailable' | 'GatewayTimeout' | 'HTTPVersionNotSupported' | 'VariantAlsoNegotiates' | 'InsufficientStorage' | 'LoopDetected' | 'NotExtended' | 'NetworkAuthenticationRequired' | undefined
  }
  'envoy.type.v3.Int32Range': {
    start?: number | undefined
    end?: number | undefined
  }
  'envoy.type.v3.Int64Range': {
    start?: string | number | undefined
    end?: string | number | undefined
  }
  'envoy.type.v3.Percent': {
    value?: number | undefined
  }
  'google.api.expr.v1alpha1.CheckedExpr': {
    referenceMap?: Record<string, Messages['google.api.expr.v1alpha1.Reference']> | undefined
    typeMap?: Record<string, Messages['google.api.expr.v1alpha1.Type']> | undefined
    sourceInfo?: Messages['google.api.expr.v1alpha1.SourceInfo'] | undefined
    exprVersion?: string | undefined
    expr?: Messages['google.api.expr.v1alpha1.Expr'] | undefined
  }
  'google.api.expr.v1alpha1.Constant': {
    nullValue?: 'NULL_VALUE' | undefined
    boolValue?: boolean | undefined
    int64Value?: string | number | undefined
    uint64Value?: string | number | undefined
    doubleValue?: number | undefined
    stringValue?: string | undefined
    bytesValue?: string | undefined
    durationValue?: string | undefined
    timestampValue?: string | undefined
  }
  'google.api.expr.v1alpha1.Expr': {
    id?: string | number | undefined
    constExpr?: Messages['google.api.expr.v1alpha1.Constant'] | undefined
    identExpr?: Messages['google.api.expr.v1alpha1.Expr.Ident'] | undefined
    selectExpr?: Messages['google.api.expr.v1alpha1.Expr.Select'] | undefined
    callExpr?: Messages['google.api.expr.v1alpha1.Expr.Call'] | undefined
    listExpr?: Messages['google.api.expr.v1alpha1.Expr.CreateList'] | undefined
    structExpr?: Messages['google.api.expr.v1alpha1.Expr.CreateStruct'] | undefined
    comprehensionExpr?: Messages['google.api.expr.v1alpha1.Expr.Comprehension'] | undefined
  }
  'google.api.expr.v1alpha1.Expr.Call': {
    target?: Messages['google.api.expr.v1alpha1.Expr'] | undefined
    function?: string | undefined
    args?: Messages['google.api.expr.v1alpha1.Expr'][] | undefined
  }
  'google.api.expr.v1alpha1.Expr.Comprehension': {
    iterVar?: string | undefined
    iterVar2?: string | undefined
    iterRange?: Messages['google.api.expr.v1alpha1.Expr'] | undefined
    accuVar?: string | undefined
    accuInit?: Messages['google.api.expr.v1alpha1.Expr'] | undefined
    loopCondition?: Messages['google.api.expr.v1alpha1.Expr'] | undefined
    loopStep?: Messages['google.api.expr.v1alpha1.Expr'] | undefined
    result?: Messages['google.api.expr.v1alpha1.Expr'] | undefined
  }
  'google.api.expr.v1alpha1.Expr.CreateList': {
    elements?: Messages['google.api.expr.v1alpha1.Expr'][] | undefined
    optionalIndices?: number[] | undefined
  }
  'google.api.expr.v1alpha1.Expr.CreateStruct': {
    messageName?: string | undefined
    entries?: Messages['google.api.expr.v1alpha1.Expr.CreateStruct.Entry'][] | undefined
  }
  'google.api.expr.v1alpha1.Expr.CreateStruct.Entry': {
    id?: string | number | undefined
    fieldKey?: string | undefined
    mapKey?: Messages['google.api.expr.v1alpha1.Expr'] | undefined
    value?: Messages['google.api.expr.v1alpha1.Expr'] | undefined
    optionalEntry?: boolean | undefined
  }
  'google.api.expr.v1alpha1.Expr.Ident': {
    name?: string | undefined
  }
  'google.api.expr.v1alpha1.Expr.Select': {
    operand?: Messages['google.api.expr.v1alpha1.Expr'] | undefined
    field?: string | undefined
    testOnly?: boolean | undefined
  }
  'google.api.expr.v1alpha1.Reference': {
    name?: string | undefined
    overloadId?: string[] | undefined
    value?: Messages['google.api.expr.v1alpha1.Constant'] | undefined
  }
  'google.api.expr.v1alpha1.SourceInfo': {
    syntaxVersion?: string | undefined
    location?: string | undefined
    lineOffsets?: number[] | undefined
    positions?: Record<string, number> | undefined
    macroCalls?: Record<string, Messages['google.api.expr.v1alpha1.Expr']> | undefined
    extensions?: Messages['google.api.expr.v1alpha1.SourceInfo.Extension'][] | undefined
  }
  'google.api.expr.v1alpha1.SourceInfo.Extension': {
    id?: string | undefined
    affectedComponents?: ('COMPONENT_UNSPECIFIED' | 'COMPONENT_PARSER' | 'COMPONENT_TYPE_CHECKER' | 'COMPONENT_RUNTIME')[] | undefined
    version?: Messages['google.api.expr.v1alpha1.SourceInfo.Extension.Version'] | undefined
  }
  'google.api.expr.v1alpha1.SourceInfo.Extension.Version': {
    major?: string | number | undefined
    minor?: string | number | undefined
  }
  'google.api.expr.v1alpha1.Type': {
    dyn?: Record<string, never> | undefined
    null?: 'NULL_VALUE' | undefined
    primitive?: 'PRIMITIVE_TYPE_UNSPECIFIED' | 'BOOL' | 'INT64' | 'UINT64' | 'DOUBLE' | 'STRING' | 'BYTES' | undefined
    wrapper?: 'PRIMITIVE_TYPE_UNSPECIFIED' | 'BOOL' | 'INT64' | 'UINT64' | 'DOUBLE' | 'STRING' | 'BYTES' | undefined
    wellKnown?: 'WELL_KNOWN_TYPE_UNSPECIFIED' | 'ANY' | 'TIMESTAMP' | 'DURATION' | undefined
    listType?: Messages['google.api.expr.v1alpha1.Type.ListType'] | undefined
    mapType?: Messages['google.api.expr.v1alpha1.Type.MapType'] | undefined
    function?: Messages['google.api.expr.v1alpha1.Type.FunctionType'] | undefined
    messageType?: string | undefined
    typeParam?: string | undefined
    type?: Messages['google.api.expr.v1alpha1.Type'] | undefined
    error?: Record<string, never> | undefined
    abstractType?: Messages['google.api.expr.v1alpha1.Type.AbstractType'] | undefined
  }
  'google.api.expr.v1alpha1.Type.AbstractType': {
    name?: string | undefined
    parameterTypes?: Messages['google.api.expr.v1alpha1.Type'][] | undefined
  }
  'google.api.expr.v1alpha1.Type.FunctionType': {
    resultType?: Messages['google.api.expr.v1alpha1.Type'] | undefined
    argTypes?: Messages['google.api.expr.v1alpha1.Type'][] | undefined
  }
  'google.api.expr.v1alpha1.Type.ListType': {
    elemType?: Messages['google.api.expr.v1alpha1.Type'] | undefined
  }
  'google.api.expr.v1alpha1.Type.MapType': {
    keyType?: Messages['google.api.expr.v1alpha1.Type'] | undefined
    valueType?: Messages['google.api.expr.v1alpha1.Type'] | undefined
  }
  'istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig': {
    alpnOverride?: Messages['istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig.AlpnOverride'][] | undefined
  }
  'istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig.AlpnOverride': {
    upstreamProtocol?: 'HTTP10' | 'HTTP11' | 'HTTP2' | undefined
    alpnOverride?: string[] | undefined
  }
  'istio.networking.nds.v1.NameTable': {
    table?: Record<string, Messages['istio.networking.nds.v1.NameTable.NameInfo']> | undefined
  }
  'istio.networking.nds.v1.NameTable.NameInfo': {
    ips?: string[] | undefined
    registry?: string | undefined
    shortname?: string | undefined
    namespace?: string | undefined
    altHosts?: string[] | undefined
  }
  'opentelemetry.proto.common.v1.AnyValue': {
    stringValue?: string | undefined
    boolValue?: boolean | undefined
    intValue?: string | number | undefined
    doubleValue?: number | undefined
    arrayValue?: Messages['opentelemetry.proto.common.v1.ArrayValue'] | undefined
    kvlistValue?: Messages['opentelemetry.proto.common.v1.KeyValueList'] | undefined
    bytesValue?: string | undefined
  }
  'opentelemetry.proto.common.v1.ArrayValue': {
    values?: Messages['opentelemetry.proto.common.v1.AnyValue'][] | undefined
  }
  'opentelemetry.proto.common.v1.KeyValue': {
    key?: string | undefined
    value?: Messages['opentelemetry.proto.common.v1.AnyValue'] | undefined
  }
  'opentelemetry.proto.common.v1.KeyValueList': {
    values?: Messages['opentelemetry.proto.common.v1.KeyValue'][] | undefined
  }
  'stats.MetricConfig': {
    dimensions?: Record<string, string> | undefined
    name?: string | undefined
    tagsToRemove?: string[] | undefined
    match?: string | undefined
    drop?: boolean | undefined
  }
  'stats.MetricDefinition': {
    name?: string | undefined
    value?: string | undefined
    type?: 'COUNTER' | 'GAUGE' | 'HISTOGRAM' | undefined
  }
  'stats.PluginConfig': {
    debug?: boolean | undefined
    maxPeerCacheSize?: number | undefined
    statPrefix?: string | undefined
    fieldSeparator?: string | undefined
    valueSeparator?: string | undefined
    disableHostHeaderFallback?: boolean | undefined
    tcpReportingDuration?: string | undefined
    metrics?: Messages['stats.MetricConfig'][] | undefined
    definitions?: Messages['stats.MetricDefinition'][] | undefined
    reporter?: 'UNSPECIFIED' | 'SERVER_GATEWAY' | undefined
    rotationInterval?: string | undefined
    gracefulDeletionInterval?: string | undefined
  }
  'udpa.type.v1.TypedStruct': {
    typeUrl?: string | undefined
    value?: Record<string, unknown> | undefined
  }
  'xds.core.v3.Authority': {
    name?: string | undefined
  }
  'xds.core.v3.CidrRange': {
    addressPrefix?: string | undefined
    prefixLen?: number | undefined
  }
  'xds.core.v3.TypedExtensionConfig': {
    name?: string | undefined
    typedConfig?: Any | undefined
  }
  'xds.type.matcher.v3.Matcher': {
    matcherList?: Messages['xds.type.matcher.v3.Matcher.MatcherList'] | undefined
    matcherTree?: Messages['xds.type.matcher.v3.Matcher.MatcherTree'] | undefined
    onNoMatch?: Messages['xds.type.matcher.v3.Matcher.OnMatch'] | undefined
  }
  'xds.type.matcher.v3.Matcher.MatcherList': {
    matchers?: Messages['xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher'][] | undefined
  }
  'xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher': {
    predicate?: Messages['xds.type.matcher.v3.Matcher.MatcherList.Predicate'] | undefined
    onMatch?: Messages['xds.type.matcher.v3.Matcher.OnMatch'] | undefined
  }
  'xds.type.matcher.v3.Matcher.MatcherList.Predicate': {
    singlePredicate?: Messages['xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate'] | undefined
    orMatcher?: Messages['xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList'] | undefined
    andMatcher?: Messages['xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList'] | undefined
    notMatcher?: Messages['xds.type.matcher.v3.Matcher.MatcherList.Predicate'] | undefined
  }
  'xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList': {
    predicate?: Messages['xds.type.matcher.v3.Matcher.MatcherList.Predicate'][] | undefined
  }
  'xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate': {
    input?: Messages['xds.core.v3.TypedExtensionConfig'] | undefined
    valueMatch?: Messages['xds.type.matcher.v3.StringMatcher'] | undefined
    customMatch?: Messages['xds.core.v3.TypedExtensionConfig'] | undefined
  }
  'xds.type.matcher.v3.Matcher.MatcherTree': {
    input?: Messages['xds.core.v3.TypedExtensionConfig'] | undefined
    exactMatchMap?: Messages['xds.type.matcher.v3.Matcher.MatcherTree.MatchMap'] | undefined
    prefixMatchMap?: Messages['xds.type.matcher.v3.Matcher.MatcherTree.MatchMap'] | undefined
    customMatch?: Messages['xds.core.v3.TypedExtensionConfig'] | undefined
  }
  'xds.type.matcher.v3.Matcher.MatcherTree.MatchMap': {
    map?: Record<string, Messages['xds.type.matcher.v3.Matcher.OnMatch']> | undefined
  }
  'xds.type.matcher.v3.Matcher.OnMatch': {
    matcher?: Messages['xds.type.matcher.v3.Matcher'] | undefined
    action?: Messages['xds.core.v3.TypedExtensionConfig'] | undefined
    keepMatching?: boolean | undefined
  }
  'xds.type.matcher.v3.RegexMatcher': {
    googleRe2?: Messages['xds.type.matcher.v3.RegexMatcher.GoogleRE2'] | undefined
    regex?: string | undefined
  }
  'xds.type.matcher.v3.RegexMatcher.GoogleRE2': {
  }
  'xds.type.matcher.v3.StringMatcher': {
    exact?: string | undefined
    prefix?: string | undefined
    suffix?: string | undefined
    safeRegex?: Messages['xds.type.matcher.v3.RegexMatcher'] | undefined
    contains?: string | undefined
    custom?: Messages['xds.core.v3.TypedExtensionConfig'] | undefined
    ignoreCase?: boolean | undefined
  }
}
