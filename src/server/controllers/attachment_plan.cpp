#include "server/controllers/attachment_plan.h"

#include <algorithm>

#include "base/hash.h"

namespace skiff::controllers {

namespace {

bool many_nodes(const json::Value& volume) {
    const auto& modes = volume["spec"]["accessModes"].items();
    return modes.empty() || std::any_of(modes.begin(), modes.end(), [](const json::Value& mode) { return mode.as_string() == "ReadWriteMany" || mode.as_string() == "ReadOnlyMany"; });
}

}  // namespace

std::string attached_name(const json::Value& volume) {
    const auto& csi = volume["spec"]["csi"];
    return "kubernetes.io/csi/" + csi["driver"].as_string() + "^" + csi["volumeHandle"].as_string();
}

std::string attachment_name(const json::Value& volume, const std::string& node) {
    const auto& csi = volume["spec"]["csi"];
    return "csi-" + sha256_hex(csi["volumeHandle"].as_string() + csi["driver"].as_string() + node);
}

json::Value attachment_for(const json::Value& volume, const std::string& node) {
    auto source = json::Value::object({{"persistentVolumeName", volume["metadata"]["name"]}});
    auto spec = json::Value::object({{"attacher", volume["spec"]["csi"]["driver"]}, {"nodeName", node}, {"source", std::move(source)}});
    return json::Value::object({{"apiVersion", "storage.k8s.io/v1"},
                                {"kind", "VolumeAttachment"},
                                {"metadata", json::Value::object({{"name", attachment_name(volume, node)}})},
                                {"spec", std::move(spec)}});
}

AttachmentPlan plan_attachments(const json::Value& volume, const std::set<std::string>& wanted, const std::vector<NodeAttachment>& present) {
    AttachmentPlan plan;
    std::set<std::string> held;
    for (const auto& attachment : present) {
        held.insert(attachment.node);
        if (wanted.count(attachment.node) || attachment.deleting) continue;
        if (!attachment.in_use || attachment.may_force) plan.detach.push_back(attachment.node);
    }
    const bool exclusive = !many_nodes(volume);
    for (const auto& node : wanted) {
        if (held.count(node)) continue;
        if (exclusive && !held.empty()) {
            plan.refused.push_back(node);
            continue;
        }
        held.insert(node);
        plan.attach.push_back(node);
    }
    return plan;
}

json::Value with_attached(const json::Value& attached, const std::string& name, bool present) {
    auto kept = json::Value::array();
    for (const auto& volume : attached.items())
        if (volume["name"].as_string() != name) kept.push_back(volume);
    if (present) kept.push_back(json::Value::object({{"name", name}, {"devicePath", ""}}));
    return kept;
}

}  // namespace skiff::controllers
