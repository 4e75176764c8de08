// The filters, in the order in which a node is asked: the cheap and telling ones first.
#include "server/scheduler/filter.h"

namespace skiff::scheduler {

const std::vector<Filter>& filters() {
    static const std::vector<Filter> kFilters = {
        {"NodeUnschedulable", filter_node_unschedulable},
        {"NodeName", filter_node_name},
        {"TaintToleration", filter_taint_toleration},
        {"NodeAffinity", filter_node_affinity},
        {"NodePorts", filter_node_ports},
        {"NodeResourcesFit", filter_resources_fit},
        {"VolumeRestrictions", filter_volume_restrictions},
        {"NodeVolumeLimits", filter_volume_limits},
        {"VolumeBinding", filter_volume_binding},
        {"VolumeZone", filter_volume_zone},
        {"PodTopologySpread", filter_topology_spread},
        {"InterPodAffinity", filter_inter_pod_affinity},
        {"DynamicResources", filter_dynamic_resources},
    };
    return kFilters;
}

}  // namespace skiff::scheduler
