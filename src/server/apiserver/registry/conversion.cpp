#include "server/apiserver/registry/conversion.h"

#include "api/custom_resource.h"

#include <array>
#include <utility>

#include "api/kinds/autoscaler_versions.h"

namespace skiff::apiserver {
namespace {

// events.k8s.io/v1 on the left, core/v1 on the right.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kEventFields = {{
    {"regarding", "involvedObject"},
    {"note", "message"},
    {"deprecatedSource", "source"},
    {"deprecatedFirstTimestamp", "firstTimestamp"},
    {"deprecatedLastTimestamp", "lastTimestamp"},
    {"deprecatedCount", "count"},
}};

constexpr std::string_view kReportingController = "reportingController";   // core: reportingComponent
constexpr std::string_view kReportingComponent = "reportingComponent";

json::Value rename_event(json::Value object, bool to_core) {
    for (json::Member& member : object.mut_members()) {
        for (const auto& [events, core] : kEventFields)
            if (member.key == (to_core ? events : core)) {
                member.key = std::string(to_core ? core : events);
                break;
            }
        if (to_core && member.key == kReportingController) member.key = kReportingComponent;
        else if (!to_core && member.key == kReportingComponent) member.key = kReportingController;
    }
    return object;
}

}  // namespace

const api::KindInfo& storage_kind(const api::KindRegistry& kinds, const api::KindInfo& kind) {
    if (!kind.storage) return kind;
    if (kind.custom) return *kind.custom->stored;
    for (const api::KindInfo* other : kinds.all())
        if (other->storage && other->storage_prefix == kind.storage_prefix) return *other;
    return kind;
}

json::Value convert(json::Value object, const api::KindInfo& from, const api::KindInfo& to) {
    if (&from == &to || from.gvk == to.gvk) return object;
    if (from.gvk.kind == "Event") object = rename_event(std::move(object), to.gvk.group.empty());
    if (from.gvk.kind == "HorizontalPodAutoscaler") object = to.gvk.version == "v1" ? api::kinds::autoscaler_to_v1(std::move(object)) : api::kinds::autoscaler_to_v2(std::move(object));
    object.set("kind", to.gvk.kind);
    object.set("apiVersion", to.gvk.api_version());
    return object;
}

bool is_shown_in_storage_version(const api::KindInfo& kind) { return !kind.custom && kind.gvk.kind == "HorizontalPodAutoscaler" && kind.gvk.version == "v1"; }
json::Value in_storage_version(json::Value object) { return api::kinds::autoscaler_to_v2(std::move(object)); }

const std::vector<std::string>& indexed_fields(const api::KindRegistry& kinds, const api::KindInfo& kind) {
    return kind.custom ? kind.custom->definition->indexed_fields : storage_kind(kinds, kind).selectable_fields;
}

}  // namespace skiff::apiserver
