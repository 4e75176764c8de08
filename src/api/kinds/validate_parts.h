// Parts of the validation of pods that others use too: claims, resources of whole pods, sources of persistent volumes. Pure; any thread.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "api/kinds/check.h"
#include "base/text_map.h"

namespace skiff::api::kinds {

// What containers name of their pod: its volumes and claims, read once however many containers there are. The spec must outlive it.
class PodParts {
public:
    explicit PodParts(const json::Value& spec, const std::set<size_t>& wrong_volumes = {});
    const json::Value& volume(const std::string& name) const;   // the first valid one of the name; null when there is none
    bool has_claim(const std::string& name) const { return claims_.count(name) != 0; }
    // "must be one of the names in pod.spec.resourceClaims: a, b"
    const std::string& claims_text() const { return claims_text_; }

private:
    TextViewMap<const json::Value*> volumes_;
    std::set<std::string_view> claims_;
    std::string claims_text_;
};
// The claims that resources name, against those of the pod.
void validate_claims(const json::Value& claims, const PodParts& pod, const FieldPath& path, FieldErrors& errors);
// validate_mounts.cpp: where a container sees the volumes of its pod.
void validate_mounts(const json::Value& container, const PodParts& pod, const FieldPath& path, FieldErrors& errors);
void validate_devices(const json::Value& container, const PodParts& pod, const FieldPath& path, FieldErrors& errors);
// Requests and limits that all containers of a pod share.
void validate_pod_resources(const json::Value& resources, const FieldPath& path, FieldErrors& errors);
void validate_container_resource_name(const std::string& name, const FieldPath& path, FieldErrors& errors);
// The source of a persistent volume: which it is, "" when there is none.
std::string_view validate_persistent_source(const json::Value& volume, const FieldPath& path, FieldErrors& errors);
// validate_volume_remote.cpp: a source that stands on another machine; other kinds are nothing to it. path is that of the volume.
enum class SourceOf { Pod, PersistentVolume };
void validate_remote_source(std::string_view kind, const json::Value& source, SourceOf owner, const FieldPath& path, FieldErrors& errors);
// The rule, when the field is there at all, even if it is "".
void check_given_name(const json::Value& text, NameRule rule, const FieldPath& path, FieldErrors& errors);
// As check_one_of, but "" is not supported either.
void check_listed(const json::Value& text, const FieldPath& path, std::initializer_list<std::string_view> allowed, FieldErrors& errors);

}  // namespace skiff::api::kinds
