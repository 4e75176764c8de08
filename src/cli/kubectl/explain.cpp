// explain: documentation of fields, from the server's OpenAPI v3, so that CRDs are there too.
#include <set>

#include "base/strings.h"
#include "cli/kubectl/go_template.h"
#include "cli/kubectl/printers.h"
#include "cli/kubectl/verb_list.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

namespace {

constexpr int kDepthMax = 40;

// Words wrapped at width, each line indented; ends without a newline.
std::string wrapped(const std::string& text, size_t width, size_t indent) {
    const std::string pad(indent, ' ');
    std::string out = pad;
    size_t column = 0;
    std::string word;
    const auto flush = [&](char after) {
        if (column && column + 1 + word.size() > width && !word.empty()) out += "\n" + pad, column = 0;
        if (column && !word.empty()) out += ' ', ++column;
        out += word;
        column += word.size();
        word.clear();
        if (after == '\n') out += "\n" + pad, column = 0;
    };
    for (const char c : text)
        if (c == ' ' || c == '\n') flush(c);
        else word += c;
    flush(' ');
    return out;
}

class Explainer {
public:
    explicit Explainer(const json::Value& document) : schemas_(document["components"]["schemas"]) {}

    const json::Value* find(const std::string& group, const std::string& version, const std::string& kind) const {
        for (const auto& member : schemas_.members())
            for (const auto& gvk : member.value["x-kubernetes-group-version-kind"].items())
                if (gvk["group"].as_string() == group && gvk["version"].as_string() == version && gvk["kind"].as_string() == kind) return &member.value;
        return nullptr;
    }

    // The schema of a field below one, through references, lists and maps. Null when there is none.
    const json::Value* field(const json::Value& schema, const std::string& name, int depth = 0) const {
        if (depth > kDepthMax) return nullptr;
        const auto& at = resolved(schema);
        if (const auto* found = at["properties"].find(name)) return found;
        if (at["items"].is_object()) return field(at["items"], name, depth + 1);
        if (at["additionalProperties"].is_object()) return field(at["additionalProperties"], name, depth + 1);
        for (const auto& one : at["allOf"].items())
            if (const auto* found = field(one, name, depth + 1)) return found;
        return nullptr;
    }

    std::string type(const json::Value& schema, int depth = 0) const {
        if (depth > kDepthMax) return "Object";
        if (schema["items"].is_object()) return "[]" + type(schema["items"], depth + 1);
        if (schema["additionalProperties"].is_object()) return "map[string]" + type(schema["additionalProperties"], depth + 1);
        if (schema["allOf"].size() == 1 && !schema["properties"].size()) return type(schema["allOf"][0], depth + 1);
        const auto& reference = schema["$ref"].as_string();
        if (!reference.empty()) {
            const auto& at = resolved(schema);
            const auto& kind = at["type"].as_string();
            if (!kind.empty() && kind != "object") return kind;
            return reference.substr(reference.find_last_of("./") + 1);
        }
        const auto& kind = schema["type"].as_string();
        return kind.empty() || kind == "object" ? "Object" : kind;
    }

    std::string description(const json::Value& schema, int depth = 0) const {
        if (depth > kDepthMax) return "";
        const auto& at = resolved(schema);
        std::string text;
        if (const auto& own = at["description"].as_string(); !own.empty()) text = own + "\n";
        for (const auto& one : at["allOf"].items()) text += description(one, depth + 1);
        if (at["items"].is_object()) text += description(at["items"], depth + 1);
        if (at["additionalProperties"].is_object()) text += description(at["additionalProperties"], depth + 1);
        return text;
    }

    std::string fields(const json::Value& schema, size_t level, bool recursive, std::set<std::string> seen) const {
        const auto& reference = schema["$ref"].as_string();
        if (level > kDepthMax || (!reference.empty() && !seen.insert(reference).second)) return "";
        const auto& at = resolved(schema);
        std::string text;
        const auto properties = sorted(at["properties"]);
        const std::string indent(level * 2, ' ');
        for (const auto& one : properties.members()) {
            text += indent + one.key + "\t<" + type(one.value) + ">";
            for (const auto& name : at["required"].items())
                if (name.as_string() == one.key) text += " -required-";
            if (const auto& values = one.value["enum"]; values.size()) {
                text += "\n" + indent + "enum: ";
                for (size_t i = 0; i < values.size() && i <= 4; ++i) text += i == 4 ? ", ...." : (i ? ", " : "") + enum_text(values[i]);
            }
            text += "\n";
            if (!recursive) text += wrapped(one.value["description"].as_string("<no description>"), 78 - level * 2, level * 2 + 2) + "\n\n";
            if (recursive) text += fields(one.value, level + 1, true, seen);
        }
        for (const auto& one : at["allOf"].items()) text += fields(one, level, recursive, seen);
        if (at["items"].is_object()) text += fields(at["items"], level, recursive, seen);
        if (at["additionalProperties"].is_object()) text += fields(at["additionalProperties"], level, recursive, seen);
        return text;
    }

    static std::string enum_text(const json::Value& value) { return value.is_string() && value.as_string().empty() ? "\"\"" : go_text(value); }

private:
    const json::Value& resolved(const json::Value& schema) const {
        const auto& reference = schema["$ref"].as_string();
        static constexpr std::string_view kPrefix = "#/components/schemas/";
        if (!reference.starts_with(kPrefix)) return schema;
        const auto* found = schemas_.find(std::string_view(reference).substr(kPrefix.size()));
        return found ? *found : schema;
    }
    const json::Value& schemas_;
};

}  // namespace

Status explain(Call& call) {
    bool recursive = false;
    std::string api_version, output = "plaintext";
    call.options.toggle("recursive", 0, &recursive, "When true, print the name of all the fields recursively. Otherwise, print the available fields with their description.");
    call.options.text("api-version", 0, &api_version, "Use given api-version (group/version) of the resource.");
    call.options.text("output", 0, &output, "Format in which to render the schema. Valid values are: (plaintext, plaintext-openapiv2).");
    TRY(call.parse());
    if (call.words.empty()) return local_error("You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported resources.\n");
    if (call.words.size() > 1) return local_error("We accept only this format: explain RESOURCE\n");
    auto& session = *TRY(call.session());
    const auto* discovery = TRY(session.discovery());
    // "deployments.apps.spec" is a resource with its group before the path.
    auto path = split(call.words[0], '.');
    if (path.empty()) return local_error("We accept only this format: explain RESOURCE\n");
    auto resources = discovery->resolve(path[0]);
    if (!resources.ok()) return resources.status();
    auto resource = resources->front();
    path.erase(path.begin());
    for (size_t take = path.size(); take > 0; --take) {
        const auto group = join({path.begin(), path.begin() + static_cast<std::ptrdiff_t>(take)}, ".");
        const auto with_group = discovery->resolve(split(call.words[0], '.')[0] + "." + group);
        if (!with_group.ok()) continue;
        resource = with_group->front();
        path.erase(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(take));
        break;
    }
    if (!api_version.empty()) {
        const auto gv = api::GroupVersion::parse(api_version);
        resource.gvr.group = gv.group;
        resource.gvr.version = gv.version;
    }
    const auto root = resource.gvr.group.empty() ? "api/" + resource.gvr.version : "apis/" + resource.gvr.api_version();
    auto document = session.get("/openapi/v3/" + root);
    if (!document.ok()) return local_error("couldn't find resource for \"{}, Resource={}\"", resource.gvr.api_version(), resource.gvr.resource);
    const Explainer explainer(*document);
    const auto* schema = explainer.find(resource.gvr.group, resource.gvr.version, resource.kind);
    if (!schema) return local_error("GVK {} {} not found in OpenAPI schema", resource.gvr.api_version(), resource.kind);
    std::string text;
    if (!resource.gvr.group.empty()) text += "GROUP:      " + resource.gvr.group + "\n";
    text += "KIND:       " + resource.kind + "\nVERSION:    " + resource.gvr.version + "\n\n";
    for (size_t i = 0; i < path.size(); ++i) {
        schema = explainer.field(*schema, path[i]);
        if (!schema) {
            print(text);
            return local_error("field \"{}\" does not exist", path.back());
        }
        if (i + 1 < path.size()) continue;
        text += "FIELD: " + path[i] + " <" + explainer.type(*schema) + ">\n";
        if (const auto& values = (*schema)["enum"]; values.size()) {
            text += "ENUM:";
            for (const auto& value : values.items()) text += "\n    " + Explainer::enum_text(value);
        }
        text += "\n\n";
    }
    const auto about = explainer.description(*schema);
    text += "DESCRIPTION:\n" + wrapped(about.empty() ? "<empty>" : about, 76, 4) + "\n";
    if (const auto fields = explainer.fields(*schema, 1, recursive, {}); !fields.empty()) text += "FIELDS:\n" + fields;
    print(text + "\n");
    return {};
}

}  // namespace skiff::cli::kubectl
