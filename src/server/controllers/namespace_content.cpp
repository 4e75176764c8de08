#include "server/controllers/namespace_content.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "server/controllers/conditions.h"

namespace skiff::controllers {

namespace {

std::string listed(const std::map<std::string, int>& counts, std::string_view word) {
    std::vector<std::string> parts;
    for (const auto& [name, count] : counts) parts.push_back(fmt::format("{} {} {} resource instances", name, word, count));
    return join(parts, ", ");
}

}  // namespace

void set_namespace_conditions(json::Value& status, const NamespaceRemains& remains, WallTime now) {
    auto set = [&](const char* type, bool bad, const char* bad_reason, std::string bad_message, const char* good_reason, const char* good_message) {
        set_condition(status, {type, bad ? "True" : "False", bad ? bad_reason : good_reason, bad ? std::move(bad_message) : good_message}, now);
    };
    set("NamespaceDeletionDiscoveryFailure", !remains.discovery_failed.empty(), "DiscoveryFailed",
        "Discovery failed for some groups, " + std::to_string(remains.discovery_failed.size()) + " failing: " + join(remains.discovery_failed, ", "),
        "ResourcesDiscovered", "All resources successfully discovered");
    set("NamespaceDeletionGroupVersionParsingFailure", false, "", "", "ParsedGroupVersions", "All legacy kube types successfully parsed");
    set("NamespaceDeletionContentFailure", !remains.deletion_failed.empty(), "ContentDeletionFailed",
        "Failed to delete all resource types, " + std::to_string(remains.deletion_failed.size()) + " remaining: " + join(remains.deletion_failed, ", "),
        "ContentDeleted", "All content successfully deleted, may be waiting on finalization");
    set("NamespaceContentRemaining", !remains.resources.empty(), "SomeResourcesRemain",
        "Some resources are remaining: " + listed(remains.resources, "has"), "ContentRemoved", "All content successfully removed");
    set("NamespaceFinalizersRemaining", !remains.finalizers.empty(), "SomeFinalizersRemain",
        "Some content in the namespace has finalizers remaining: " + listed(remains.finalizers, "in"), "ContentHasNoFinalizers",
        "All content-preserving finalizers finished");
}

}  // namespace skiff::controllers
