// The resources that controllers read and write.
#pragma once

#include "api/gvk.h"
#include "api/object.h"

namespace skiff::controllers {

using api::Gvr;
using api::ObjectPtr;

inline const Gvr kPods{"", "v1", "pods"};
inline const Gvr kNodes{"", "v1", "nodes"};
inline const Gvr kNamespaces{"", "v1", "namespaces"};
inline const Gvr kServices{"", "v1", "services"};
inline const Gvr kServiceCidrs{"networking.k8s.io", "v1", "servicecidrs"};
inline const Gvr kEndpoints{"", "v1", "endpoints"};
inline const Gvr kConfigMaps{"", "v1", "configmaps"};
inline const Gvr kSecrets{"", "v1", "secrets"};
inline const Gvr kServiceAccounts{"", "v1", "serviceaccounts"};
inline const Gvr kReplicationControllers{"", "v1", "replicationcontrollers"};
inline const Gvr kResourceQuotas{"", "v1", "resourcequotas"};
inline const Gvr kVolumes{"", "v1", "persistentvolumes"};
inline const Gvr kVolumeClaims{"", "v1", "persistentvolumeclaims"};
inline const Gvr kDeployments{"apps", "v1", "deployments"};
inline const Gvr kReplicaSets{"apps", "v1", "replicasets"};
inline const Gvr kDaemonSets{"apps", "v1", "daemonsets"};
inline const Gvr kStatefulSets{"apps", "v1", "statefulsets"};
inline const Gvr kControllerRevisions{"apps", "v1", "controllerrevisions"};
inline const Gvr kJobs{"batch", "v1", "jobs"};
inline const Gvr kCronJobs{"batch", "v1", "cronjobs"};
inline const Gvr kEndpointSlices{"discovery.k8s.io", "v1", "endpointslices"};
inline const Gvr kLeases{"coordination.k8s.io", "v1", "leases"};
inline const Gvr kDisruptionBudgets{"policy", "v1", "poddisruptionbudgets"};
inline const Gvr kSigningRequests{"certificates.k8s.io", "v1", "certificatesigningrequests"};
inline const Gvr kClusterRoles{"rbac.authorization.k8s.io", "v1", "clusterroles"};
inline const Gvr kAutoscalers{"autoscaling", "v2", "horizontalpodautoscalers"};
inline const Gvr kAttributesClasses{"storage.k8s.io", "v1", "volumeattributesclasses"};
inline const Gvr kStorageClasses{"storage.k8s.io", "v1", "storageclasses"};

}  // namespace skiff::controllers
