// Pod templates: equality, hash and the annotations by which Deployments keep their history. Pure.
#pragma once

#include <string>

#include "json/value.h"

namespace skiff::controllers {

inline constexpr const char* kPodTemplateHash = "pod-template-hash";
inline constexpr const char* kRevision = "deployment.kubernetes.io/revision";
inline constexpr const char* kRevisionHistory = "deployment.kubernetes.io/revision-history";
inline constexpr const char* kDesiredReplicas = "deployment.kubernetes.io/desired-replicas";
inline constexpr const char* kMaxReplicas = "deployment.kubernetes.io/max-replicas";

// Equal but for the pod-template-hash label.
bool same_template(const json::Value& a, const json::Value& b);
// FNV-1a of the template (and of the collision count where there is one), in the letters of generated names.
std::string template_hash(const json::Value& pod_template, const json::Value& collision_count = {});
std::string safe_encode(const std::string& text);

// Brings a ReplicaSet's annotations to what its Deployment says: copied annotations, revision and its history. True when changed.
bool update_set_annotations(json::Value& set, const json::Value& deployment, int64_t revision, bool existing);
// desired-replicas and max-replicas. True when changed.
bool update_size_annotations(json::Value& set, int64_t desired, int64_t max);
int64_t revision_of(const json::Value& object);      // 0 without

}  // namespace skiff::controllers
