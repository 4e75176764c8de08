#include <optional>

#include "base/strings.h"
#include "json/parse.h"
#include "json/utf8.h"
#include "json/value_bounds.h"
#include "json/yaml.h"
#include "json/yaml_decode.h"

namespace skiff::json {

namespace {

Status too_many_values(const YamlOptions& options) { return error(Reason::RequestEntityTooLarge, "Request entity too large: the limit is {} values", options.nodes_max); }

Status not_converted(const Status& why) {
    if (why.reason() != Reason::BadRequest) return why;
    return error(Reason::BadRequest, "error converting YAML to JSON: {}", why.message());
}

// Not so JSON with characters that break YAML's lines or that it refuses, tabs around it, surrogates.
bool means_the_same_in_yaml(std::string_view json) {
    if (json.substr(0, json.find('{')).find('\t') != json.npos || json.find('\t', json.find_last_of('}')) != json.npos) return false;
    bool ascii = true;
    for (size_t i = 0; i < json.size(); ++i) {
        const auto c = static_cast<unsigned char>(json[i]);
        if (c == 0x7f) return false;
        if (c >= 0x80) ascii = false;
        if (c == '\\' && i + 2 < json.size() && json[++i] == 'u' && (json[i + 1] | 0x20) == 'd') return false;
    }
    if (ascii) return true;
    for (std::string_view rest = json; !rest.empty();) {
        const size_t length = utf8_length(rest);
        if (length == 0) return false;
        const char32_t c = utf8_code_point(rest.substr(0, length));
        if ((c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfffe || c == 0xffff) return false;
        rest.remove_prefix(length);
    }
    return true;
}

// Most "YAML" is JSON, which RapidJSON reads far faster. Nothing when it is not, or when the lines of repeated keys are wanted and there are such.
std::optional<Value> read_as_json(std::string_view text, const YamlOptions& options) {
    if (const auto start = trim(text); start.empty() || start[0] != '{' || !means_the_same_in_yaml(text)) return std::nullopt;
    std::vector<std::string> found;
    auto value = parse(text, {.depth_max = options.depth_max, .duplicates = options.repeated != nullptr ? &found : nullptr});
    if (!value.ok() || !found.empty()) return std::nullopt;
    return std::move(value).value();
}

}  // namespace

Result<std::vector<Value>> parse_yaml_all(std::string_view text, const YamlOptions& options) {
    std::vector<Value> documents;
    if (const auto start = trim(text); !start.empty() && start[0] == '{') {
        if (holds_more_values(text, options.nodes_max)) return too_many_values(options);
        if (auto value = read_as_json(text, options)) {
            documents.push_back(std::move(*value));
            return documents;
        }
    }
    if (text.size() > options.bytes_max) return error(Reason::RequestEntityTooLarge, "Request entity too large: the limit for YAML is {} bytes", options.bytes_max);
    YamlEvents events(text);
    YamlDocument document;
    size_t cost = 0;
    for (;;) {
        switch (document.read(events, cost, options.nodes_max, options.depth_max)) {
            case YamlDocument::End::Stream: return documents;
            case YamlDocument::End::TooLarge: return too_many_values(options);
            case YamlDocument::End::Wrong: return error(Reason::BadRequest, "error converting YAML to JSON: yaml: {}", document.problem());
            case YamlDocument::End::Document: break;
        }
        auto value = decode_yaml(document.nodes(), {.cost_max = options.nodes_max, .depth_max = options.depth_max, .repeated = options.repeated});
        if (!value.ok()) return not_converted(value.status());
        if (!value->is_null()) documents.push_back(std::move(*value));
        if (options.first_document) return documents;
    }
}

Result<Value> parse_yaml(std::string_view text, const YamlOptions& options) {
    auto documents = TRY(parse_yaml_all(text, options));
    if (documents.empty()) return Value();
    if (documents.size() > 1) return error(Reason::BadRequest, "expected one YAML document, found {}", documents.size());
    return std::move(documents[0]);
}

}  // namespace skiff::json
