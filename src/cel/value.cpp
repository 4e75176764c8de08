#include "cel/value.h"

#include <cstring>

#include "base/text_map.h"
#include "cel/nodes.h"
#include "json/utf8.h"

namespace skiff::cel {

Value Value::of_uint(uint64_t value) {
    Value out;
    out.kind_ = ValueKind::Uint;
    out.uint_ = value;
    return out;
}

Value Value::of_double(double value) {
    Value out;
    out.kind_ = ValueKind::Double;
    out.double_ = value;
    return out;
}

Value Value::string(std::string text) {
    auto node = std::make_unique<TextNode>();
    node->text = std::move(text);
    Value out = string_view(node->text);
    NodeAccess::put(out, ValueKind::String, std::move(node));
    return out;
}

Value Value::bytes(std::string bytes) {
    Value out = string(std::move(bytes));
    out.kind_ = ValueKind::Bytes;
    return out;
}

Value Value::error(std::string message) {
    Value out = string(std::move(message));
    out.kind_ = ValueKind::Error;
    return out;
}

Value Value::type_value(std::string_view name) {
    Value out = string(std::string(name));
    out.kind_ = ValueKind::Type;
    return out;
}

Value Value::timestamp(int64_t seconds, int32_t nanos) {
    Value out = of_int(seconds);
    out.kind_ = ValueKind::Timestamp;
    out.extra_ = static_cast<uint32_t>(nanos);
    return out;
}

Value Value::duration(int64_t nanoseconds) {
    Value out = of_int(nanoseconds);
    out.kind_ = ValueKind::Duration;
    return out;
}

uint64_t weight_of(const Value& value) {
    if (const auto* list = NodeAccess::get<ListNode>(value)) return list->weight;
    if (const auto* map = NodeAccess::get<MapNode>(value)) return map->weight;
    if (const auto* held = NodeAccess::get<HeldNode>(value)) return held->weight;
    return value.document() ? 1 + value.size() : 1;
}

namespace {

Value too_heavy() { return Value::error("the value is too large"); }

uint64_t weight_of_entries(const std::vector<Entry>& entries) {
    uint64_t weight = 1;
    for (const auto& [key, value] : entries) weight += 1 + weight_of(value);
    return weight;
}

}  // namespace

Value Value::list(std::vector<Value> items) {
    auto node = std::make_unique<ListNode>();
    for (const auto& item : items) node->weight += weight_of(item);
    if (node->weight > kWeightMax) return too_heavy();
    node->size = items.size();
    node->items = std::make_shared<Items>();
    node->items->values = std::move(items);
    Value out;
    NodeAccess::put(out, ValueKind::List, std::move(node));
    return out;
}

Value Value::map(std::vector<Entry> entries) {
    auto node = std::make_unique<MapNode>();
    node->weight = weight_of_entries(entries);
    if (node->weight > kWeightMax) return too_heavy();
    node->size = entries.size();
    node->entries = std::make_shared<Entries>();
    node->entries->values = std::move(entries);
    if (node->size >= kIndexFrom)
        for (size_t i = 0; i < node->size; ++i) node->entries->index.emplace(key_text(node->entries->values[i].first), i);
    Value out;
    NodeAccess::put(out, ValueKind::Map, std::move(node));
    return out;
}

Value Value::map_of_maps(std::vector<Entry> entries) {
    Value out = map(std::move(entries));
    // Nobody else has it yet.
    if (const auto* node = NodeAccess::get<MapNode>(out)) const_cast<MapNode*>(node)->selects_maps = true;
    return out;
}

Value Value::object(std::string type_name, std::vector<Entry> fields) {
    auto node = std::make_unique<MapNode>();
    node->weight = weight_of_entries(fields);
    if (node->weight > kWeightMax) return too_heavy();
    node->size = fields.size();
    node->entries = std::make_shared<Entries>();
    node->entries->values = std::move(fields);
    node->type_name = std::move(type_name);
    Value out;
    NodeAccess::put(out, ValueKind::Object, std::move(node));
    return out;
}

Value Value::fields(std::shared_ptr<const FieldSource> source) {
    auto node = std::make_unique<SourceNode>();
    node->source = std::move(source);
    Value out;
    NodeAccess::put(out, ValueKind::Map, std::move(node));
    return out;
}

Value Value::none() {
    Value out;
    out.kind_ = ValueKind::Optional;
    return out;
}

Value Value::some(Value value) {
    auto node = std::make_unique<HeldNode>();
    node->weight = 1 + weight_of(value);
    node->value = std::move(value);
    Value out;
    NodeAccess::put(out, ValueKind::Optional, std::move(node));
    return out;
}

Value Value::opaque(std::shared_ptr<const Opaque> value) {
    auto node = std::make_unique<OpaqueNode>();
    node->value = std::move(value);
    Value out;
    NodeAccess::put(out, ValueKind::Opaque, std::move(node));
    return out;
}

const Opaque* Value::opaque() const {
    const auto* node = NodeAccess::get<OpaqueNode>(*this);
    return node ? node->value.get() : nullptr;
}

const Value* Value::held() const {
    const auto* node = NodeAccess::get<HeldNode>(*this);
    return node ? &node->value : nullptr;
}

namespace {

// Bytes that do not continue a character, eight at a time.
size_t code_points(std::string_view text) {
    constexpr uint64_t kOnes = 0x0101010101010101;
    size_t continuing = 0, i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        uint64_t word = 0;
        std::memcpy(&word, text.data() + i, 8);
        const uint64_t marks = (word >> 7) & (~word >> 6) & kOnes;
        continuing += (marks * kOnes) >> 56;
    }
    for (; i < text.size(); ++i) continuing += (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
    return text.size() - continuing;
}

}  // namespace

size_t Value::size() const {
    switch (kind_) {
        case ValueKind::Bytes: return extra_;
        case ValueKind::String: return code_points(text());
        case ValueKind::List:
            if (!node_) return view_ ? view_->size() : 0;
            return static_cast<const ListNode&>(*node_).size;
        case ValueKind::Map:
        case ValueKind::Object: {
            if (!node_) return view_ ? view_->size() : 0;
            const auto* map = NodeAccess::get<MapNode>(*this);
            return map ? map->size : 0;
        }
        default: return 0;
    }
}

std::string key_text(const Value& key) {
    switch (key.kind()) {
        case ValueKind::String: return "s" + std::string(key.text());
        case ValueKind::Bool: return key.as_bool() ? "t" : "f";
        case ValueKind::Int: return "n" + std::to_string(key.as_int());
        case ValueKind::Uint: return "n" + std::to_string(key.as_uint());
        case ValueKind::Double: {
            double number = key.as_double();
            if (number >= -9.2e18 && number <= 9.2e18 && number == static_cast<double>(static_cast<int64_t>(number))) return "n" + std::to_string(static_cast<int64_t>(number));
            return "d" + std::to_string(number);
        }
        default: return {};
    }
}

namespace {

// Lists that are sets take what they do not have; lists that are maps take new entries and replace those with the same keys.
Value merge(const Value& a, const Value& b, const Declaration& decl) {
    TextMap<size_t> places;
    std::vector<Value> out;
    auto key_of = [&](const Value& item) {
        if (decl.list_type == api::ListType::Set) return key_text(item);
        std::string key;
        for (const auto& name : decl.list_keys) {
            auto part = item.find(escape_identifier(name));
            key += part ? key_text(*part) : std::string();
            key += '\n';
        }
        return key;
    };
    for (const Value* list : {&a, &b}) {
        for (size_t i = 0; i < list->size(); ++i) {
            Value item = list->at(i);
            auto [it, is_new] = places.emplace(key_of(item), out.size());
            if (is_new || list == &a) out.push_back(item);
            else if (decl.list_type == api::ListType::Map) out[it->second] = item;
        }
    }
    return Value::list(std::move(out));
}

}  // namespace

Value concat(const Value& a, const Value& b) {
    uint64_t weight = weight_of(a) + weight_of(b);
    if (weight > kWeightMax) return too_heavy();
    if (a.declaration() && a.declaration()->list_type != api::ListType::Atomic) return merge(a, b, *a.declaration());
    const auto* left = NodeAccess::get<ListNode>(a);
    auto node = std::make_unique<ListNode>();
    node->growable = true;
    node->weight = weight;
    if (left && left->growable && left->items->values.size() == left->size) {
        node->items = left->items;
    } else {
        node->items = std::make_shared<Items>();
        for (size_t i = 0; i < a.size(); ++i) node->items->values.push_back(a.at(i));
    }
    for (size_t i = 0, count = b.size(); i < count; ++i) node->items->values.push_back(b.at(i));
    node->size = node->items->values.size();
    Value out;
    NodeAccess::put(out, ValueKind::List, std::move(node));
    return out;
}

bool grow(Value& list, const Value& item) {
    ListNode* node = NodeAccess::sole<ListNode>(list);
    if (!node || !node->growable || node->items->values.size() != node->size) return false;
    const uint64_t weight = node->weight + 1 + weight_of(item);
    if (weight > kWeightMax) return false;
    node->items->values.push_back(item);
    node->size += 1;
    node->weight = weight;
    return true;
}

Value insert(const Value& map, const Value& key, const Value& value) {
    if (map.find(key)) return Value::error("insert failed: key " + key.display() + " already exists");
    const auto* old = NodeAccess::get<MapNode>(map);
    auto node = std::make_unique<MapNode>();
    node->growable = true;
    node->weight = weight_of(map) + 1 + weight_of(value);
    if (node->weight > kWeightMax) return too_heavy();
    if (old && old->growable && old->entries->values.size() == old->size) {
        node->entries = old->entries;
    } else {
        node->entries = std::make_shared<Entries>();
        map.each_entry([&](const Value& k, const Value& v) {
            node->entries->index.emplace(key_text(k), node->entries->values.size());
            node->entries->values.emplace_back(k, v);
            return true;
        });
    }
    node->entries->index.emplace(key_text(key), node->entries->values.size());
    node->entries->values.emplace_back(key, value);
    node->size = node->entries->values.size();
    Value out;
    NodeAccess::put(out, ValueKind::Map, std::move(node));
    return out;
}

}  // namespace skiff::cel
