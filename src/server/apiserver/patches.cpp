// Reading and applying patches, with kube-apiserver's words for what is wrong with them.
#include <algorithm>

#include "api/decode.h"
#include "api/go_text.h"
#include "api/scalar_form.h"
#include "api/strategic_merge.h"
#include "json/json_patch.h"
#include "json/merge_patch.h"
#include "json/parse.h"
#include "json/yaml.h"
#include "server/apiserver/body_bounds.h"
#include "server/apiserver/engine.h"

namespace skiff::apiserver {
namespace {

Status rejected() {
    return Status(Reason::Invalid, "the server rejected our request due to an error in our request").with_details(empty_details());
}

Status check_apply(const json::Value& document, const Attributes& a) {
    const std::string& name = document["metadata"]["name"].as_string();
    if (const json::Value* managers = document["metadata"].find("managedFields"); managers && !managers->is_null()) return {};   // refused for that, later
    if (!name.empty() && name != a.name) return error(Reason::BadRequest, "the name of the object ({}) does not match the name on the URL ({})", name, a.name);
    return {};
}

Result<json::Value> read_apply(const Body& body, RequestContext& context) {
    if (body.tree != nullptr) return *body.tree;
    std::vector<std::string> repeated;
    auto parsed = json::parse_yaml(body.bytes, {.nodes_max = kBodyValuesMax, .bytes_max = kYamlBytesMax, .repeated = context.field_validation == FieldValidation::Ignore ? nullptr : &repeated});
    if (!parsed.ok() && parsed.status().reason() == Reason::RequestEntityTooLarge) return parsed;
    if (!parsed.ok()) return error(Reason::BadRequest, "error decoding YAML: {}", parsed.status().message());
    if (!parsed->is_object() && !parsed->is_null())
        return error(Reason::BadRequest, "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
                     api::go_json_kind(*parsed));
    if (!repeated.empty()) {
        std::string text = "error converting YAML to JSON: yaml: unmarshal errors:";
        for (const std::string& one : repeated) text += "\n  " + one;
        if (context.field_validation == FieldValidation::Strict) return error(Reason::BadRequest, "error strict decoding YAML: {}", text);
        context.warnings.push_back(std::move(text));
    }
    return parsed;
}

// That the object does not exist is told before that the patch is no patch: what to say then is kept as a document that is no list.
Patch unreadable_text(std::string why) { return {Patch::Type::Json, std::move(why)}; }
Patch unreadable(std::string why) { return unreadable_text("error decoding patch: " + std::move(why)); }

}  // namespace

Result<Patch> decode_patch(const api::KindInfo& kind, const Body& body, RequestContext& context) {
    std::string type = media_type_of(body.content_type);
    if (type == "application/apply-patch+yaml") {
        Patch patch{Patch::Type::Apply, TRY(read_apply(body, context))};
        TRY(check_apply(patch.document, context.attributes));
        return patch;
    }
    if (type == "application/apply-patch+cbor") return Status(Reason::UnsupportedMediaType, "415: Unsupported Media Type").with_details(empty_details());
    Patch patch{Patch::Type::Merge, {}};
    if (type == "application/json-patch+json") patch.type = Patch::Type::Json;
    else if (type == "application/strategic-merge-patch+json" && !kind.custom) patch.type = Patch::Type::Strategic;
    else if (type != "application/merge-patch+json" && !kind.custom)
        return Status(Reason::UnsupportedMediaType, "415: Unsupported Media Type").with_details(empty_details());
    else if (type != "application/merge-patch+json")
        return error(Reason::UnsupportedMediaType,
                     "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, "
                     "application/apply-patch+yaml");
    if (body.tree != nullptr) {
        patch.document = *body.tree;
    } else {
        TRY(check_body_values(body.bytes));
        auto parsed = json::parse(body.bytes);
        if (!parsed.ok()) {
            std::string why = api::without_offset(parsed.status());
            return patch.type == Patch::Type::Strategic ? unreadable_text(std::move(why)) : unreadable(std::move(why));
        }
        patch.document = std::move(parsed).value();
    }
    if (patch.type == Patch::Type::Json && !patch.document.is_array())
        return unreadable(fmt::format("json: cannot unmarshal {} into Go value of type []handlers.jsonPatchOp", api::go_json_kind(patch.document)));
    if (patch.type != Patch::Type::Json && !patch.document.is_object()) {
        bool strategic = patch.type == Patch::Type::Strategic;
        // Nothing at all changes nothing, but only where maps are merged.
        if (patch.document.is_null() && strategic) patch.document = json::Value::object();
        else if (patch.document.is_null()) return unreadable_text("Invalid JSON Patch");
        else {
            std::string why = fmt::format("json: cannot unmarshal {} into Go value of type map[string]interface {{}}", api::go_json_kind(patch.document));
            return strategic ? unreadable_text(std::move(why)) : unreadable(std::move(why));
        }
    }
    return patch;
}

Result<json::Value> apply_patch(const api::KindInfo& kind, const json::Value& old, const Patch& patch, RequestContext& context) {
    if (patch.type == Patch::Type::Json && patch.document.is_string()) return error(Reason::BadRequest, "{}", patch.document.as_string());
    json::Value object = old;
    if (patch.type == Patch::Type::Json) {
        Status status = json::json_patch(object, patch.document);
        if (!status.ok() && (status.reason() == Reason::Invalid || status.reason() == Reason::BadRequest)) return rejected();
        TRY(std::move(status));
    } else if (patch.type == Patch::Type::Merge) {
        json::merge_patch(object, patch.document);
    } else {
        if (context.field_validation == FieldValidation::Strict) {
            json::Value probe = patch.document;
            api::StrictProblems problems;
            (void)api::normalize(*kind.schema, probe, &problems);
            // Directives are no fields of the schema.
            std::erase_if(problems, [](const std::string& p) { return p.find('$') != std::string::npos; });
            std::sort(problems.begin(), problems.end());
            if (!problems.empty()) {
                std::string message = fmt::format("Invalid value: {}: {}", api::go_quote(api::go_print(patch.document)), api::strict_text(problems));
                return error(Reason::Invalid, " \"\" is invalid: patch: {}", message).with_cause({"FieldValueInvalid", message, "patch"});
            }
        }
        TRY(api::strategic_merge(*kind.schema, object, patch.document));
    }
    return object;
}

}  // namespace skiff::apiserver
