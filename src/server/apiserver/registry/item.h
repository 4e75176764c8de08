// Item: one stored object as the cache holds it; CacheEvent: one change of it. Immutable, shared; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/object.h"

namespace skiff::apiserver {

struct Item {
    std::string key;           // "namespace/name", or "name" when cluster-scoped
    api::ObjectPtr object;     // in its storage version
    int64_t revision = 0;      // of its last change; equals metadata.resourceVersion
    std::string fields;        // values of the kind's selectable fields, each ended by '\0'
    uint64_t label_bits = ~uint64_t{0};   // as label_bits() makes them, or all where nobody has looked
    // The value of the n-th selectable field.
    std::string_view field(size_t n) const;
};
using ItemPtr = std::shared_ptr<const Item>;

// A bit for each label's key and one for the key with its value (a Bloom filter): most objects that a selector does not want are told by it
// without a look at the object.
uint64_t label_bit(std::string_view key);
uint64_t label_bit(std::string_view key, std::string_view value);
uint64_t label_bits(const api::Labels& labels);

struct CacheEvent {
    int64_t revision = 0;
    bool deleted = false;
    ItemPtr item;              // the new state; when deleted the last state with the deletion's resourceVersion
    ItemPtr previous;          // null on creation
};
using CacheEventPtr = std::shared_ptr<const CacheEvent>;

// A selectable field is a dotted path ("spec.nodeName"), or a name with the paths that may hold its value, the first that has one, and
// what stands for none: "source=source.component|reportingComponent", "spec.hostNetwork=spec.hostNetwork|!false".
std::string_view selectable_name(std::string_view field);

// Where the values of a kind's selectable fields stand. Immutable; any thread.
class SelectablePaths {
public:
    explicit SelectablePaths(const std::vector<std::string>& fields);
    // The values in an object's JSON, each ended by '\0', found without building a tree. Booleans and numbers come as their text. Bounded
    // work: each byte is looked at once.
    std::string scan(std::string_view json) const;

private:
    struct Choice {
        size_t count = 0;        // paths
        std::string otherwise;
    };
    std::vector<std::string> paths_;
    std::vector<Choice> choices_;
    bool plain_ = true;          // each field is one path
};

// A copy of the object with another resourceVersion, for events of objects that leave a selector.
api::ObjectPtr with_revision(const api::Object& object, int64_t revision);

}  // namespace skiff::apiserver
