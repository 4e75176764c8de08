// Affinity of pods and the node selectors that volumes use too.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kAffinity[] = {
    {.name = "nodeAffinity", .type = "core.v1.NodeAffinity", .proto = 1},
    {.name = "podAffinity", .type = "core.v1.PodAffinity", .proto = 2},
    {.name = "podAntiAffinity", .type = "core.v1.PodAntiAffinity", .proto = 3},
};

constexpr FieldRow kNodeAffinity[] = {
    {.name = "requiredDuringSchedulingIgnoredDuringExecution", .type = "core.v1.NodeSelector", .proto = 1, .map_type = "atomic"},
    {.name = "preferredDuringSchedulingIgnoredDuringExecution", .type = "list<core.v1.PreferredSchedulingTerm>", .proto = 2,
     .list_type = "atomic"},
};

constexpr FieldRow kNodeSelector[] = {
    {.name = "nodeSelectorTerms", .type = "list<core.v1.NodeSelectorTerm>", .proto = 1, .required = true, .list_type = "atomic"},
};

constexpr FieldRow kNodeSelectorTerm[] = {
    {.name = "matchExpressions", .type = "list<core.v1.NodeSelectorRequirement>", .proto = 1, .list_type = "atomic"},
    {.name = "matchFields", .type = "list<core.v1.NodeSelectorRequirement>", .proto = 2, .list_type = "atomic"},
};

constexpr FieldRow kNodeSelectorRequirement[] = {
    {.name = "key", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "operator", .type = "string", .proto = 2, .required = true, .default_json = R"("")",
     .enum_values = "DoesNotExist,Exists,Gt,In,Lt,NotIn", .go = "v1.NodeSelectorOperator"},
    {.name = "values", .type = "list<string>", .proto = 3, .list_type = "atomic"},
};

constexpr FieldRow kPreferredSchedulingTerm[] = {
    {.name = "weight", .type = "int32", .proto = 1, .required = true, .default_json = "0"},
    {.name = "preference", .type = "core.v1.NodeSelectorTerm", .proto = 2, .required = true, .default_json = "{}", .map_type = "atomic"},
};

constexpr FieldRow kPodAffinity[] = {
    {.name = "requiredDuringSchedulingIgnoredDuringExecution", .type = "list<core.v1.PodAffinityTerm>", .proto = 1, .list_type = "atomic"},
    {.name = "preferredDuringSchedulingIgnoredDuringExecution", .type = "list<core.v1.WeightedPodAffinityTerm>", .proto = 2,
     .list_type = "atomic"},
};

constexpr FieldRow kPodAntiAffinity[] = {
    {.name = "requiredDuringSchedulingIgnoredDuringExecution", .type = "list<core.v1.PodAffinityTerm>", .proto = 1, .list_type = "atomic"},
    {.name = "preferredDuringSchedulingIgnoredDuringExecution", .type = "list<core.v1.WeightedPodAffinityTerm>", .proto = 2,
     .list_type = "atomic"},
};

constexpr FieldRow kPodAffinityTerm[] = {
    {.name = "labelSelector", .type = "meta.v1.LabelSelector", .proto = 1, .map_type = "atomic"},
    {.name = "namespaces", .type = "list<string>", .proto = 2, .list_type = "atomic"},
    {.name = "topologyKey", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
    {.name = "namespaceSelector", .type = "meta.v1.LabelSelector", .proto = 4, .map_type = "atomic"},
    {.name = "matchLabelKeys", .type = "list<string>", .proto = 5, .list_type = "atomic"},
    {.name = "mismatchLabelKeys", .type = "list<string>", .proto = 6, .list_type = "atomic"},
};

constexpr FieldRow kWeightedPodAffinityTerm[] = {
    {.name = "weight", .type = "int32", .proto = 1, .required = true, .default_json = "0"},
    {.name = "podAffinityTerm", .type = "core.v1.PodAffinityTerm", .proto = 2, .required = true, .default_json = "{}"},
};

constexpr FieldRow kTopologySelectorTerm[] = {
    {.name = "matchLabelExpressions", .type = "list<core.v1.TopologySelectorLabelRequirement>", .proto = 1, .list_type = "atomic"},
};

constexpr FieldRow kTopologySelectorLabelRequirement[] = {
    {.name = "key", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "values", .type = "list<string>", .proto = 2, .required = true, .list_type = "atomic"},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.Affinity", .fields = kAffinity},
    {.name = "core.v1.NodeAffinity", .fields = kNodeAffinity},
    {.name = "core.v1.NodeSelector", .fields = kNodeSelector},
    {.name = "core.v1.NodeSelectorTerm", .fields = kNodeSelectorTerm},
    {.name = "core.v1.NodeSelectorRequirement", .fields = kNodeSelectorRequirement},
    {.name = "core.v1.PreferredSchedulingTerm", .fields = kPreferredSchedulingTerm},
    {.name = "core.v1.PodAffinity", .fields = kPodAffinity},
    {.name = "core.v1.PodAntiAffinity", .fields = kPodAntiAffinity},
    {.name = "core.v1.PodAffinityTerm", .fields = kPodAffinityTerm},
    {.name = "core.v1.WeightedPodAffinityTerm", .fields = kWeightedPodAffinityTerm},
    {.name = "core.v1.TopologySelectorTerm", .fields = kTopologySelectorTerm},
    {.name = "core.v1.TopologySelectorLabelRequirement", .fields = kTopologySelectorLabelRequirement},
};

}  // namespace

std::span<const TypeRow> core_v1_affinity_types() { return kTypes; }

}  // namespace skiff::api::kinds
