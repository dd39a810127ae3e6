// Written by tools/gotypes from github.com/openshift/api v0.0.0-20240131175612-92fe66c75e8f, k8s.io/api v0.36.6, k8s.io/apimachinery v0.36.6. Do not edit.
export const GO_TYPES: string = `
v1.Pod
TypeMeta - @v1.TypeMeta i
ObjectMeta metadata @v1.ObjectMeta e
Spec spec @v1.PodSpec e
Status status @v1.PodStatus e

v1.List
TypeMeta - @v1.TypeMeta i
ListMeta metadata @v1.ListMeta e
Items items []raw

v1.ReplicationController
TypeMeta - @v1.TypeMeta i
ObjectMeta metadata @v1.ObjectMeta e
Spec spec @v1.ReplicationControllerSpec e
Status status @v1.ReplicationControllerStatus e

v1.PodTemplateSpec
ObjectMeta metadata @v1.ObjectMeta e
Spec spec @v1.PodSpec e

v1.ObjectReference
Kind kind string e
Namespace namespace string e
Name name string e
UID uid string e
APIVersion apiVersion string e
ResourceVersion resourceVersion string e
FieldPath fieldPath string e

apps/v1.Deployment
TypeMeta - @v1.TypeMeta i
ObjectMeta metadata @v1.ObjectMeta e
Spec spec @apps/v1.DeploymentSpec e
Status status @apps/v1.DeploymentStatus e

apps/v1.DaemonSet
TypeMeta - @v1.TypeMeta i
ObjectMeta metadata @v1.ObjectMeta e
Spec spec @apps/v1.DaemonSetSpec e
Status status @apps/v1.DaemonSetStatus e

apps/v1.ReplicaSet
TypeMeta - @v1.TypeMeta i
ObjectMeta metadata @v1.ObjectMeta e
Spec spec @apps/v1.ReplicaSetSpec e
Status status @apps/v1.ReplicaSetStatus e

apps/v1.StatefulSet
TypeMeta - @v1.TypeMeta i
ObjectMeta metadata @v1.ObjectMeta e
Spec spec @apps/v1.StatefulSetSpec e
Status status @apps/v1.StatefulSetStatus e

batch/v1.Job
TypeMeta - @v1.TypeMeta i
ObjectMeta metadata @v1.ObjectMeta e
Spec spec @batch/v1.JobSpec e
Status status @batch/v1.JobStatus e

batch/v1.CronJob
TypeMeta - @v1.TypeMeta i
ObjectMeta metadata @v1.ObjectMeta e
Spec spec @batch/v1.CronJobSpec e
Status status @batch/v1.CronJobStatus e

apps.openshift.io/v1.DeploymentConfig
TypeMeta - @v1.TypeMeta i
ObjectMeta metadata @v1.ObjectMeta e
Spec spec @apps.openshift.io/v1.DeploymentConfigSpec
Status status @apps.openshift.io/v1.DeploymentConfigStatus e

v1.TypeMeta
Kind kind string e
APIVersion apiVersion string e

v1.ObjectMeta
Name name string e
GenerateName generateName string e
Namespace namespace string e
SelfLink selfLink string e
UID uid string e
ResourceVersion resourceVersion string e
Generation generation int64 e
CreationTimestamp creationTimestamp time e;z
DeletionTimestamp deletionTimestamp *time e
DeletionGracePeriodSeconds deletionGracePeriodSeconds *int64 e
Labels labels {}string e
Annotations annotations {}string e
OwnerReferences ownerReferences []@v1.OwnerReference e;s=merge;k=uid
Finalizers finalizers []string e;s=merge
ManagedFields managedFields []@v1.ManagedFieldsEntry e

v1.PodSpec
Volumes volumes []@v1.Volume e;s=merge,retainKeys;k=name
InitContainers initContainers []@v1.Container e;s=merge;k=name
Containers containers []@v1.Container s=merge;k=name
EphemeralContainers ephemeralContainers []@v1.EphemeralContainer e;s=merge;k=name
RestartPolicy restartPolicy string e
TerminationGracePeriodSeconds terminationGracePeriodSeconds *int64 e
ActiveDeadlineSeconds activeDeadlineSeconds *int64 e
DNSPolicy dnsPolicy string e
NodeSelector nodeSelector {}string e
ServiceAccountName serviceAccountName string e
DeprecatedServiceAccount serviceAccount string e
AutomountServiceAccountToken automountServiceAccountToken *bool e
NodeName nodeName string e
HostNetwork hostNetwork bool e
HostPID hostPID bool e
HostIPC hostIPC bool e
ShareProcessNamespace shareProcessNamespace *bool e
SecurityContext securityContext *@v1.PodSecurityContext e
ImagePullSecrets imagePullSecrets []@v1.LocalObjectReference e;s=merge;k=name
Hostname hostname string e
Subdomain subdomain string e
Affinity affinity *@v1.Affinity e
SchedulerName schedulerName string e
Tolerations tolerations []@v1.Toleration e
HostAliases hostAliases []@v1.HostAlias e;s=merge;k=ip
PriorityClassName priorityClassName string e
Priority priority *int32 e
DNSConfig dnsConfig *@v1.PodDNSConfig e
ReadinessGates readinessGates []@v1.PodReadinessGate e
RuntimeClassName runtimeClassName *string e
EnableServiceLinks enableServiceLinks *bool e
PreemptionPolicy preemptionPolicy *string e
Overhead overhead {}quantity e
TopologySpreadConstraints topologySpreadConstraints []@v1.TopologySpreadConstraint e;s=merge;k=topologyKey
SetHostnameAsFQDN setHostnameAsFQDN *bool e
OS os *@v1.PodOS e
HostUsers hostUsers *bool e
SchedulingGates schedulingGates []@v1.PodSchedulingGate e;s=merge;k=name
ResourceClaims resourceClaims []@v1.PodResourceClaim e;s=merge,retainKeys;k=name
Resources resources *@v1.ResourceRequirements e
HostnameOverride hostnameOverride *string e
SchedulingGroup schedulingGroup *@v1.PodSchedulingGroup e

v1.PodStatus
ObservedGeneration observedGeneration int64 e
Phase phase string e
Conditions conditions []@v1.PodCondition e;s=merge;k=type
Message message string e
Reason reason string e
NominatedNodeName nominatedNodeName string e
HostIP hostIP string e
HostIPs hostIPs []@v1.HostIP e;s=merge;k=ip
PodIP podIP string e
PodIPs podIPs []@v1.PodIP e;s=merge;k=ip
StartTime startTime *time e
InitContainerStatuses initContainerStatuses []@v1.ContainerStatus e
ContainerStatuses containerStatuses []@v1.ContainerStatus e
QOSClass qosClass string e
EphemeralContainerStatuses ephemeralContainerStatuses []@v1.ContainerStatus e
Resize resize string e
ResourceClaimStatuses resourceClaimStatuses []@v1.PodResourceClaimStatus e;s=merge,retainKeys;k=name
ExtendedResourceClaimStatus extendedResourceClaimStatus *@v1.PodExtendedResourceClaimStatus e
AllocatedResources allocatedResources {}quantity e
Resources resources *@v1.ResourceRequirements e
NodeAllocatableResourceClaimStatuses nodeAllocatableResourceClaimStatuses []@v1.NodeAllocatableResourceClaimStatus e

v1.ListMeta
SelfLink selfLink string e
ResourceVersion resourceVersion string e
Continue continue string e
RemainingItemCount remainingItemCount *int64 e
ShardInfo shardInfo *@v1.ShardInfo e

v1.ReplicationControllerSpec
Replicas replicas *int32 e
MinReadySeconds minReadySeconds int32 e
Selector selector {}string e
Template template *@v1.PodTemplateSpec e

v1.ReplicationControllerStatus
Replicas replicas int32
FullyLabeledReplicas fullyLabeledReplicas int32 e
ReadyReplicas readyReplicas int32 e
AvailableReplicas availableReplicas int32 e
ObservedGeneration observedGeneration int64 e
Conditions conditions []@v1.ReplicationControllerCondition e;s=merge;k=type

apps/v1.DeploymentSpec
Replicas replicas *int32 e
Selector selector *@v1.LabelSelector
Template template @v1.PodTemplateSpec
Strategy strategy @apps/v1.DeploymentStrategy e;s=retainKeys
MinReadySeconds minReadySeconds int32 e
RevisionHistoryLimit revisionHistoryLimit *int32 e
Paused paused bool e
ProgressDeadlineSeconds progressDeadlineSeconds *int32 e

apps/v1.DeploymentStatus
ObservedGeneration observedGeneration int64 e
Replicas replicas int32 e
UpdatedReplicas updatedReplicas int32 e
ReadyReplicas readyReplicas int32 e
AvailableReplicas availableReplicas int32 e
UnavailableReplicas unavailableReplicas int32 e
TerminatingReplicas terminatingReplicas *int32 e
Conditions conditions []@apps/v1.DeploymentCondition e;s=merge;k=type
CollisionCount collisionCount *int32 e

apps/v1.DaemonSetSpec
Selector selector *@v1.LabelSelector
Template template @v1.PodTemplateSpec
UpdateStrategy updateStrategy @apps/v1.DaemonSetUpdateStrategy e
MinReadySeconds minReadySeconds int32 e
RevisionHistoryLimit revisionHistoryLimit *int32 e

apps/v1.DaemonSetStatus
CurrentNumberScheduled currentNumberScheduled int32
NumberMisscheduled numberMisscheduled int32
DesiredNumberScheduled desiredNumberScheduled int32
NumberReady numberReady int32
ObservedGeneration observedGeneration int64 e
UpdatedNumberScheduled updatedNumberScheduled int32 e
NumberAvailable numberAvailable int32 e
NumberUnavailable numberUnavailable int32 e
CollisionCount collisionCount *int32 e
Conditions conditions []@apps/v1.DaemonSetCondition e;s=merge;k=type

apps/v1.ReplicaSetSpec
Replicas replicas *int32 e
MinReadySeconds minReadySeconds int32 e
Selector selector *@v1.LabelSelector
Template template @v1.PodTemplateSpec e

apps/v1.ReplicaSetStatus
Replicas replicas int32
FullyLabeledReplicas fullyLabeledReplicas int32 e
ReadyReplicas readyReplicas int32 e
AvailableReplicas availableReplicas int32 e
TerminatingReplicas terminatingReplicas *int32 e
ObservedGeneration observedGeneration int64 e
Conditions conditions []@apps/v1.ReplicaSetCondition e;s=merge;k=type

apps/v1.StatefulSetSpec
Replicas replicas *int32 e
Selector selector *@v1.LabelSelector
Template template @v1.PodTemplateSpec
VolumeClaimTemplates volumeClaimTemplates []@v1.PersistentVolumeClaim e
ServiceName serviceName string
PodManagementPolicy podManagementPolicy string e
UpdateStrategy updateStrategy @apps/v1.StatefulSetUpdateStrategy e
RevisionHistoryLimit revisionHistoryLimit *int32 e
MinReadySeconds minReadySeconds int32 e
PersistentVolumeClaimRetentionPolicy persistentVolumeClaimRetentionPolicy *@apps/v1.StatefulSetPersistentVolumeClaimRetentionPolicy e
Ordinals ordinals *@apps/v1.StatefulSetOrdinals e

apps/v1.StatefulSetStatus
ObservedGeneration observedGeneration int64 e
Replicas replicas int32
ReadyReplicas readyReplicas int32 e
CurrentReplicas currentReplicas int32 e
UpdatedReplicas updatedReplicas int32 e
CurrentRevision currentRevision string e
UpdateRevision updateRevision string e
CollisionCount collisionCount *int32 e
Conditions conditions []@apps/v1.StatefulSetCondition e;s=merge;k=type
AvailableReplicas availableReplicas int32

batch/v1.JobSpec
Parallelism parallelism *int32 e
Completions completions *int32 e
ActiveDeadlineSeconds activeDeadlineSeconds *int64 e
PodFailurePolicy podFailurePolicy *@batch/v1.PodFailurePolicy e
SuccessPolicy successPolicy *@batch/v1.SuccessPolicy e
BackoffLimit backoffLimit *int32 e
BackoffLimitPerIndex backoffLimitPerIndex *int32 e
MaxFailedIndexes maxFailedIndexes *int32 e
Selector selector *@v1.LabelSelector e
ManualSelector manualSelector *bool e
Template template @v1.PodTemplateSpec
TTLSecondsAfterFinished ttlSecondsAfterFinished *int32 e
CompletionMode completionMode *string e
Suspend suspend *bool e
PodReplacementPolicy podReplacementPolicy *string e
ManagedBy managedBy *string e

batch/v1.JobStatus
Conditions conditions []@batch/v1.JobCondition e;s=merge;k=type
StartTime startTime *time e
CompletionTime completionTime *time e
Active active int32 e
Succeeded succeeded int32 e
Failed failed int32 e
Terminating terminating *int32 e
CompletedIndexes completedIndexes string e
FailedIndexes failedIndexes *string e
UncountedTerminatedPods uncountedTerminatedPods *@batch/v1.UncountedTerminatedPods e
Ready ready *int32 e

batch/v1.CronJobSpec
Schedule schedule string
TimeZone timeZone *string e
StartingDeadlineSeconds startingDeadlineSeconds *int64 e
ConcurrencyPolicy concurrencyPolicy string e
Suspend suspend *bool e
JobTemplate jobTemplate @batch/v1.JobTemplateSpec
SuccessfulJobsHistoryLimit successfulJobsHistoryLimit *int32 e
FailedJobsHistoryLimit failedJobsHistoryLimit *int32 e

batch/v1.CronJobStatus
Active active []@v1.ObjectReference e
LastScheduleTime lastScheduleTime *time e
LastSuccessfulTime lastSuccessfulTime *time e

apps.openshift.io/v1.DeploymentConfigSpec
Strategy strategy @apps.openshift.io/v1.DeploymentStrategy
MinReadySeconds minReadySeconds int32 e
Triggers triggers []@apps.openshift.io/v1.DeploymentTriggerPolicy
Replicas replicas int32
RevisionHistoryLimit revisionHistoryLimit *int32 e
Test test bool
Paused paused bool e
Selector selector {}string e
Template template *@v1.PodTemplateSpec e

apps.openshift.io/v1.DeploymentConfigStatus
LatestVersion latestVersion int64
ObservedGeneration observedGeneration int64
Replicas replicas int32
UpdatedReplicas updatedReplicas int32
AvailableReplicas availableReplicas int32
UnavailableReplicas unavailableReplicas int32
Details details *@apps.openshift.io/v1.DeploymentDetails e
Conditions conditions []@apps.openshift.io/v1.DeploymentCondition e;s=merge;k=type
ReadyReplicas readyReplicas int32 e

v1.OwnerReference
APIVersion apiVersion string
Kind kind string
Name name string
UID uid string
Controller controller *bool e
BlockOwnerDeletion blockOwnerDeletion *bool e

v1.ManagedFieldsEntry
Manager manager string e
Operation operation string e
APIVersion apiVersion string e
Time time *time e
FieldsType fieldsType string e
FieldsV1 fieldsV1 *raw e
Subresource subresource string e

v1.Volume
Name name string
VolumeSource - @v1.VolumeSource i

v1.Container
Name name string
Image image string e
Command command []string e
Args args []string e
WorkingDir workingDir string e
Ports ports []@v1.ContainerPort e;s=merge;k=containerPort
EnvFrom envFrom []@v1.EnvFromSource e
Env env []@v1.EnvVar e;s=merge;k=name
Resources resources @v1.ResourceRequirements e
ResizePolicy resizePolicy []@v1.ContainerResizePolicy e
RestartPolicy restartPolicy *string e
RestartPolicyRules restartPolicyRules []@v1.ContainerRestartRule e
VolumeMounts volumeMounts []@v1.VolumeMount e;s=merge;k=mountPath
VolumeDevices volumeDevices []@v1.VolumeDevice e;s=merge;k=devicePath
LivenessProbe livenessProbe *@v1.Probe e
ReadinessProbe readinessProbe *@v1.Probe e
StartupProbe startupProbe *@v1.Probe e
Lifecycle lifecycle *@v1.Lifecycle e
TerminationMessagePath terminationMessagePath string e
TerminationMessagePolicy terminationMessagePolicy string e
ImagePullPolicy imagePullPolicy string e
SecurityContext securityContext *@v1.SecurityContext e
Stdin stdin bool e
StdinOnce stdinOnce bool e
TTY tty bool e

v1.EphemeralContainer
EphemeralContainerCommon - @v1.EphemeralContainerCommon i
TargetContainerName targetContainerName string e

v1.PodSecurityContext
SELinuxOptions seLinuxOptions *@v1.SELinuxOptions e
WindowsOptions windowsOptions *@v1.WindowsSecurityContextOptions e
RunAsUser runAsUser *int64 e
RunAsGroup runAsGroup *int64 e
RunAsNonRoot runAsNonRoot *bool e
SupplementalGroups supplementalGroups []int64 e
SupplementalGroupsPolicy supplementalGroupsPolicy *string e
FSGroup fsGroup *int64 e
Sysctls sysctls []@v1.Sysctl e
FSGroupChangePolicy fsGroupChangePolicy *string e
SeccompProfile seccompProfile *@v1.SeccompProfile e
AppArmorProfile appArmorProfile *@v1.AppArmorProfile e
SELinuxChangePolicy seLinuxChangePolicy *string e

v1.LocalObjectReference
Name name string e

v1.Affinity
NodeAffinity nodeAffinity *@v1.NodeAffinity e
PodAffinity podAffinity *@v1.PodAffinity e
PodAntiAffinity podAntiAffinity *@v1.PodAntiAffinity e

v1.Toleration
Key key string e
Operator operator string e
Value value string e
Effect effect string e
TolerationSeconds tolerationSeconds *int64 e

v1.HostAlias
IP ip string
Hostnames hostnames []string e

v1.PodDNSConfig
Nameservers nameservers []string e
Searches searches []string e
Options options []@v1.PodDNSConfigOption e

v1.PodReadinessGate
ConditionType conditionType string

v1.TopologySpreadConstraint
MaxSkew maxSkew int32
TopologyKey topologyKey string
WhenUnsatisfiable whenUnsatisfiable string
LabelSelector labelSelector *@v1.LabelSelector e
MinDomains minDomains *int32 e
NodeAffinityPolicy nodeAffinityPolicy *string e
NodeTaintsPolicy nodeTaintsPolicy *string e
MatchLabelKeys matchLabelKeys []string e

v1.PodOS
Name name string

v1.PodSchedulingGate
Name name string

v1.PodResourceClaim
Name name string
ResourceClaimName resourceClaimName *string e
ResourceClaimTemplateName resourceClaimTemplateName *string e

v1.ResourceRequirements
Limits limits {}quantity e
Requests requests {}quantity e
Claims claims []@v1.ResourceClaim e

v1.PodSchedulingGroup
PodGroupName podGroupName *string e

v1.PodCondition
Type type string
ObservedGeneration observedGeneration int64 e
Status status string
LastProbeTime lastProbeTime time e
LastTransitionTime lastTransitionTime time e
Reason reason string e
Message message string e

v1.HostIP
IP ip string

v1.PodIP
IP ip string

v1.ContainerStatus
Name name string
State state @v1.ContainerState e
LastTerminationState lastState @v1.ContainerState e
Ready ready bool
RestartCount restartCount int32
Image image string
ImageID imageID string
ContainerID containerID string e
Started started *bool e
AllocatedResources allocatedResources {}quantity e
Resources resources *@v1.ResourceRequirements e
VolumeMounts volumeMounts []@v1.VolumeMountStatus e;s=merge;k=mountPath
User user *@v1.ContainerUser e
AllocatedResourcesStatus allocatedResourcesStatus []@v1.ResourceStatus e;s=merge;k=name
StopSignal stopSignal *string e

v1.PodResourceClaimStatus
Name name string
ResourceClaimName resourceClaimName *string e

v1.PodExtendedResourceClaimStatus
RequestMappings requestMappings []@v1.ContainerExtendedResourceRequest
ResourceClaimName resourceClaimName string

v1.NodeAllocatableResourceClaimStatus
ResourceClaimName resourceClaimName string
Containers containers []string e
Resources resources {}quantity

v1.ShardInfo
Selector selector string

v1.ReplicationControllerCondition
Type type string
Status status string
LastTransitionTime lastTransitionTime time e
Reason reason string e
Message message string e

v1.LabelSelector
MatchLabels matchLabels {}string e
MatchExpressions matchExpressions []@v1.LabelSelectorRequirement e

apps/v1.DeploymentStrategy
Type type string e
RollingUpdate rollingUpdate *@apps/v1.RollingUpdateDeployment e

apps/v1.DeploymentCondition
Type type string
Status status string
LastUpdateTime lastUpdateTime time e
LastTransitionTime lastTransitionTime time e
Reason reason string e
Message message string e

apps/v1.DaemonSetUpdateStrategy
Type type string e
RollingUpdate rollingUpdate *@apps/v1.RollingUpdateDaemonSet e

apps/v1.DaemonSetCondition
Type type string
Status status string
LastTransitionTime lastTransitionTime time e
Reason reason string e
Message message string e

apps/v1.ReplicaSetCondition
Type type string
Status status string
LastTransitionTime lastTransitionTime time e
Reason reason string e
Message message string e

v1.PersistentVolumeClaim
TypeMeta - @v1.TypeMeta i
ObjectMeta metadata @v1.ObjectMeta e
Spec spec @v1.PersistentVolumeClaimSpec e
Status status @v1.PersistentVolumeClaimStatus e

apps/v1.StatefulSetUpdateStrategy
Type type string e
RollingUpdate rollingUpdate *@apps/v1.RollingUpdateStatefulSetStrategy e

apps/v1.StatefulSetPersistentVolumeClaimRetentionPolicy
WhenDeleted whenDeleted string e
WhenScaled whenScaled string e

apps/v1.StatefulSetOrdinals
Start start int32

apps/v1.StatefulSetCondition
Type type string
Status status string
LastTransitionTime lastTransitionTime time e
Reason reason string e
Message message string e

batch/v1.PodFailurePolicy
Rules rules []@batch/v1.PodFailurePolicyRule

batch/v1.SuccessPolicy
Rules rules []@batch/v1.SuccessPolicyRule

batch/v1.JobCondition
Type type string
Status status string
LastProbeTime lastProbeTime time e
LastTransitionTime lastTransitionTime time e
Reason reason string e
Message message string e

batch/v1.UncountedTerminatedPods
Succeeded succeeded []string e
Failed failed []string e

batch/v1.JobTemplateSpec
ObjectMeta metadata @v1.ObjectMeta e
Spec spec @batch/v1.JobSpec e

apps.openshift.io/v1.DeploymentStrategy
Type type string e
CustomParams customParams *@apps.openshift.io/v1.CustomDeploymentStrategyParams e
RecreateParams recreateParams *@apps.openshift.io/v1.RecreateDeploymentStrategyParams e
RollingParams rollingParams *@apps.openshift.io/v1.RollingDeploymentStrategyParams e
Resources resources @v1.ResourceRequirements e
Labels labels {}string e
Annotations annotations {}string e
ActiveDeadlineSeconds activeDeadlineSeconds *int64 e

apps.openshift.io/v1.DeploymentTriggerPolicy
Type type string e
ImageChangeParams imageChangeParams *@apps.openshift.io/v1.DeploymentTriggerImageChangeParams e

apps.openshift.io/v1.DeploymentDetails
Message message string e
Causes causes []@apps.openshift.io/v1.DeploymentCause

apps.openshift.io/v1.DeploymentCondition
Type type string
Status status string
LastUpdateTime lastUpdateTime time e
LastTransitionTime lastTransitionTime time e
Reason reason string e
Message message string e

v1.VolumeSource
HostPath hostPath *@v1.HostPathVolumeSource e
EmptyDir emptyDir *@v1.EmptyDirVolumeSource e
GCEPersistentDisk gcePersistentDisk *@v1.GCEPersistentDiskVolumeSource e
AWSElasticBlockStore awsElasticBlockStore *@v1.AWSElasticBlockStoreVolumeSource e
GitRepo gitRepo *@v1.GitRepoVolumeSource e
Secret secret *@v1.SecretVolumeSource e
NFS nfs *@v1.NFSVolumeSource e
ISCSI iscsi *@v1.ISCSIVolumeSource e
Glusterfs glusterfs *@v1.GlusterfsVolumeSource e
PersistentVolumeClaim persistentVolumeClaim *@v1.PersistentVolumeClaimVolumeSource e
RBD rbd *@v1.RBDVolumeSource e
FlexVolume flexVolume *@v1.FlexVolumeSource e
Cinder cinder *@v1.CinderVolumeSource e
CephFS cephfs *@v1.CephFSVolumeSource e
Flocker flocker *@v1.FlockerVolumeSource e
DownwardAPI downwardAPI *@v1.DownwardAPIVolumeSource e
FC fc *@v1.FCVolumeSource e
AzureFile azureFile *@v1.AzureFileVolumeSource e
ConfigMap configMap *@v1.ConfigMapVolumeSource e
VsphereVolume vsphereVolume *@v1.VsphereVirtualDiskVolumeSource e
Quobyte quobyte *@v1.QuobyteVolumeSource e
AzureDisk azureDisk *@v1.AzureDiskVolumeSource e
PhotonPersistentDisk photonPersistentDisk *@v1.PhotonPersistentDiskVolumeSource e
Projected projected *@v1.ProjectedVolumeSource e
PortworxVolume portworxVolume *@v1.PortworxVolumeSource e
ScaleIO scaleIO *@v1.ScaleIOVolumeSource e
StorageOS storageos *@v1.StorageOSVolumeSource e
CSI csi *@v1.CSIVolumeSource e
Ephemeral ephemeral *@v1.EphemeralVolumeSource e
Image image *@v1.ImageVolumeSource e

v1.ContainerPort
Name name string e
HostPort hostPort int32 e
ContainerPort containerPort int32
Protocol protocol string e
HostIP hostIP string e

v1.EnvFromSource
Prefix prefix string e
ConfigMapRef configMapRef *@v1.ConfigMapEnvSource e
SecretRef secretRef *@v1.SecretEnvSource e

v1.EnvVar
Name name string
Value value string e
ValueFrom valueFrom *@v1.EnvVarSource e

v1.ContainerResizePolicy
ResourceName resourceName string
RestartPolicy restartPolicy string

v1.ContainerRestartRule
Action action string e
ExitCodes exitCodes *@v1.ContainerRestartRuleOnExitCodes e

v1.VolumeMount
Name name string
ReadOnly readOnly bool e
RecursiveReadOnly recursiveReadOnly *string e
MountPath mountPath string
SubPath subPath string e
MountPropagation mountPropagation *string e
SubPathExpr subPathExpr string e

v1.VolumeDevice
Name name string
DevicePath devicePath string

v1.Probe
ProbeHandler - @v1.ProbeHandler i
InitialDelaySeconds initialDelaySeconds int32 e
TimeoutSeconds timeoutSeconds int32 e
PeriodSeconds periodSeconds int32 e
SuccessThreshold successThreshold int32 e
FailureThreshold failureThreshold int32 e
TerminationGracePeriodSeconds terminationGracePeriodSeconds *int64 e

v1.Lifecycle
PostStart postStart *@v1.LifecycleHandler e
PreStop preStop *@v1.LifecycleHandler e
StopSignal stopSignal *string e

v1.SecurityContext
Capabilities capabilities *@v1.Capabilities e
Privileged privileged *bool e
SELinuxOptions seLinuxOptions *@v1.SELinuxOptions e
WindowsOptions windowsOptions *@v1.WindowsSecurityContextOptions e
RunAsUser runAsUser *int64 e
RunAsGroup runAsGroup *int64 e
RunAsNonRoot runAsNonRoot *bool e
ReadOnlyRootFilesystem readOnlyRootFilesystem *bool e
AllowPrivilegeEscalation allowPrivilegeEscalation *bool e
ProcMount procMount *string e
SeccompProfile seccompProfile *@v1.SeccompProfile e
AppArmorProfile appArmorProfile *@v1.AppArmorProfile e

v1.EphemeralContainerCommon
Name name string
Image image string e
Command command []string e
Args args []string e
WorkingDir workingDir string e
Ports ports []@v1.ContainerPort e;s=merge;k=containerPort
EnvFrom envFrom []@v1.EnvFromSource e
Env env []@v1.EnvVar e;s=merge;k=name
Resources resources @v1.ResourceRequirements e
ResizePolicy resizePolicy []@v1.ContainerResizePolicy e
RestartPolicy restartPolicy *string e
RestartPolicyRules restartPolicyRules []@v1.ContainerRestartRule e
VolumeMounts volumeMounts []@v1.VolumeMount e;s=merge;k=mountPath
VolumeDevices volumeDevices []@v1.VolumeDevice e;s=merge;k=devicePath
LivenessProbe livenessProbe *@v1.Probe e
ReadinessProbe readinessProbe *@v1.Probe e
StartupProbe startupProbe *@v1.Probe e
Lifecycle lifecycle *@v1.Lifecycle e
TerminationMessagePath terminationMessagePath string e
TerminationMessagePolicy terminationMessagePolicy string e
ImagePullPolicy imagePullPolicy string e
SecurityContext securityContext *@v1.SecurityContext e
Stdin stdin bool e
StdinOnce stdinOnce bool e
TTY tty bool e

v1.SELinuxOptions
User user string e
Role role string e
Type type string e
Level level string e

v1.WindowsSecurityContextOptions
GMSACredentialSpecName gmsaCredentialSpecName *string e
GMSACredentialSpec gmsaCredentialSpec *string e
RunAsUserName runAsUserName *string e
HostProcess hostProcess *bool e

v1.Sysctl
Name name string
Value value string

v1.SeccompProfile
Type type string
LocalhostProfile localhostProfile *string e

v1.AppArmorProfile
Type type string
LocalhostProfile localhostProfile *string e

v1.NodeAffinity
RequiredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution *@v1.NodeSelector e
PreferredDuringSchedulingIgnoredDuringExecution preferredDuringSchedulingIgnoredDuringExecution []@v1.PreferredSchedulingTerm e

v1.PodAffinity
RequiredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution []@v1.PodAffinityTerm e
PreferredDuringSchedulingIgnoredDuringExecution preferredDuringSchedulingIgnoredDuringExecution []@v1.WeightedPodAffinityTerm e

v1.PodAntiAffinity
RequiredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution []@v1.PodAffinityTerm e
PreferredDuringSchedulingIgnoredDuringExecution preferredDuringSchedulingIgnoredDuringExecution []@v1.WeightedPodAffinityTerm e

v1.PodDNSConfigOption
Name name string e
Value value *string e

v1.ResourceClaim
Name name string
Request request string e

v1.ContainerState
Waiting waiting *@v1.ContainerStateWaiting e
Running running *@v1.ContainerStateRunning e
Terminated terminated *@v1.ContainerStateTerminated e

v1.VolumeMountStatus
Name name string
MountPath mountPath string
ReadOnly readOnly bool e
RecursiveReadOnly recursiveReadOnly *string e
VolumeStatus volumeStatus *@v1.VolumeStatus e

v1.ContainerUser
Linux linux *@v1.LinuxContainerUser e

v1.ResourceStatus
Name name string
Resources resources []@v1.ResourceHealth e

v1.ContainerExtendedResourceRequest
ContainerName containerName string
ResourceName resourceName string
RequestName requestName string

v1.LabelSelectorRequirement
Key key string
Operator operator string
Values values []string e

apps/v1.RollingUpdateDeployment
MaxUnavailable maxUnavailable *intOrString e
MaxSurge maxSurge *intOrString e

apps/v1.RollingUpdateDaemonSet
MaxUnavailable maxUnavailable *intOrString e
MaxSurge maxSurge *intOrString e

v1.PersistentVolumeClaimSpec
AccessModes accessModes []string e
Selector selector *@v1.LabelSelector e
Resources resources @v1.VolumeResourceRequirements e
VolumeName volumeName string e
StorageClassName storageClassName *string e
VolumeMode volumeMode *string e
DataSource dataSource *@v1.TypedLocalObjectReference e
DataSourceRef dataSourceRef *@v1.TypedObjectReference e
VolumeAttributesClassName volumeAttributesClassName *string e

v1.PersistentVolumeClaimStatus
Phase phase string e
AccessModes accessModes []string e
Capacity capacity {}quantity e
Conditions conditions []@v1.PersistentVolumeClaimCondition e;s=merge;k=type
AllocatedResources allocatedResources {}quantity e
AllocatedResourceStatuses allocatedResourceStatuses {}string e
CurrentVolumeAttributesClassName currentVolumeAttributesClassName *string e
ModifyVolumeStatus modifyVolumeStatus *@v1.ModifyVolumeStatus e

apps/v1.RollingUpdateStatefulSetStrategy
Partition partition *int32 e
MaxUnavailable maxUnavailable *intOrString e

batch/v1.PodFailurePolicyRule
Action action string
OnExitCodes onExitCodes *@batch/v1.PodFailurePolicyOnExitCodesRequirement e
OnPodConditions onPodConditions []@batch/v1.PodFailurePolicyOnPodConditionsPattern e

batch/v1.SuccessPolicyRule
SucceededIndexes succeededIndexes *string e
SucceededCount succeededCount *int32 e

apps.openshift.io/v1.CustomDeploymentStrategyParams
Image image string e
Environment environment []@v1.EnvVar e
Command command []string e

apps.openshift.io/v1.RecreateDeploymentStrategyParams
TimeoutSeconds timeoutSeconds *int64 e
Pre pre *@apps.openshift.io/v1.LifecycleHook e
Mid mid *@apps.openshift.io/v1.LifecycleHook e
Post post *@apps.openshift.io/v1.LifecycleHook e

apps.openshift.io/v1.RollingDeploymentStrategyParams
UpdatePeriodSeconds updatePeriodSeconds *int64 e
IntervalSeconds intervalSeconds *int64 e
TimeoutSeconds timeoutSeconds *int64 e
MaxUnavailable maxUnavailable *intOrString e
MaxSurge maxSurge *intOrString e
Pre pre *@apps.openshift.io/v1.LifecycleHook e
Post post *@apps.openshift.io/v1.LifecycleHook e

apps.openshift.io/v1.DeploymentTriggerImageChangeParams
Automatic automatic bool e
ContainerNames containerNames []string e
From from @v1.ObjectReference
LastTriggeredImage lastTriggeredImage string e

apps.openshift.io/v1.DeploymentCause
Type type string
ImageTrigger imageTrigger *@apps.openshift.io/v1.DeploymentCauseImageTrigger e

v1.HostPathVolumeSource
Path path string
Type type *string e

v1.EmptyDirVolumeSource
Medium medium string e
SizeLimit sizeLimit *quantity e

v1.GCEPersistentDiskVolumeSource
PDName pdName string
FSType fsType string e
Partition partition int32 e
ReadOnly readOnly bool e

v1.AWSElasticBlockStoreVolumeSource
VolumeID volumeID string
FSType fsType string e
Partition partition int32 e
ReadOnly readOnly bool e

v1.GitRepoVolumeSource
Repository repository string
Revision revision string e
Directory directory string e

v1.SecretVolumeSource
SecretName secretName string e
Items items []@v1.KeyToPath e
DefaultMode defaultMode *int32 e
Optional optional *bool e

v1.NFSVolumeSource
Server server string
Path path string
ReadOnly readOnly bool e

v1.ISCSIVolumeSource
TargetPortal targetPortal string
IQN iqn string
Lun lun int32
ISCSIInterface iscsiInterface string e
FSType fsType string e
ReadOnly readOnly bool e
Portals portals []string e
DiscoveryCHAPAuth chapAuthDiscovery bool e
SessionCHAPAuth chapAuthSession bool e
SecretRef secretRef *@v1.LocalObjectReference e
InitiatorName initiatorName *string e

v1.GlusterfsVolumeSource
EndpointsName endpoints string
Path path string
ReadOnly readOnly bool e

v1.PersistentVolumeClaimVolumeSource
ClaimName claimName string
ReadOnly readOnly bool e

v1.RBDVolumeSource
CephMonitors monitors []string
RBDImage image string
FSType fsType string e
RBDPool pool string e
RadosUser user string e
Keyring keyring string e
SecretRef secretRef *@v1.LocalObjectReference e
ReadOnly readOnly bool e

v1.FlexVolumeSource
Driver driver string
FSType fsType string e
SecretRef secretRef *@v1.LocalObjectReference e
ReadOnly readOnly bool e
Options options {}string e

v1.CinderVolumeSource
VolumeID volumeID string
FSType fsType string e
ReadOnly readOnly bool e
SecretRef secretRef *@v1.LocalObjectReference e

v1.CephFSVolumeSource
Monitors monitors []string
Path path string e
User user string e
SecretFile secretFile string e
SecretRef secretRef *@v1.LocalObjectReference e
ReadOnly readOnly bool e

v1.FlockerVolumeSource
DatasetName datasetName string e
DatasetUUID datasetUUID string e

v1.DownwardAPIVolumeSource
Items items []@v1.DownwardAPIVolumeFile e
DefaultMode defaultMode *int32 e

v1.FCVolumeSource
TargetWWNs targetWWNs []string e
Lun lun *int32 e
FSType fsType string e
ReadOnly readOnly bool e
WWIDs wwids []string e

v1.AzureFileVolumeSource
SecretName secretName string
ShareName shareName string
ReadOnly readOnly bool e

v1.ConfigMapVolumeSource
LocalObjectReference - @v1.LocalObjectReference i
Items items []@v1.KeyToPath e
DefaultMode defaultMode *int32 e
Optional optional *bool e

v1.VsphereVirtualDiskVolumeSource
VolumePath volumePath string
FSType fsType string e
StoragePolicyName storagePolicyName string e
StoragePolicyID storagePolicyID string e

v1.QuobyteVolumeSource
Registry registry string
Volume volume string
ReadOnly readOnly bool e
User user string e
Group group string e
Tenant tenant string e

v1.AzureDiskVolumeSource
DiskName diskName string
DataDiskURI diskURI string
CachingMode cachingMode *string e
FSType fsType *string e
ReadOnly readOnly *bool e
Kind kind *string e

v1.PhotonPersistentDiskVolumeSource
PdID pdID string
FSType fsType string e

v1.ProjectedVolumeSource
Sources sources []@v1.VolumeProjection
DefaultMode defaultMode *int32 e

v1.PortworxVolumeSource
VolumeID volumeID string
FSType fsType string e
ReadOnly readOnly bool e

v1.ScaleIOVolumeSource
Gateway gateway string
System system string
SecretRef secretRef *@v1.LocalObjectReference
SSLEnabled sslEnabled bool e
ProtectionDomain protectionDomain string e
StoragePool storagePool string e
StorageMode storageMode string e
VolumeName volumeName string e
FSType fsType string e
ReadOnly readOnly bool e

v1.StorageOSVolumeSource
VolumeName volumeName string e
VolumeNamespace volumeNamespace string e
FSType fsType string e
ReadOnly readOnly bool e
SecretRef secretRef *@v1.LocalObjectReference e

v1.CSIVolumeSource
Driver driver string
ReadOnly readOnly *bool e
FSType fsType *string e
VolumeAttributes volumeAttributes {}string e
NodePublishSecretRef nodePublishSecretRef *@v1.LocalObjectReference e

v1.EphemeralVolumeSource
VolumeClaimTemplate volumeClaimTemplate *@v1.PersistentVolumeClaimTemplate e

v1.ImageVolumeSource
Reference reference string e
PullPolicy pullPolicy string e

v1.ConfigMapEnvSource
LocalObjectReference - @v1.LocalObjectReference i
Optional optional *bool e

v1.SecretEnvSource
LocalObjectReference - @v1.LocalObjectReference i
Optional optional *bool e

v1.EnvVarSource
FieldRef fieldRef *@v1.ObjectFieldSelector e
ResourceFieldRef resourceFieldRef *@v1.ResourceFieldSelector e
ConfigMapKeyRef configMapKeyRef *@v1.ConfigMapKeySelector e
SecretKeyRef secretKeyRef *@v1.SecretKeySelector e
FileKeyRef fileKeyRef *@v1.FileKeySelector e

v1.ContainerRestartRuleOnExitCodes
Operator operator string e
Values values []int32 e

v1.ProbeHandler
Exec exec *@v1.ExecAction e
HTTPGet httpGet *@v1.HTTPGetAction e
TCPSocket tcpSocket *@v1.TCPSocketAction e
GRPC grpc *@v1.GRPCAction e

v1.LifecycleHandler
Exec exec *@v1.ExecAction e
HTTPGet httpGet *@v1.HTTPGetAction e
TCPSocket tcpSocket *@v1.TCPSocketAction e
Sleep sleep *@v1.SleepAction e

v1.Capabilities
Add add []string e
Drop drop []string e

v1.NodeSelector
NodeSelectorTerms nodeSelectorTerms []@v1.NodeSelectorTerm

v1.PreferredSchedulingTerm
Weight weight int32
Preference preference @v1.NodeSelectorTerm

v1.PodAffinityTerm
LabelSelector labelSelector *@v1.LabelSelector e
Namespaces namespaces []string e
TopologyKey topologyKey string
NamespaceSelector namespaceSelector *@v1.LabelSelector e
MatchLabelKeys matchLabelKeys []string e
MismatchLabelKeys mismatchLabelKeys []string e

v1.WeightedPodAffinityTerm
Weight weight int32
PodAffinityTerm podAffinityTerm @v1.PodAffinityTerm

v1.ContainerStateWaiting
Reason reason string e
Message message string e

v1.ContainerStateRunning
StartedAt startedAt time e

v1.ContainerStateTerminated
ExitCode exitCode int32
Signal signal int32 e
Reason reason string e
Message message string e
StartedAt startedAt time e
FinishedAt finishedAt time e
ContainerID containerID string e

v1.VolumeStatus
Image image *@v1.ImageVolumeStatus e

v1.LinuxContainerUser
UID uid int64
GID gid int64
SupplementalGroups supplementalGroups []int64 e

v1.ResourceHealth
ResourceID resourceID string
Health health string e
Message message *string e

v1.VolumeResourceRequirements
Limits limits {}quantity e
Requests requests {}quantity e

v1.TypedLocalObjectReference
APIGroup apiGroup *string
Kind kind string
Name name string

v1.TypedObjectReference
APIGroup apiGroup *string
Kind kind string
Name name string
Namespace namespace *string e

v1.PersistentVolumeClaimCondition
Type type string
Status status string
LastProbeTime lastProbeTime time e
LastTransitionTime lastTransitionTime time e
Reason reason string e
Message message string e

v1.ModifyVolumeStatus
TargetVolumeAttributesClassName targetVolumeAttributesClassName string e
Status status string

batch/v1.PodFailurePolicyOnExitCodesRequirement
ContainerName containerName *string e
Operator operator string
Values values []int32

batch/v1.PodFailurePolicyOnPodConditionsPattern
Type type string
Status status string

apps.openshift.io/v1.LifecycleHook
FailurePolicy failurePolicy string
ExecNewPod execNewPod *@apps.openshift.io/v1.ExecNewPodHook e
TagImages tagImages []@apps.openshift.io/v1.TagImageHook e

apps.openshift.io/v1.DeploymentCauseImageTrigger
From from @v1.ObjectReference

v1.KeyToPath
Key key string
Path path string
Mode mode *int32 e

v1.DownwardAPIVolumeFile
Path path string
FieldRef fieldRef *@v1.ObjectFieldSelector e
ResourceFieldRef resourceFieldRef *@v1.ResourceFieldSelector e
Mode mode *int32 e

v1.VolumeProjection
Secret secret *@v1.SecretProjection e
DownwardAPI downwardAPI *@v1.DownwardAPIProjection e
ConfigMap configMap *@v1.ConfigMapProjection e
ServiceAccountToken serviceAccountToken *@v1.ServiceAccountTokenProjection e
ClusterTrustBundle clusterTrustBundle *@v1.ClusterTrustBundleProjection e
PodCertificate podCertificate *@v1.PodCertificateProjection e

v1.PersistentVolumeClaimTemplate
ObjectMeta metadata @v1.ObjectMeta e
Spec spec @v1.PersistentVolumeClaimSpec

v1.ObjectFieldSelector
APIVersion apiVersion string e
FieldPath fieldPath string

v1.ResourceFieldSelector
ContainerName containerName string e
Resource resource string
Divisor divisor quantity e

v1.ConfigMapKeySelector
LocalObjectReference - @v1.LocalObjectReference i
Key key string
Optional optional *bool e

v1.SecretKeySelector
LocalObjectReference - @v1.LocalObjectReference i
Key key string
Optional optional *bool e

v1.FileKeySelector
VolumeName volumeName string
Path path string
Key key string
Optional optional *bool e

v1.ExecAction
Command command []string e

v1.HTTPGetAction
Path path string e
Port port intOrString
Host host string e
Scheme scheme string e
HTTPHeaders httpHeaders []@v1.HTTPHeader e

v1.TCPSocketAction
Port port intOrString
Host host string e

v1.GRPCAction
Port port int32
Service service *string

v1.SleepAction
Seconds seconds int64

v1.NodeSelectorTerm
MatchExpressions matchExpressions []@v1.NodeSelectorRequirement e
MatchFields matchFields []@v1.NodeSelectorRequirement e

v1.ImageVolumeStatus
ImageRef imageRef string e

apps.openshift.io/v1.ExecNewPodHook
Command command []string
Env env []@v1.EnvVar e
ContainerName containerName string
Volumes volumes []string e

apps.openshift.io/v1.TagImageHook
ContainerName containerName string
To to @v1.ObjectReference

v1.SecretProjection
LocalObjectReference - @v1.LocalObjectReference i
Items items []@v1.KeyToPath e
Optional optional *bool e

v1.DownwardAPIProjection
Items items []@v1.DownwardAPIVolumeFile e

v1.ConfigMapProjection
LocalObjectReference - @v1.LocalObjectReference i
Items items []@v1.KeyToPath e
Optional optional *bool e

v1.ServiceAccountTokenProjection
Audience audience string e
ExpirationSeconds expirationSeconds *int64 e
Path path string

v1.ClusterTrustBundleProjection
Name name *string e
SignerName signerName *string e
LabelSelector labelSelector *@v1.LabelSelector e
Optional optional *bool e
Path path string

v1.PodCertificateProjection
SignerName signerName string e
KeyType keyType string e
MaxExpirationSeconds maxExpirationSeconds *int32 e
CredentialBundlePath credentialBundlePath string e
KeyPath keyPath string e
CertificateChainPath certificateChainPath string e
UserAnnotations userAnnotations {}string e

v1.HTTPHeader
Name name string
Value value string

v1.NodeSelectorRequirement
Key key string
Operator operator string
Values values []string e

`
