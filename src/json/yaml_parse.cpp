#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>
#include <sstream>

#include "base/encoding.h"
#include "base/strings.h"
#include "json/number_text.h"
#include "json/parse.h"
#include "json/utf8.h"
#include "json/value_bounds.h"
#include "json/yaml.h"
#include "json/yaml_scalar.h"

namespace skiff::json {

namespace {

constexpr std::string_view kStandard = "tag:yaml.org,2002:";
constexpr size_t kBytesPerNode = 64;   // long strings in repeated aliases count as several nodes
constexpr size_t kDuplicatesMax = 100;
constexpr size_t kScanMax = 32;        // maps up to this size are searched member by member
constexpr size_t kMergedMax = 1000;    // members that << may bring into one map
constexpr size_t kAnchorsMax = 10'000;

// Thrown inside the handler only, to get out of yaml-cpp; parse_yaml_all turns it into a Status.
struct Refused {
    YAML::Mark mark;
    std::string what;
};

size_t cost(const Value& value) {
    size_t nodes = 1 + (value.is_string() ? value.as_string().size() / kBytesPerNode : 0);
    for (const auto& item : value.items()) nodes += cost(item);
    for (const auto& member : value.members()) nodes += 1 + member.key.size() / kBytesPerNode + cost(member.value);
    return nodes;
}

// Builds one Value a document from yaml-cpp's events.
class Builder : public YAML::EventHandler {
public:
    Builder(const YamlOptions& options, size_t& nodes) : options_(options), nodes_(nodes) {}
    Value take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { finish(mark, Value(), anchor); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        auto found = anchors_.find(anchor);
        if (found == anchors_.end()) throw Refused{mark, "anchor value contains itself"};
        count(mark, cost(found->second));
        place(mark, Value(found->second), true);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& text) override {
        plain_merge_ = tag == "?" && text == "<<";
        finish(mark, scalar(mark, tag, text), anchor, tag.size() > 1);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        open(mark, Value(Array()), anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        open(mark, Value(Object()), anchor);
    }
    void OnMapEnd() override { close(); }

private:
    struct Frame {
        YAML::Mark mark;
        Value value;
        YAML::anchor_t anchor;
        bool has_key = false, merging = false;
        std::string key = {};
        Object merged = {};   // what << brings in; own members win
        int key_line = 0;
        std::unordered_map<std::string, size_t> places = {};   // of the members, once there are many
    };

    void remember(const YAML::Mark& mark, YAML::anchor_t anchor, const Value& value) {
        if (!anchor) return;
        if (anchors_.size() >= kAnchorsMax) throw Refused{mark, "document contains excessive aliasing"};
        anchors_[anchor] = value;
    }

    void count(const YAML::Mark& mark, size_t nodes) {
        nodes_ += nodes;
        if (nodes_ > options_.nodes_max) throw Refused{mark, "document contains excessive aliasing"};
    }

    Value scalar(const YAML::Mark& mark, const std::string& tag, const std::string& text) {
        if (tag == "?" || tag.empty()) return resolved(mark, text);
        if (tag.compare(0, kStandard.size(), kStandard) != 0) return Value(valid_utf8(text));
        std::string_view type = std::string_view(tag).substr(kStandard.size());
        if (type == "null") return Value();
        if (type == "int" || type == "bool" || type == "float") {
            Value value = resolved(mark, text);
            bool fits = type == "bool" ? value.is_bool() : type == "int" ? value.is_int() : value.is_number();
            if (!fits) throw Refused{mark, fmt::format("cannot decode `{}` as a !!{}", text, type)};
            return value;
        }
        if (type == "binary") {
            std::string compact(text);
            compact.erase(std::remove_if(compact.begin(), compact.end(), [](char c) { return c == ' ' || c == '\n' || c == '\r'; }), compact.end());
            auto bytes = base64_decode(compact);
            if (!bytes) throw Refused{mark, "!!binary value contains invalid base64 data"};
            return Value(valid_utf8(std::move(*bytes)));
        }
        return Value(valid_utf8(text));
    }

    Value resolved(const YAML::Mark& mark, const std::string& text) {
        Value value = resolve_plain_scalar(text);
        if (value.is_double() && !std::isfinite(value.as_double())) throw Refused{mark, "unsupported value: " + text};
        if (value.is_string()) return Value(valid_utf8(text));
        return value;
    }

    // tagged: a tag costs as much as a value.
    void finish(const YAML::Mark& mark, Value value, YAML::anchor_t anchor, bool tagged = false) {
        count(mark, cost(value) + (tagged ? 1 : 0));
        remember(mark, anchor, value);
        place(mark, std::move(value), false);
    }

    void open(const YAML::Mark& mark, Value container, YAML::anchor_t anchor) {
        if (stack_.size() >= static_cast<size_t>(options_.depth_max)) throw Refused{mark, "exceeded max depth"};
        count(mark, 1);
        stack_.push_back({mark, std::move(container), anchor});
    }

    void close() {
        Frame frame = std::move(stack_.back());
        stack_.pop_back();
        for (auto& member : frame.merged)
            if (!frame.value.has(member.key)) frame.value.set(member.key, std::move(member.value));
        remember(frame.mark, frame.anchor, frame.value);
        place(frame.mark, std::move(frame.value), false);
    }

    void place(const YAML::Mark& mark, Value value, bool alias) {
        if (stack_.empty()) {
            root_ = std::move(value);
            return;
        }
        Frame& frame = stack_.back();
        if (frame.value.is_array()) {
            frame.value.push_back(std::move(value));
        } else if (!frame.has_key) {
            frame.merging = plain_merge_ && !alias && value.is_string();
            plain_merge_ = false;
            frame.key = key_text(mark, value);
            frame.has_key = true;
            frame.key_line = mark.line + 1;
        } else {
            frame.has_key = false;
            if (frame.merging) merge(mark, frame, value);
            else add_member(frame, std::move(value));
        }
    }

    void merge(const YAML::Mark& mark, Frame& frame, const Value& value) {
        if (!value.is_object() && !value.is_array()) throw Refused{mark, "map merge requires map or sequence of maps as the value"};
        auto take_members = [&](const Value& from) {
            if (!from.is_object()) throw Refused{mark, "map merge requires map or sequence of maps as the value"};
            for (const auto& member : from.members()) {
                auto same = std::find_if(frame.merged.begin(), frame.merged.end(), [&](const Member& m) { return m.key == member.key; });
                if (same != frame.merged.end()) continue;
                if (frame.merged.size() >= kMergedMax) throw Refused{mark, "document contains excessive aliasing"};
                frame.merged.push_back(member);
            }
        };
        if (value.is_object()) return take_members(value);
        for (const auto& item : value.items()) take_members(item);
    }

    // The member with the frame's key, null when it is new.
    static Value* find_same(Frame& frame) {
        Object& members = frame.value.mut_members();
        if (members.size() < kScanMax) return frame.value.find(frame.key);
        if (frame.places.empty())
            for (size_t i = 0; i < members.size(); ++i) frame.places.emplace(members[i].key, i);
        auto [same, is_new] = frame.places.try_emplace(frame.key, members.size());
        return is_new ? nullptr : &members[same->second].value;
    }

    void add_member(Frame& frame, Value value) {
        if (Value* same = find_same(frame)) {
            if (options_.duplicates && options_.duplicates->size() < kDuplicatesMax) options_.duplicates->push_back(path_of(frame.key));
            if (options_.repeated && options_.repeated->size() < kDuplicatesMax)
                options_.repeated->push_back(fmt::format("line {}: key \"{}\" already set in map", frame.key_line, frame.key));
            *same = std::move(value);
            return;
        }
        frame.value.mut_members().push_back({std::move(frame.key), std::move(value)});
    }

    std::string path_of(const std::string& key) const {
        std::string path;
        for (size_t i = 0; i + 1 < stack_.size(); ++i) {
            const Frame& frame = stack_[i];
            if (frame.value.is_array()) path += fmt::format("[{}]", frame.value.size());
            else path += (path.empty() ? "" : ".") + frame.key;
        }
        return path.empty() ? key : path + "." + key;
    }

    // JSON keys are strings; sigs.k8s.io/yaml turns numbers and booleans into theirs.
    static std::string key_text(const YAML::Mark& mark, const Value& key) {
        switch (key.type()) {
            case Type::String: return key.as_string();
            case Type::Bool: return key.as_bool() ? "true" : "false";
            case Type::Int: return std::to_string(key.as_int());
            case Type::Double: {
                std::string text;
                append_yaml_double(text, key.as_double());
                return text;
            }
            default: throw Refused{mark, "map keys must be strings"};
        }
    }

    const YamlOptions& options_;
    size_t& nodes_;
    Value root_;
    std::vector<Frame> stack_;
    std::map<YAML::anchor_t, Value> anchors_;
    bool plain_merge_ = false;
};

Status yaml_error(const YAML::Mark& mark, std::string_view what) {
    if (mark.is_null()) return error(Reason::BadRequest, "error converting YAML to JSON: yaml: {}", what);
    return error(Reason::BadRequest, "error converting YAML to JSON: yaml: line {}: {}", mark.line + 1, what);
}

Status too_many_values(const YamlOptions& options) {
    return error(Reason::RequestEntityTooLarge, "Request entity too large: the limit is {} values", options.nodes_max);
}

}  // namespace

Result<std::vector<Value>> parse_yaml_all(std::string_view text, const YamlOptions& options) {
    std::vector<Value> documents;
    // Most "YAML" is JSON, which RapidJSON reads far faster; tabs between tokens would not even be YAML.
    if (auto start = trim(text); !start.empty() && start[0] == '{') {
        std::vector<std::string> found;
        if (holds_more_values(text, options.nodes_max)) return too_many_values(options);
        ParseOptions json_options{options.depth_max, options.duplicates ? options.duplicates : options.repeated ? &found : nullptr};
        // Lines of repeated keys are known to the other parser only.
        if (auto value = parse(text, json_options); value.ok() && (!options.repeated || json_options.duplicates->empty())) {
            documents.push_back(std::move(value).value());
            return documents;
        }
        if (options.duplicates) options.duplicates->clear();
    }
    if (text.size() > options.bytes_max) return error(Reason::RequestEntityTooLarge, "Request entity too large: the limit for YAML is {} bytes", options.bytes_max);
    if (flow_holds_more_values(text, options.nodes_max)) return too_many_values(options);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        size_t nodes = 0;
        for (;;) {
            Builder builder(options, nodes);
            if (!parser.HandleNextDocument(builder)) break;
            Value document = builder.take();
            if (!document.is_null()) documents.push_back(std::move(document));
            if (options.first_document) break;
        }
    } catch (const Refused& refused) {
        return yaml_error(refused.mark, refused.what);
    } catch (const YAML::Exception& failure) {
        return yaml_error(failure.mark, failure.msg);
    }
    return documents;
}

Result<Value> parse_yaml(std::string_view text, const YamlOptions& options) {
    auto documents = TRY(parse_yaml_all(text, options));
    if (documents.empty()) return Value();
    if (documents.size() > 1) return error(Reason::BadRequest, "expected one YAML document, found {}", documents.size());
    return std::move(documents[0]);
}

}  // namespace skiff::json
