// Which claims the local-path provisioner serves, the volumes that it makes for them, and the class itself. Pure.
#pragma once

#include <optional>
#include <string>

#include "api/object.h"
#include "json/value.h"

namespace skiff::local_storage {

inline constexpr const char* kProvisioner = "skiff.io/local-path";
inline constexpr const char* kClassName = "local-path";

// StorageClass local-path: the default, waits for the first consumer, deletes; its claims may grow.
json::Value storage_class();

// The claim waits for us: its class is ours, a node is chosen and no volume is bound. The reason why it cannot be served is in `refusal`.
struct ClaimWish {
    std::string volume;                  // pvc-<uid>
    std::string node;
    std::string refusal;
};
std::optional<ClaimWish> read_claim(const api::Object& claim, const json::Value* storage_class);

// The PersistentVolume of a claim, on the directory `path` of the node. hostname: the node's kubernetes.io/hostname.
json::Value volume_for(const api::Object& claim, const json::Value& storage_class, const ClaimWish& wish, const std::string& hostname, const std::string& path);

// The size that a bound claim asks for beyond what it has; "" none. A directory grows without anything to do on the node.
std::string wanted_growth(const api::Object& claim, const json::Value* storage_class);
json::Value grown_status(json::Value status, const std::string& size);

// A volume of ours whose claim is gone and whose directory is to be removed: the node that has it.
std::optional<std::string> node_to_clean(const api::Object& volume);

}  // namespace skiff::local_storage
