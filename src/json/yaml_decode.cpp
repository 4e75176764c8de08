#include "json/yaml_decode.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/text_map.h"
#include "json/yaml_key.h"
#include "json/yaml_scalar.h"

namespace skiff::json {

namespace {

using Kind = YamlNode::Kind;

constexpr size_t kRepeatedMax = 100;
constexpr std::string_view kMergeTag = "tag:yaml.org,2002:merge";

Status wrong(std::string_view what) { return error(Reason::BadRequest, "yaml: {}", what); }

bool is_merge(const YamlNode& node) { return node.kind == Kind::Scalar && node.text == "<<" && (node.implicit || node.tag == kMergeTag); }

// How much of the work may come from aliases: nearly all of it in small documents, a tenth in very large ones.
double alias_share_max(size_t decoded) {
    constexpr double kFrom = 400'000, kTo = 4'000'000;
    return 0.99 - 0.89 * std::clamp((static_cast<double>(decoded) - kFrom) / (kTo - kFrom), 0.0, 1.0);
}

std::string_view non_finite_text(double value) { return std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf"; }

// The first number that JSON cannot hold, by sorted keys as encoding/json goes through them.
const Value* find_non_finite(const Value& value) {
    if (value.is_double()) return std::isfinite(value.as_double()) ? nullptr : &value;
    for (const Value& item : value.items())
        if (const Value* found = find_non_finite(item)) return found;
    const Member* first = nullptr;
    const Value* what = nullptr;
    for (const Member& member : value.members()) {
        if (first != nullptr && first->key < member.key) continue;
        if (const Value* found = find_non_finite(member.value)) first = &member, what = found;
    }
    return what;
}

// A map while it is filled. Go's maps tell keys of different types apart; what JSON calls alike is put together at the end.
struct Members {
    struct Place {
        size_t index;
        YamlNodeId value;
    };
    Object object;
    TextMap<Place> places;
    std::optional<Place> null_key;   // JSON has none: an error, unless it is worse
    bool others = false;             // keys that are no texts
};

class Decoder {
public:
    Decoder(const YamlNodes& nodes, const YamlDecodeOptions& options) : nodes_(nodes), options_(options), active_(nodes.size(), false) {}

    Result<Value> run() {
        decoded_ = 1;   // the document itself counts
        Value value = TRY(decode(0, 0));
        TRY(std::move(unsupported_));
        if (non_finite_)
            if (const Value* found = find_non_finite(value)) return error(Reason::BadRequest, "json: unsupported value: {}", non_finite_text(found->as_double()));
        return value;
    }

private:
    Status count(const YamlNode& node, int depth) {
        ++decoded_;
        if (alias_depth_ > 0) ++from_aliases_;
        if (from_aliases_ > 100 && decoded_ > 1000 && static_cast<double>(from_aliases_) / static_cast<double>(decoded_) > alias_share_max(decoded_))
            return wrong("document contains excessive aliasing");
        cost_ += 1 + yaml_text_cost(node.text.size());
        if (cost_ > options_.cost_max) return error(Reason::RequestEntityTooLarge, "Request entity too large: the limit is {} values", options_.cost_max);
        // Only through aliases: the nodes themselves are no deeper.
        if (depth > options_.depth_max) return wrong(fmt::format("line {}: exceeded max depth of {}", node.line + 1, options_.depth_max));
        return {};
    }

    Result<Value> decode(YamlNodeId id, int depth) {
        const YamlNode& node = nodes_[id];
        TRY(count(node, depth));
        switch (node.kind) {
            case Kind::Alias: {
                TRY(enter(id));
                auto value = decode(node.target, depth + 1);
                leave(id);
                return value;
            }
            case Kind::Scalar: return scalar(node);
            case Kind::Sequence: {
                Array items;
                items.reserve(node.children.size());
                for (const YamlNodeId child : node.children) items.push_back(TRY(decode(child, depth + 1)));
                return Value(std::move(items));
            }
            case Kind::Mapping: break;
        }
        Members members;
        members.object.reserve(node.children.size() / 2);
        members.places.reserve(node.children.size() / 2);
        TRY(fill(members, node, depth));
        return finish(std::move(members));
    }

    Status enter(YamlNodeId alias) {
        if (active_[alias]) return wrong(fmt::format("anchor '{}' value contains itself", nodes_[alias].text));
        active_[alias] = true;
        ++alias_depth_;
        return {};
    }
    void leave(YamlNodeId alias) {
        active_[alias] = false;
        --alias_depth_;
    }

    Result<Value> scalar(const YamlNode& node) {
        auto value = resolve_scalar(node.tag, node.text, node.implicit);
        if (!value.ok()) return wrong(value.status().message());
        if (value->is_double() && !std::isfinite(value->as_double())) non_finite_ = true;
        return value;
    }

    Status fill(Members& members, const YamlNode& node, int depth) {
        for (size_t i = 0; i + 1 < node.children.size(); i += 2) {
            const YamlNodeId key_id = node.children[i], value_id = node.children[i + 1];
            if (is_merge(nodes_[key_id])) {
                TRY(merge(members, value_id, depth + 1));
                continue;
            }
            const Value key = TRY(decode(key_id, depth + 1));
            if (key.is_object() || key.is_array()) return wrong("invalid map key: " + go_syntax(nodes_, key_id));
            set(members, key, TRY(decode(value_id, depth + 1)), value_id);
        }
        return {};
    }

    void set(Members& members, const Value& key, Value value, YamlNodeId value_id) {
        const Members::Place place{members.object.size(), value_id};
        if (key.is_null()) {
            if (members.null_key) repeated(key, value_id);
            members.null_key = place;
            return;
        }
        const bool never_equal = key.is_double() && std::isnan(key.as_double());
        auto [found, is_new] = members.places.try_emplace(yaml_key_identity(key) + (never_equal ? std::to_string(place.index) : ""), place);
        if (!key.is_string()) members.others = true;
        if (is_new) {
            members.object.push_back({yaml_key_text(key), std::move(value)});
            return;
        }
        repeated(key, value_id);
        members.object[found->second.index].value = std::move(value);
    }

    void repeated(const Value& key, YamlNodeId value_id) {
        if (options_.repeated != nullptr && options_.repeated->size() < kRepeatedMax)
            options_.repeated->push_back(fmt::format("line {}: key {} already set in map", nodes_[value_id].line + 1, go_syntax(key)));
    }

    // Members of others come in where << stands: later ones win, of a list the first.
    Status merge(Members& members, YamlNodeId id, int depth) {
        const YamlNode& node = nodes_[id];
        if (node.kind != Kind::Sequence) return merge_one(members, id, depth);
        for (size_t i = node.children.size(); i-- > 0;) TRY(merge_one(members, node.children[i], depth + 1));
        return {};
    }

    Status merge_one(Members& members, YamlNodeId id, int depth) {
        const YamlNode& node = nodes_[id];
        const bool alias = node.kind == Kind::Alias;
        const YamlNode& from = alias ? nodes_[node.target] : node;
        if (from.kind != Kind::Mapping) return wrong("map merge requires map or sequence of maps as the value");
        TRY(count(node, depth));
        if (!alias) return fill(members, from, depth);
        TRY(enter(id));
        Status status = count(from, depth + 1);
        if (status.ok()) status = fill(members, from, depth + 1);
        leave(id);
        return status;
    }

    Value finish(Members members) {
        if (members.null_key && unsupported_.ok())
            unsupported_ = error(Reason::BadRequest, "unsupported map key of type: %!s(<nil>), key: <nil>, value: {}", shown_value(members.null_key->value));
        Object& object = members.object;
        if (!members.others) return Value(std::move(object));
        // 1 and "1" are one member in JSON.
        TextViewMap<size_t> names;
        bool alike = false;
        for (size_t i = 0; i < object.size(); ++i) alike |= !names.insert_or_assign(object[i].key, i).second;
        if (!alike) return Value(std::move(object));
        Object kept;
        for (size_t i = 0; i < object.size(); ++i)
            if (names[object[i].key] == i) kept.push_back(object[i]);
        return Value(std::move(kept));
    }

    std::string shown_value(YamlNodeId id) const {
        std::string text = go_syntax(nodes_, id);
        return text == "interface {}(nil)" ? "<nil>" : text;
    }

    const YamlNodes& nodes_;
    const YamlDecodeOptions& options_;
    std::vector<bool> active_;   // aliases that are being followed
    size_t decoded_ = 0, from_aliases_ = 0, cost_ = 0;
    int alias_depth_ = 0;
    bool non_finite_ = false;
    Status unsupported_;   // told only when nothing else is wrong
};

}  // namespace

Result<Value> decode_yaml(const YamlNodes& nodes, const YamlDecodeOptions& options) { return Decoder(nodes, options).run(); }

}  // namespace skiff::json
