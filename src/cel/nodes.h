// The shared parts of Values: what is too large to stand in a Value itself. Immutable once a Value is made, except that the newest owner of a
// list or map made by + or a macro may append in place (older Values keep their length), so that building a list of n items takes n steps.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/text_map.h"
#include "cel/value.h"

namespace skiff::cel {

// A node that knows its kind: looking at values is what evaluation does most.
template <Value::Node::Kind K>
struct NodeOf : Value::Node {
    static constexpr Kind kKind = K;
    NodeOf() : Node(K) {}
};

struct TextNode : NodeOf<Value::Node::Kind::Text> {
    std::string text;
};

struct Items {
    std::vector<Value> values;
};

struct ListNode : NodeOf<Value::Node::Kind::List> {
    std::shared_ptr<Items> items;
    size_t size = 0;
    uint64_t weight = 1;
    bool growable = false;
};

struct Entries {
    std::vector<Entry> values;
    TextMap<size_t> index;   // by key_text(), kept from kIndexFrom entries on
};
inline constexpr size_t kIndexFrom = 8;

struct MapNode : NodeOf<Value::Node::Kind::Map> {
    std::shared_ptr<Entries> entries;
    size_t size = 0;
    uint64_t weight = 1;
    bool growable = false;
    bool selects_maps = false;                       // a key that is not there selects an empty map
    std::string type_name;                           // of an object made by an expression
};

struct SourceNode : NodeOf<Value::Node::Kind::Source> {
    std::shared_ptr<const FieldSource> source;
};

struct HeldNode : NodeOf<Value::Node::Kind::Held> {
    Value value;
    uint64_t weight = 1;
};

struct OpaqueNode : NodeOf<Value::Node::Kind::Opaque> {
    std::shared_ptr<const Opaque> value;
};

// How many values a walk through this one meets. Values are shared, so a short expression could make one that no walk ever ends in
// (x.map(y, [y, y]) over and over): what would be heavier than kWeightMax is an Error instead.
uint64_t weight_of(const Value& value);
inline constexpr uint64_t kWeightMax = 4 << 20;

// Keys that are equal in CEL have the same text: 1, 1u and 1.0.
std::string key_text(const Value& key);
// list + list; the result grows in place when a is the newest owner of its items.
Value concat(const Value& a, const Value& b);
// Puts an item behind the list where it stands. False, and nothing happens, when others have the list too or it would be too heavy.
bool grow(Value& list, const Value& item);
// The map with one entry more. Error when the key is there.
Value insert(const Value& map, const Value& key, const Value& value);

// The way to the private parts for the files that implement Value.
struct NodeAccess {
    template <typename T>
    static const T* get(const Value& value) {
        const Value::Node* node = value.node_.get();
        return node != nullptr && node->kind == T::kKind ? static_cast<const T*>(node) : nullptr;
    }
    // For who has the only Value of a node.
    template <typename T>
    static T* sole(Value& value) {
        const Value::Node* node = value.node_.get();
        return node && node->kind == T::kKind && node->owners.load(std::memory_order_acquire) == 1 ? const_cast<T*>(static_cast<const T*>(node)) : nullptr;
    }
    static void put(Value& value, ValueKind kind, std::unique_ptr<const Value::Node> node) {
        value.kind_ = kind;
        value.node_ = Value::NodePtr(node.release());
    }
};

// Reads items of a list without asking at each what the list is. The list must outlive it.
class ItemReader {
public:
    explicit ItemReader(const Value& list) : list_(list), size_(list.size()) {
        const json::Value* document = list.document();
        if (document) items_ = &document->items();
        if (list.declaration()) element_ = list.declaration()->element.get();
        ints_ = !element_ || element_->form == Declaration::Form::Int;
    }
    size_t size() const { return size_; }
    Value at(size_t index) const {
        if (!items_) return list_.at(index);
        const json::Value& item = (*items_)[index];
        return ints_ && item.is_int() ? Value::of_int(item.as_int()) : Value::json(item, element_);
    }

private:
    const Value& list_;
    const size_t size_;
    const json::Array* items_ = nullptr;
    const Declaration* element_ = nullptr;
    bool ints_ = false;
};

}  // namespace skiff::cel
