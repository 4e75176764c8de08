// The fields of Kubernetes' internal types in their order, as far as messages print them. A word: the Go name, =the JSON name where it is
// not the Go name with a small first letter, :the type. Types: s b i (zero values are written), *T a pointer and [T a list or map (null
// when absent), x what stands in the object itself, else the name of a type of this table. Source: k8s.io/kubernetes pkg/apis/core v1.34.
#pragma once

#include <string_view>

namespace skiff::api::kinds {

struct InternalType {
    std::string_view name, fields;
};

constexpr InternalType kInternalTypes[] = {
    {"PodSpec",
     "Volumes:[Volume InitContainers:[Container Containers:[Container EphemeralContainers:[EphemeralContainer RestartPolicy:s "
     "TerminationGracePeriodSeconds:*i ActiveDeadlineSeconds:*i DNSPolicy=dnsPolicy:s NodeSelector:[x ServiceAccountName:s "
     "AutomountServiceAccountToken:*b NodeName:s SecurityContext:*PodSecurityContext ImagePullSecrets:[LocalObjectReference "
     "Hostname:s Subdomain:s SetHostnameAsFQDN:*b Affinity:*Affinity SchedulerName:s Tolerations:[Toleration "
     "HostAliases:[HostAlias PriorityClassName:s Priority:*i PreemptionPolicy:*s DNSConfig=dnsConfig:*PodDNSConfig "
     "ReadinessGates:[PodReadinessGate RuntimeClassName:*s Overhead:[x EnableServiceLinks:*b "
     "TopologySpreadConstraints:[TopologySpreadConstraint OS=os:*PodOS SchedulingGates:[PodSchedulingGate "
     "ResourceClaims:[PodResourceClaim Resources:*ResourceRequirements HostnameOverride:*s"},
    {"PersistentVolumeClaimSpec",
     "AccessModes:[s Selector:*x Resources:VolumeResourceRequirements VolumeName:s StorageClassName:*s VolumeMode:*s "
     "DataSource:*TypedLocalObjectReference DataSourceRef:*TypedObjectReference VolumeAttributesClassName:*s"},
    {"PersistentVolumeSource",
     "GCEPersistentDisk=gcePersistentDisk:*GCEPersistentDiskVolumeSource "
     "AWSElasticBlockStore=awsElasticBlockStore:*AWSElasticBlockStoreVolumeSource HostPath:*HostPathVolumeSource "
     "Glusterfs:*GlusterfsPersistentVolumeSource NFS=nfs:*NFSVolumeSource RBD=rbd:*RBDPersistentVolumeSource "
     "Quobyte:*QuobyteVolumeSource ISCSI=iscsi:*ISCSIPersistentVolumeSource FlexVolume:*FlexPersistentVolumeSource "
     "Cinder:*CinderPersistentVolumeSource CephFS=cephfs:*CephFSPersistentVolumeSource FC=fc:*FCVolumeSource "
     "Flocker:*FlockerVolumeSource AzureFile:*AzureFilePersistentVolumeSource VsphereVolume:*VsphereVirtualDiskVolumeSource "
     "AzureDisk:*AzureDiskVolumeSource PhotonPersistentDisk:*PhotonPersistentDiskVolumeSource "
     "PortworxVolume:*PortworxVolumeSource ScaleIO:*ScaleIOPersistentVolumeSource Local:*LocalVolumeSource "
     "StorageOS=storageos:*StorageOSPersistentVolumeSource CSI=csi:*CSIPersistentVolumeSource"},
    {"VolumeAttachmentSpec", "Attacher:s Source:VolumeAttachmentSource NodeName:s"},
    {"VolumeAttachmentSource", "PersistentVolumeName:*s InlineVolumeSpec:*PersistentVolumeSpec"},
    {"PersistentVolumeSpec",
     "Capacity:[x ^:PersistentVolumeSource AccessModes:[s ClaimRef:*ObjectReference PersistentVolumeReclaimPolicy:s StorageClassName:s "
     "MountOptions:[s VolumeMode:*s NodeAffinity:*VolumeNodeAffinity VolumeAttributesClassName:*s"},
    {"VolumeNodeAffinity", "Required:*NodeSelector"},
    {"PodTemplateSpec", "+:metadata Spec:PodSpec"},
    {"SuccessPolicy", "Rules:[SuccessPolicyRule"},
    {"SuccessPolicyRule", "SucceededIndexes:*s SucceededCount:*i"},
    {"PodFailurePolicy", "Rules:[PodFailurePolicyRule"},
    {"PodFailurePolicyRule", "Action:s OnExitCodes:*PodFailurePolicyOnExitCodesRequirement OnPodConditions:[PodFailurePolicyOnPodConditionsPattern"},
    {"PodFailurePolicyOnExitCodesRequirement", "ContainerName:*s Operator:s Values:[x"},
    {"PodFailurePolicyOnPodConditionsPattern", "Type:s Status:s"},
    {"IPAddressParent", "Group:s Resource:s Namespace:s Name:s"},
    {"CSINodeDriver", "Name:s NodeID=nodeID:s TopologyKeys:[s Allocatable:*VolumeNodeResources"},
    {"VolumeNodeResources", "Count:*i"},
    {"EphemeralContainer",
     "Name:s Image:s Command:[s Args:[s WorkingDir:s Ports:[ContainerPort EnvFrom:[EnvFromSource Env:[EnvVar "
     "Resources:ResourceRequirements ResizePolicy:[ContainerResizePolicy RestartPolicy:*s "
     "RestartPolicyRules:[ContainerRestartRule VolumeMounts:[VolumeMount VolumeDevices:[VolumeDevice LivenessProbe:*Probe "
     "ReadinessProbe:*Probe StartupProbe:*Probe Lifecycle:*Lifecycle TerminationMessagePath:s TerminationMessagePolicy:s "
     "ImagePullPolicy:s SecurityContext:*SecurityContext Stdin:b StdinOnce:b TTY=tty:b TargetContainerName:s"},
    {"Volume",
     "Name:s HostPath:*HostPathVolumeSource EmptyDir:*EmptyDirVolumeSource "
     "GCEPersistentDisk=gcePersistentDisk:*GCEPersistentDiskVolumeSource "
     "AWSElasticBlockStore=awsElasticBlockStore:*AWSElasticBlockStoreVolumeSource GitRepo:*GitRepoVolumeSource "
     "Secret:*SecretVolumeSource NFS=nfs:*NFSVolumeSource ISCSI=iscsi:*ISCSIVolumeSource Glusterfs:*GlusterfsVolumeSource "
     "PersistentVolumeClaim:*PersistentVolumeClaimVolumeSource RBD=rbd:*RBDVolumeSource Quobyte:*QuobyteVolumeSource "
     "FlexVolume:*FlexVolumeSource Cinder:*CinderVolumeSource CephFS=cephfs:*CephFSVolumeSource Flocker:*FlockerVolumeSource "
     "DownwardAPI:*DownwardAPIVolumeSource FC=fc:*FCVolumeSource AzureFile:*AzureFileVolumeSource "
     "ConfigMap:*ConfigMapVolumeSource VsphereVolume:*VsphereVirtualDiskVolumeSource AzureDisk:*AzureDiskVolumeSource "
     "PhotonPersistentDisk:*PhotonPersistentDiskVolumeSource Projected:*ProjectedVolumeSource "
     "PortworxVolume:*PortworxVolumeSource ScaleIO:*ScaleIOVolumeSource StorageOS=storageos:*StorageOSVolumeSource "
     "CSI=csi:*CSIVolumeSource Ephemeral:*EphemeralVolumeSource Image:*ImageVolumeSource"},
    {"Container",
     "Name:s Image:s Command:[s Args:[s WorkingDir:s Ports:[ContainerPort EnvFrom:[EnvFromSource Env:[EnvVar "
     "Resources:ResourceRequirements ResizePolicy:[ContainerResizePolicy RestartPolicy:*s "
     "RestartPolicyRules:[ContainerRestartRule VolumeMounts:[VolumeMount VolumeDevices:[VolumeDevice LivenessProbe:*Probe "
     "ReadinessProbe:*Probe StartupProbe:*Probe Lifecycle:*Lifecycle TerminationMessagePath:s TerminationMessagePolicy:s "
     "ImagePullPolicy:s SecurityContext:*SecurityContext Stdin:b StdinOnce:b TTY=tty:b"},
    {"PodSecurityContext",
     "HostNetwork:b HostPID:b HostIPC:b ShareProcessNamespace:*b HostUsers:*b SELinuxOptions=seLinuxOptions:*SELinuxOptions "
     "WindowsOptions:*WindowsSecurityContextOptions RunAsUser:*i RunAsGroup:*i RunAsNonRoot:*b SupplementalGroups:[i "
     "SupplementalGroupsPolicy:*s FSGroup=fsGroup:*i FSGroupChangePolicy=fsGroupChangePolicy:*s Sysctls:[Sysctl "
     "SeccompProfile:*SeccompProfile AppArmorProfile:*AppArmorProfile SELinuxChangePolicy=seLinuxChangePolicy:*s"},
    {"LocalObjectReference", "Name:s"},
    {"Affinity", "NodeAffinity:*NodeAffinity PodAffinity:*PodAffinity PodAntiAffinity:*PodAntiAffinity"},
    {"Toleration", "Key:s Operator:s Value:s Effect:s TolerationSeconds:*i"},
    {"HostAlias", "IP=ip:s Hostnames:[s"},
    {"PodDNSConfig", "Nameservers:[s Searches:[s Options:[PodDNSConfigOption"},
    {"PodReadinessGate", "ConditionType:s"},
    {"TopologySpreadConstraint",
     "MaxSkew:i TopologyKey:s WhenUnsatisfiable:s LabelSelector:*x MinDomains:*i NodeAffinityPolicy:*s NodeTaintsPolicy:*s "
     "MatchLabelKeys:[s"},
    {"PodOS", "Name:s"},
    {"PodSchedulingGate", "Name:s"},
    {"PodResourceClaim", "Name:s ResourceClaimName:*s ResourceClaimTemplateName:*s"},
    {"ResourceRequirements", "Limits:[x Requests:[x Claims:[ResourceClaim"},
    {"VolumeResourceRequirements", "Limits:[x Requests:[x"},
    {"TypedLocalObjectReference", "APIGroup=apiGroup:*s Kind:s Name:s"},
    {"TypedObjectReference", "APIGroup=apiGroup:*s Kind:s Name:s Namespace:*s"},
    {"GCEPersistentDiskVolumeSource", "PDName=pdName:s FSType=fsType:s Partition:i ReadOnly:b"},
    {"AWSElasticBlockStoreVolumeSource", "VolumeID:s FSType=fsType:s Partition:i ReadOnly:b"},
    {"HostPathVolumeSource", "Path:s Type:*s"},
    {"GlusterfsPersistentVolumeSource", "EndpointsName=endpoints:s Path:s ReadOnly:b EndpointsNamespace:*s"},
    {"NFSVolumeSource", "Server:s Path:s ReadOnly:b"},
    {"RBDPersistentVolumeSource",
     "CephMonitors=monitors:[s RBDImage=image:s FSType=fsType:s RBDPool=pool:s RadosUser=user:s Keyring:s "
     "SecretRef:*SecretReference ReadOnly:b"},
    {"QuobyteVolumeSource", "Registry:s Volume:s ReadOnly:b User:s Group:s Tenant:s"},
    {"ISCSIPersistentVolumeSource",
     "TargetPortal:s IQN=iqn:s Lun:i ISCSIInterface=iscsiInterface:s FSType=fsType:s ReadOnly:b Portals:[s "
     "DiscoveryCHAPAuth=chapAuthDiscovery:b SessionCHAPAuth=chapAuthSession:b SecretRef:*SecretReference InitiatorName:*s"},
    {"FlexPersistentVolumeSource", "Driver:s FSType=fsType:s SecretRef:*SecretReference ReadOnly:b Options:[x"},
    {"CinderPersistentVolumeSource", "VolumeID:s FSType=fsType:s ReadOnly:b SecretRef:*SecretReference"},
    {"CephFSPersistentVolumeSource", "Monitors:[s Path:s User:s SecretFile:s SecretRef:*SecretReference ReadOnly:b"},
    {"FCVolumeSource", "TargetWWNs:[s Lun:*i FSType=fsType:s ReadOnly:b WWIDs=wwids:[s"},
    {"FlockerVolumeSource", "DatasetName:s DatasetUUID:s"},
    {"AzureFilePersistentVolumeSource", "SecretName:s ShareName:s ReadOnly:b SecretNamespace:*s"},
    {"VsphereVirtualDiskVolumeSource", "VolumePath:s FSType=fsType:s StoragePolicyName:s StoragePolicyID:s"},
    {"AzureDiskVolumeSource", "DiskName:s DataDiskURI=diskURI:s CachingMode:*s FSType=fsType:*s ReadOnly:*b Kind:*s"},
    {"PhotonPersistentDiskVolumeSource", "PdID:s FSType=fsType:s"},
    {"PortworxVolumeSource", "VolumeID:s FSType=fsType:s ReadOnly:b"},
    {"ScaleIOPersistentVolumeSource",
     "Gateway:s System:s SecretRef:*SecretReference SSLEnabled=sslEnabled:b ProtectionDomain:s StoragePool:s StorageMode:s "
     "VolumeName:s FSType=fsType:s ReadOnly:b"},
    {"LocalVolumeSource", "Path:s FSType=fsType:*s"},
    {"StorageOSPersistentVolumeSource", "VolumeName:s VolumeNamespace:s FSType=fsType:s ReadOnly:b SecretRef:*ObjectReference"},
    {"CSIPersistentVolumeSource",
     "Driver:s VolumeHandle:s ReadOnly:b FSType=fsType:s VolumeAttributes:[x ControllerPublishSecretRef:*SecretReference "
     "NodeStageSecretRef:*SecretReference NodePublishSecretRef:*SecretReference ControllerExpandSecretRef:*SecretReference "
     "NodeExpandSecretRef:*SecretReference"},
    {"ContainerPort", "Name:s HostPort:i ContainerPort:i Protocol:s HostIP:s"},
    {"EnvFromSource", "Prefix:s ConfigMapRef:*ConfigMapEnvSource SecretRef:*SecretEnvSource"},
    {"EnvVar", "Name:s Value:s ValueFrom:*EnvVarSource"},
    {"ContainerResizePolicy", "ResourceName:s RestartPolicy:s"},
    {"ContainerRestartRule", "Action:s ExitCodes:*ContainerRestartRuleOnExitCodes"},
    {"VolumeMount", "Name:s ReadOnly:b RecursiveReadOnly:*s MountPath:s SubPath:s MountPropagation:*s SubPathExpr:s"},
    {"VolumeDevice", "Name:s DevicePath:s"},
    {"Probe",
     "Exec:*ExecAction HTTPGet=httpGet:*HTTPGetAction TCPSocket=tcpSocket:*TCPSocketAction GRPC=grpc:*GRPCAction "
     "InitialDelaySeconds:i TimeoutSeconds:i PeriodSeconds:i SuccessThreshold:i FailureThreshold:i "
     "TerminationGracePeriodSeconds:*i"},
    {"Lifecycle", "PostStart:*LifecycleHandler PreStop:*LifecycleHandler StopSignal:*s"},
    {"SecurityContext",
     "Capabilities:*Capabilities Privileged:*b SELinuxOptions=seLinuxOptions:*SELinuxOptions "
     "WindowsOptions:*WindowsSecurityContextOptions RunAsUser:*i RunAsGroup:*i RunAsNonRoot:*b ReadOnlyRootFilesystem:*b "
     "AllowPrivilegeEscalation:*b ProcMount:*s SeccompProfile:*SeccompProfile AppArmorProfile:*AppArmorProfile"},
    {"EmptyDirVolumeSource", "Medium:s SizeLimit:*x"},
    {"GitRepoVolumeSource", "Repository:s Revision:s Directory:s"},
    {"SecretVolumeSource", "SecretName:s Items:[KeyToPath DefaultMode:*i Optional:*b"},
    {"ISCSIVolumeSource",
     "TargetPortal:s IQN=iqn:s Lun:i ISCSIInterface=iscsiInterface:s FSType=fsType:s ReadOnly:b Portals:[s "
     "DiscoveryCHAPAuth=chapAuthDiscovery:b SessionCHAPAuth=chapAuthSession:b SecretRef:*LocalObjectReference InitiatorName:*s"},
    {"GlusterfsVolumeSource", "EndpointsName=endpoints:s Path:s ReadOnly:b"},
    {"PersistentVolumeClaimVolumeSource", "ClaimName:s ReadOnly:b"},
    {"RBDVolumeSource",
     "CephMonitors=monitors:[s RBDImage=image:s FSType=fsType:s RBDPool=pool:s RadosUser=user:s Keyring:s "
     "SecretRef:*LocalObjectReference ReadOnly:b"},
    {"FlexVolumeSource", "Driver:s FSType=fsType:s SecretRef:*LocalObjectReference ReadOnly:b Options:[x"},
    {"CinderVolumeSource", "VolumeID:s FSType=fsType:s ReadOnly:b SecretRef:*LocalObjectReference"},
    {"CephFSVolumeSource", "Monitors:[s Path:s User:s SecretFile:s SecretRef:*LocalObjectReference ReadOnly:b"},
    {"DownwardAPIVolumeSource", "Items:[DownwardAPIVolumeFile DefaultMode:*i"},
    {"AzureFileVolumeSource", "SecretName:s ShareName:s ReadOnly:b"},
    {"ConfigMapVolumeSource", "Name:s Items:[KeyToPath DefaultMode:*i Optional:*b"},
    {"ProjectedVolumeSource", "Sources:[VolumeProjection DefaultMode:*i"},
    {"ScaleIOVolumeSource",
     "Gateway:s System:s SecretRef:*LocalObjectReference SSLEnabled=sslEnabled:b ProtectionDomain:s StoragePool:s StorageMode:s "
     "VolumeName:s FSType=fsType:s ReadOnly:b"},
    {"StorageOSVolumeSource", "VolumeName:s VolumeNamespace:s FSType=fsType:s ReadOnly:b SecretRef:*LocalObjectReference"},
    {"CSIVolumeSource", "Driver:s ReadOnly:*b FSType=fsType:*s VolumeAttributes:[x NodePublishSecretRef:*LocalObjectReference"},
    {"EphemeralVolumeSource", "VolumeClaimTemplate:*PersistentVolumeClaimTemplate"},
    {"ImageVolumeSource", "Reference:s PullPolicy:s"},
    {"SELinuxOptions", "User:s Role:s Type:s Level:s"},
    {"WindowsSecurityContextOptions", "GMSACredentialSpecName=gmsaCredentialSpecName:*s GMSACredentialSpec=gmsaCredentialSpec:*s RunAsUserName:*s HostProcess:*b"},
    {"Sysctl", "Name:s Value:s"},
    {"SeccompProfile", "Type:s LocalhostProfile:*s"},
    {"AppArmorProfile", "Type:s LocalhostProfile:*s"},
    {"NodeAffinity",
     "RequiredDuringSchedulingIgnoredDuringExecution:*NodeSelector "
     "PreferredDuringSchedulingIgnoredDuringExecution:[PreferredSchedulingTerm"},
    {"PodAffinity",
     "RequiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm "
     "PreferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm"},
    {"PodAntiAffinity",
     "RequiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm "
     "PreferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm"},
    {"PodDNSConfigOption", "Name:s Value:*s"},
    {"ResourceClaim", "Name:s Request:s"},
    {"ResourceClaimSpec", "Devices:DeviceClaim"},
    {"ResourceClaimTemplateSpec", "+:metadata Spec:ResourceClaimSpec"},
    {"DeviceClaim", "Requests:[DeviceRequest Constraints:[DeviceConstraint Config:[DeviceClaimConfiguration"},
    {"DeviceRequest", "Name:s Exactly:*ExactDeviceRequest FirstAvailable:[DeviceSubRequest"},
    {"ExactDeviceRequest",
     "DeviceClassName:s Selectors:[DeviceSelector AllocationMode:s Count:i AdminAccess:*b Tolerations:[DeviceToleration Capacity:*CapacityRequirements"},
    {"DeviceSubRequest",
     "Name:s DeviceClassName:s Selectors:[DeviceSelector AllocationMode:s Count:i Tolerations:[DeviceToleration Capacity:*CapacityRequirements"},
    {"DeviceSelector", "CEL=cel:*CELDeviceSelector"},
    {"CELDeviceSelector", "Expression:s"},
    {"DeviceToleration", "Key:s Operator:s Value:s Effect:s TolerationSeconds:*i"},
    {"CapacityRequirements", "Requests:[x"},
    {"DeviceConstraint", "Requests:[s MatchAttribute:*s DistinctAttribute:*s"},
    {"DeviceClaimConfiguration", "Requests:[s Opaque:*OpaqueDeviceConfiguration"},
    {"OpaqueDeviceConfiguration", "Driver:s Parameters:x"},
    {"AllocationResult", "Devices:DeviceAllocationResult NodeSelector:*NodeSelector AllocationTimestamp:*s"},
    {"DeviceAllocationResult", "Results:[DeviceRequestAllocationResult Config:[DeviceAllocationConfiguration"},
    {"DeviceRequestAllocationResult",
     "Request:s Driver:s Pool:s Device:s AdminAccess:*b Tolerations:[DeviceToleration BindingConditions:[s BindingFailureConditions:[s "
     "ShareID:*s ConsumedCapacity:[x"},
    {"DeviceAllocationConfiguration", "Source:s Requests:[s Opaque:*OpaqueDeviceConfiguration"},
    {"SecretReference", "Name:s Namespace:s"},
    {"ObjectReference", "Kind:s Namespace:s Name:s UID=uid:s APIVersion=apiVersion:s ResourceVersion:s FieldPath:s"},
    {"ConfigMapEnvSource", "Name:s Optional:*b"},
    {"SecretEnvSource", "Name:s Optional:*b"},
    {"EnvVarSource",
     "FieldRef:*ObjectFieldSelector ResourceFieldRef:*ResourceFieldSelector ConfigMapKeyRef:*ConfigMapKeySelector "
     "SecretKeyRef:*SecretKeySelector FileKeyRef:*FileKeySelector"},
    {"ContainerRestartRuleOnExitCodes", "Operator:s Values:[i"},
    {"ExecAction", "Command:[s"},
    {"HTTPGetAction", "Path:s Port:i Host:s Scheme:s HTTPHeaders=httpHeaders:[HTTPHeader"},
    {"TCPSocketAction", "Port:i Host:s"},
    {"GRPCAction", "Port:i Service:*s"},
    {"LifecycleHandler", "Exec:*ExecAction HTTPGet=httpGet:*HTTPGetAction TCPSocket=tcpSocket:*TCPSocketAction Sleep:*SleepAction"},
    {"Capabilities", "Add:[s Drop:[s"},
    {"KeyToPath", "Key:s Path:s Mode:*i"},
    {"DownwardAPIVolumeFile", "Path:s FieldRef:*ObjectFieldSelector ResourceFieldRef:*ResourceFieldSelector Mode:*i"},
    {"VolumeProjection",
     "Secret:*SecretProjection DownwardAPI:*DownwardAPIProjection ConfigMap:*ConfigMapProjection "
     "ServiceAccountToken:*ServiceAccountTokenProjection ClusterTrustBundle:*ClusterTrustBundleProjection "
     "PodCertificate:*PodCertificateProjection"},
    {"PersistentVolumeClaimTemplate", "+:metadata Spec:PersistentVolumeClaimSpec"},
    {"NodeSelector", "NodeSelectorTerms:[NodeSelectorTerm"},
    {"PreferredSchedulingTerm", "Weight:i Preference:NodeSelectorTerm"},
    {"PodAffinityTerm", "LabelSelector:*x Namespaces:[s TopologyKey:s NamespaceSelector:*x MatchLabelKeys:[s MismatchLabelKeys:[s"},
    {"WeightedPodAffinityTerm", "Weight:i PodAffinityTerm:PodAffinityTerm"},
    {"ObjectFieldSelector", "APIVersion=apiVersion:s FieldPath:s"},
    {"ResourceFieldSelector", "ContainerName:s Resource:s Divisor:x"},
    {"ConfigMapKeySelector", "Name:s Key:s Optional:*b"},
    {"SecretKeySelector", "Name:s Key:s Optional:*b"},
    {"FileKeySelector", "VolumeName:s Path:s Key:s Optional:*b"},
    {"HTTPHeader", "Name:s Value:s"},
    {"SleepAction", "Seconds:i"},
    {"SecretProjection", "Name:s Items:[KeyToPath Optional:*b"},
    {"DownwardAPIProjection", "Items:[DownwardAPIVolumeFile"},
    {"ConfigMapProjection", "Name:s Items:[KeyToPath Optional:*b"},
    {"ServiceAccountTokenProjection", "Audience:s ExpirationSeconds:i Path:s"},
    {"ClusterTrustBundleProjection", "Name:*s SignerName:*s LabelSelector:*x Optional:*b Path:s"},
    {"PodCertificateProjection", "SignerName:s KeyType:s MaxExpirationSeconds:*i CredentialBundlePath:s KeyPath:s CertificateChainPath:s"},
    {"NodeSelectorTerm", "MatchExpressions:[NodeSelectorRequirement MatchFields:[NodeSelectorRequirement"},
    {"NodeSelectorRequirement", "Key:s Operator:s Values:[s"},
};

}  // namespace skiff::api::kinds
