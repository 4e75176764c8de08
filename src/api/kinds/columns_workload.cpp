#include "api/kinds/column_cells.h"
#include "api/kinds/columns.h"
#include "base/strings.h"

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

using json::Value;

// A count of the status; 0 when it is absent.
Value count(const Value& object, std::string_view field) { return object["status"][field].as_int(); }

Value desired(const Value& object, WallTime) { return object["spec"]["replicas"].as_int(); }
Value current(const Value& object, WallTime) { return count(object, "replicas"); }
Value ready(const Value& object, WallTime) { return count(object, "readyReplicas"); }

Value ready_of_desired(const Value& object, WallTime) {
    return fmt::format("{}/{}", object["status"]["readyReplicas"].as_int(), object["spec"]["replicas"].as_int());
}

Value containers(const Value& object, WallTime) { return join_field(object["spec"]["template"]["spec"]["containers"], "name"); }
Value images(const Value& object, WallTime) { return join_field(object["spec"]["template"]["spec"]["containers"], "image"); }
Value selector(const Value& object, WallTime) { return format_selector(object["spec"]["selector"]); }

Value revision_controller(const Value& object, WallTime) {
    for (const auto& owner : object["metadata"]["ownerReferences"].items()) {
        if (!owner["controller"].as_bool()) continue;
        const std::string& version = owner["apiVersion"].as_string();
        size_t slash = version.find('/');
        std::string group = slash == std::string::npos ? "" : "." + version.substr(0, slash);
        return lower(owner["kind"].as_string()) + group + "/" + owner["name"].as_string();
    }
    return "<none>";
}

}  // namespace

std::vector<Column> replication_controller_columns() {
    return {
        name_column(),
        column("Desired", "integer", desired,
               "Replicas is the number of desired replicas. This is a pointer to distinguish between explicit zero and unspeci"
               "fied. Defaults to 1. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontrolle"
               "r#what-is-a-replicationcontroller"),
        column("Current", "integer", current,
               "Replicas is the most recently observed number of replicas. More info: https://kubernetes.io/docs/concepts/work"
               "loads/controllers/replicationcontroller#what-is-a-replicationcontroller"),
        column("Ready", "integer", ready,
               "The number of ready replicas for this replication controller."),
        age_column(),
        column("Containers", "string", containers,
               "Names of each container in the template.", kWide),
        column("Images", "string", images,
               "Images referenced by each container in the template.", kWide),
        column("Selector", "string", [](const Value& o, WallTime) -> Value { return format_labels(o["spec"]["selector"]); },
               "Selector is a label query over pods that should match the Replicas count. If Selector is empty, it is defaulte"
               "d to the labels present on the Pod template. Label keys and values that must match in order to be controlled b"
               "y this replication controller, if empty defaulted to labels on Pod template. More info: https://kubernetes.io/"
               "docs/concepts/overview/working-with-objects/labels/#label-selectors", kWide),
    };
}

std::vector<Column> replica_set_columns() {
    return {
        name_column(),
        column("Desired", "integer", desired,
               "Replicas is the number of desired pods. This is a pointer to distinguish between explicit zero and unspecified"
               ". Defaults to 1. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset"),
        column("Current", "integer", current,
               "Replicas is the most recently observed number of non-terminating pods. More info: https://kubernetes.io/docs/c"
               "oncepts/workloads/controllers/replicaset"),
        column("Ready", "integer", ready,
               "The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition."),
        age_column(),
        column("Containers", "string", containers,
               "Names of each container in the template.", kWide),
        column("Images", "string", images,
               "Images referenced by each container in the template.", kWide),
        column("Selector", "string", selector,
               "Selector is a label query over pods that should match the replica count. If the selector is empty, it is defau"
               "lted to the labels present on the pod template. Label keys and values that must match in order to be controlle"
               "d by this replica set. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#la"
               "bel-selectors", kWide),
    };
}

std::vector<Column> deployment_columns() {
    return {
        name_column(),
        column("Ready", "string", ready_of_desired,
               "Number of the pod with ready state"),
        column("Up-to-date", "string", [](const Value& o, WallTime) { return count(o, "updatedReplicas"); },
               "Total number of non-terminating pods targeted by this deployment that have the desired template spec."),
        column("Available", "string", [](const Value& o, WallTime) { return count(o, "availableReplicas"); },
               "Total number of available non-terminating pods (ready for at least minReadySeconds) targeted by this deploymen"
               "t."),
        age_column(),
        column("Containers", "string", containers,
               "Names of each container in the template.", kWide),
        column("Images", "string", images,
               "Images referenced by each container in the template.", kWide),
        column("Selector", "string", selector,
               "Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by thi"
               "s deployment.", kWide),
    };
}

std::vector<Column> stateful_set_columns() {
    return {
        name_column(),
        column("Ready", "string", ready_of_desired),
        age_column(),
        column("Containers", "string", containers, {}, kWide),
        column("Images", "string", images, {}, kWide),
    };
}

std::vector<Column> daemon_set_columns() {
    return {
        name_column(),
        column("Desired", "integer", [](const Value& o, WallTime) { return count(o, "desiredNumberScheduled"); },
               "The total number of nodes that should be running the daemon pod (including nodes correctly running the daemon "
               "pod). More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/"),
        column("Current", "integer", [](const Value& o, WallTime) { return count(o, "currentNumberScheduled"); },
               "The number of nodes that are running at least 1 daemon pod and are supposed to run the daemon pod. More info: "
               "https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/"),
        column("Ready", "integer", [](const Value& o, WallTime) { return count(o, "numberReady"); },
               "The number of nodes that should be running the daemon pod and have one or more of the daemon pod running and r"
               "eady."),
        column("Up-to-date", "integer", [](const Value& o, WallTime) { return count(o, "updatedNumberScheduled"); },
               "The total number of nodes that are running updated daemon pod"),
        column("Available", "integer", [](const Value& o, WallTime) { return count(o, "numberAvailable"); },
               "The number of nodes that should be running the daemon pod and have one or more of the daemon pod running and a"
               "vailable (ready for at least spec.minReadySeconds)"),
        column("Node Selector", "string",
               [](const Value& o, WallTime) -> Value { return format_labels(o["spec"]["template"]["spec"]["nodeSelector"]); },
               "NodeSelector is a selector which must be true for the pod to fit on a node. Selector which must match a node's"
               " labels for the pod to be scheduled on that node. More info: https://kubernetes.io/docs/concepts/configuration"
               "/assign-pod-node/"),
        age_column(),
        column("Containers", "string", containers,
               "Names of each container in the template.", kWide),
        column("Images", "string", images,
               "Images referenced by each container in the template.", kWide),
        column("Selector", "string", selector,
               "A label query over pods that are managed by the daemon set. Must match in order to be controlled. If empty, de"
               "faulted to labels on Pod template. More info: https://kubernetes.io/docs/concepts/overview/working-with-object"
               "s/labels/#label-selectors", kWide),
    };
}

std::vector<Column> controller_revision_columns() {
    return {
        name_column(),
        column("Controller", "string", revision_controller,
               "Controller of the object"),
        column("Revision", "string", [](const Value& o, WallTime) -> Value { return o["revision"].as_int(); },
               "revision indicates the revision of the state represented by Data."),
        age_column(),
    };
}

}  // namespace skiff::api::kinds
