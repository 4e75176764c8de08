// api::Object: one object of the cluster, immutable and shared. Its JSON bytes are the currency: they are stored, listed and watched
// as they are. The fields that indexes and selectors need are parsed once; the tree only when someone asks.
// Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "json/value.h"

namespace skiff::api {

struct OwnerReference {
    std::string api_version, kind, name, uid;
    bool controller = false;
    bool block_owner_deletion = false;
};

using Labels = std::vector<std::pair<std::string, std::string>>;   // in the order of the object

// The part of ObjectMeta that every layer reads.
struct Meta {
    // Annotations with longer values (what was last applied, mostly) stand here with an empty one: who needs it reads the tree.
    static constexpr size_t kAnnotationBytesMax = 512;

    std::string name, ns, uid, generate_name;
    int64_t resource_version = 0;
    int64_t generation = 0;
    std::string creation_timestamp, deletion_timestamp;   // RFC 3339; deletion "" when not being deleted
    Labels labels, annotations;
    std::vector<OwnerReference> owners;
    std::vector<std::string> finalizers;

    bool deleting() const { return !deletion_timestamp.empty(); }
    const std::string& label(std::string_view key) const;        // "" when absent
    const std::string* find_label(std::string_view key) const;
    const std::string& annotation(std::string_view key) const;
    const OwnerReference* controller() const;                     // the owner with controller: true, or null
    // "namespace/name", or "name" when cluster-scoped.
    std::string key() const { return ns.empty() ? name : ns + "/" + name; }
    static Meta from(const json::Value& object);                  // reads object["metadata"]
};

class Object;
using ObjectPtr = std::shared_ptr<const Object>;
using Bytes = std::shared_ptr<const std::string>;
using TreePtr = std::shared_ptr<const json::Value>;

class Object {
public:
    // Parses the bytes once for Meta; BadRequest when they are not a JSON object.
    static Result<ObjectPtr> from_bytes(Bytes bytes);
    static ObjectPtr from_tree(json::Value tree);

    const Meta& meta() const { return meta_; }
    const std::string& api_version() const { return api_version_; }
    const std::string& kind() const { return kind_; }
    const Bytes& bytes() const { return bytes_; }
    // The parsed object. Kept only as long as somebody holds it (a weak reference inside), so a cache of objects stays small.
    TreePtr tree() const;

private:
    Object() = default;
    Bytes bytes_;
    std::string api_version_, kind_;
    Meta meta_;
    mutable std::mutex tree_mutex_;
    mutable std::weak_ptr<const json::Value> tree_;
};

}  // namespace skiff::api
