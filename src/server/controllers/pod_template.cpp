#include "server/controllers/pod_template.h"

#include <array>

#include "base/hash.h"
#include "base/strings.h"
#include "json/filter.h"
#include "json/merge_patch.h"
#include "json/write.h"

namespace skiff::controllers {

namespace {

constexpr std::array kNotCopied = {"kubectl.kubernetes.io/last-applied-configuration", kRevision, kRevisionHistory, kDesiredReplicas, kMaxReplicas,
                                   "deprecated.deployment.rollback.to"};
constexpr size_t kHistoryBytesMax = 2000;

bool copied(const std::string& key) {
    for (auto skipped : kNotCopied)
        if (key == skipped) return false;
    return true;
}

// Without what does not count: the hash label, empty maps, null times.
json::Value comparable(json::Value pod_template) {
    auto* metadata = pod_template.find("metadata");
    if (!metadata) return pod_template;
    if (auto* labels = metadata->find("labels")) labels->erase(kPodTemplateHash);
    std::erase_if(metadata->mut_members(), [](const json::Member& member) { return member.value.empty(); });
    if (metadata->size() == 0) pod_template.erase("metadata");
    return pod_template;
}

}  // namespace

bool same_template(const json::Value& a, const json::Value& b) {
    if (!(a["spec"] == b["spec"])) return false;
    return comparable(json::Value::object({{"metadata", a["metadata"]}})) == comparable(json::Value::object({{"metadata", b["metadata"]}}));
}

std::string safe_encode(const std::string& text) {
    constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
    std::string encoded;
    for (unsigned char c : text) encoded += kLetters[c % kLetters.size()];
    return encoded;
}

std::string template_hash(const json::Value& pod_template, const json::Value& collision_count) {
    std::string text = json::write(comparable(pod_template));
    if (collision_count.is_int()) text += "#" + std::to_string(collision_count.as_int());
    return safe_encode(std::to_string(fnv1a32(text)));
}

int64_t revision_of(const json::Value& object) { return parse_int(object["metadata"]["annotations"][kRevision].as_string()).value_or(0); }

bool update_set_annotations(json::Value& set, const json::Value& deployment, int64_t revision, bool existing) {
    json::Value before = set["metadata"]["annotations"];
    auto& annotations = set.mut("metadata").mut("annotations");
    json::merge_patch(annotations, json::members_where(deployment["metadata"]["annotations"], copied));
    int64_t old_revision = revision_of(set);
    if (old_revision < revision) {
        annotations.set(kRevision, std::to_string(revision));
        if (existing && old_revision > 0) {
            std::string history = annotations[kRevisionHistory].as_string();
            history += (history.empty() ? "" : ",") + std::to_string(old_revision);
            while (history.size() > kHistoryBytesMax) history.erase(0, history.find(',') + 1);
            annotations.set(kRevisionHistory, history);
        }
    }
    return !(set["metadata"]["annotations"] == before);
}

bool update_size_annotations(json::Value& set, int64_t desired, int64_t max) {
    json::Value before = set["metadata"]["annotations"];
    auto& annotations = set.mut("metadata").mut("annotations");
    annotations.set(kDesiredReplicas, std::to_string(desired));
    annotations.set(kMaxReplicas, std::to_string(max));
    return !(annotations == before);
}

}  // namespace skiff::controllers
