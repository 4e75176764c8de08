#include "json/yaml_key.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "json/go_quote.h"
#include "json/number_text.h"
#include "json/yaml_scalar.h"

namespace skiff::json {

namespace {

constexpr size_t kShownMax = 4096;
constexpr int kShownDepthMax = 100;

// strconv.FormatFloat(value, 'g', -1, 32)
std::string float32_text(double value) {
    const auto narrow = static_cast<float>(value);
    if (std::isnan(narrow)) return ".nan";
    if (std::isinf(narrow)) return narrow > 0 ? ".inf" : "-.inf";
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, narrow, std::chars_format::scientific).ptr;
    double same = 0;   // its shortest digits are those of the float
    std::from_chars(digits, end, same);
    std::string text;
    append_yaml_double(text, same);
    return text;
}

class GoSyntax {
public:
    explicit GoSyntax(const YamlNodes& nodes) : nodes_(nodes) {}
    std::string out;

    void show(YamlNodeId id, int depth) {
        const YamlNode& node = nodes_[id];
        if (out.size() > kShownMax || depth > kShownDepthMax) return;
        switch (node.kind) {
            case YamlNode::Kind::Alias: show(node.target, depth + 1); break;
            case YamlNode::Kind::Scalar: {
                const auto scalar = resolve_scalar(node.tag, node.text, node.implicit);
                out += !scalar.ok() ? "" : scalar->is_null() ? "interface {}(nil)" : go_syntax(*scalar);
                break;
            }
            case YamlNode::Kind::Sequence:
                out += "[]interface {}{";
                for (size_t i = 0; i < node.children.size() && out.size() <= kShownMax; ++i) {
                    if (i > 0) out += ", ";
                    show(node.children[i], depth + 1);
                }
                out += '}';
                break;
            case YamlNode::Kind::Mapping: show_map(node, depth); break;
        }
    }

private:
    // By key, as fmt prints maps.
    void show_map(const YamlNode& node, int depth) {
        std::vector<std::string> members;
        size_t size = out.size();
        for (size_t i = 0; i + 1 < node.children.size() && size <= kShownMax; i += 2) {
            GoSyntax member(nodes_);
            member.show(node.children[i], depth + 1);
            member.out += ':';
            member.show(node.children[i + 1], depth + 1);
            size += member.out.size();
            members.push_back(std::move(member.out));
        }
        std::sort(members.begin(), members.end());
        out += "map[interface {}]interface {}{";
        for (size_t i = 0; i < members.size(); ++i) out += (i > 0 ? ", " : "") + members[i];
        out += '}';
    }

    const YamlNodes& nodes_;
};

}  // namespace

std::string yaml_key_identity(const Value& key) {
    std::string identity(1, static_cast<char>('0' + static_cast<int>(key.type())));
    if (key.is_string()) return identity + key.as_string();
    if (key.is_double()) append_json_double(identity, key.as_double());
    else identity += yaml_key_text(key);
    return identity;
}

std::string yaml_key_text(const Value& key) {
    switch (key.type()) {
        case Type::String: return key.as_string();
        case Type::Bool: return key.as_bool() ? "true" : "false";
        case Type::Int: return std::to_string(key.as_int());
        case Type::Double: return float32_text(key.as_double());
        default: return {};
    }
}

std::string go_syntax(const Value& scalar) {
    if (scalar.is_null()) return "<nil>";
    if (scalar.is_string()) return go_quote(scalar.as_string());
    if (!scalar.is_double()) return yaml_key_text(scalar);
    if (std::isnan(scalar.as_double())) return "NaN";
    if (std::isinf(scalar.as_double())) return scalar.as_double() > 0 ? "+Inf" : "-Inf";
    std::string text;
    append_yaml_double(text, scalar.as_double());
    return text;
}

std::string go_syntax(const YamlNodes& nodes, YamlNodeId id) {
    GoSyntax shown(nodes);
    shown.show(id, 0);
    return std::move(shown.out);
}

}  // namespace skiff::json
