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
#include "server/apiserver/bodies.h"
#include "server/apiserver/body_bounds.h"
#include "server/apiserver/engine.h"

namespace skiff::apiserver {
namespace {

Status rejected() {
    return Status(Reason::Invalid, "the server rejected our request due to an error in our request").with_details(empty_details());
}

Result<json::Value> read_apply(const Body& body, const RequestContext& context, std::string& repeated_text) {
    if (body.tree != nullptr) return *body.tree;
    std::vector<std::string> repeated;
    auto parsed = json::parse_yaml(body.bytes, {.nodes_max = kBodyValuesMax, .bytes_max = kYamlBytesMax, .repeated = context.field_validation == FieldValidation::Ignore ? nullptr : &repeated, .first_document = true});
    if (!parsed.ok() && parsed.status().reason() == Reason::RequestEntityTooLarge) return parsed;
    if (!parsed.ok()) return error(Reason::BadRequest, "error decoding YAML: {}", parsed.status().message());
    if (!parsed->is_object() && !parsed->is_null())
        return error(Reason::BadRequest, "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
                     api::go_json_kind(*parsed));
    if (!repeated.empty()) repeated_text = "error converting YAML to JSON: " + repeated_members(repeated);
    return parsed;
}

// What reading the operations finds: values of other types; and in `problems`, when somebody wants to know, members that no operation has.
Status check_operations(const json::Value& operations, bool strictly, api::StrictProblems& problems) {
    constexpr std::string_view kTexts[] = {"op", "path", "from"};
    for (size_t i = 0; i < operations.size(); ++i) {
        if (operations[i].is_null()) continue;
        if (!operations[i].is_object())
            return error(Reason::BadRequest, "{}json: cannot unmarshal {} into Go value of type {}", strictly ? "error decoding patch: " : "", api::go_json_kind(operations[i]),
                         strictly ? "handlers.jsonPatchOp" : "jsonpatch.Operation");
        if (!strictly) continue;
        for (const json::Member& member : operations[i].members()) {
            if (member.key == "value") continue;
            if (std::find(std::begin(kTexts), std::end(kTexts), member.key) == std::end(kTexts)) problems.push_back(fmt::format("json patch unknown field \"[{}].{}\"", i, member.key));
            else if (!member.value.is_string() && !member.value.is_null())
                return error(Reason::BadRequest, "error decoding patch: json: cannot unmarshal {} into Go struct field jsonPatchOp.{} of type string", api::go_json_kind(member.value), member.key);
        }
    }
    return {};
}

// That the object does not exist is told before that the patch is no patch: what to say then is kept as a document that is no list.
Patch unreadable_text(std::string why) { return {Patch::Type::Json, std::move(why), {}, {}}; }
Patch unreadable(const RequestContext& context, std::string why) {
    return unreadable_text(context.field_validation == FieldValidation::Ignore ? std::move(why) : "error decoding patch: " + std::move(why));
}

}  // namespace

Result<Patch> decode_patch(const api::KindInfo& kind, const Body& body, RequestContext& context) {
    std::string type = media_type_of(body.content_type);
    if (type == "application/apply-patch+yaml") {
        Patch patch{Patch::Type::Apply, {}, {}, {}};
        patch.document = TRY(read_apply(body, context, patch.repeated));
        return patch;
    }
    if (type == "application/apply-patch+cbor") return Status(Reason::UnsupportedMediaType, "415: Unsupported Media Type").with_details(empty_details());
    Patch patch{Patch::Type::Merge, {}, {}, {}};
    const bool strictly = context.field_validation != FieldValidation::Ignore;
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
        std::vector<std::string> duplicates;
        auto parsed = json::parse(body.bytes, {.duplicates = strictly ? &duplicates : nullptr});
        if (!parsed.ok()) {
            std::string why = api::without_offset(parsed.status());
            return patch.type == Patch::Type::Strategic ? unreadable_text(std::move(why)) : unreadable(context, std::move(why));
        }
        patch.document = std::move(parsed).value();
        for (const std::string& path : duplicates) patch.problems.push_back(fmt::format("{}duplicate field \"{}\"", patch.type == Patch::Type::Json ? "json patch " : "", path));
    }
    if (patch.type == Patch::Type::Json && !patch.document.is_array())
        return unreadable(context, fmt::format("json: cannot unmarshal {} into Go value of type {}", api::go_json_kind(patch.document), strictly ? "[]handlers.jsonPatchOp" : "jsonpatch.Patch"));
    if (patch.type == Patch::Type::Json)
        if (Status status = check_operations(patch.document, strictly, patch.problems); !status.ok()) return unreadable_text(status.message());
    if (patch.type != Patch::Type::Json && !patch.document.is_object()) {
        bool strategic = patch.type == Patch::Type::Strategic;
        // Nothing at all changes nothing, but only where maps are merged.
        if (patch.document.is_null() && strategic) patch.document = json::Value::object();
        else if (patch.document.is_null() || (!strategic && !strictly)) return unreadable_text("Invalid JSON Patch");
        else {
            std::string why = fmt::format("json: cannot unmarshal {} into Go value of type map[string]interface {{}}", api::go_json_kind(patch.document));
            return strategic ? unreadable_text(std::move(why)) : unreadable(context, std::move(why));
        }
    }
    return patch;
}

Result<json::Value> apply_patch(const api::KindInfo& kind, const json::Value& old, const Patch& patch) {
    if (patch.type == Patch::Type::Json && patch.document.is_string()) return error(Reason::BadRequest, "{}", patch.document.as_string());
    json::Value object = old;
    if (patch.type == Patch::Type::Json) {
        Status status = json::json_patch(object, patch.document);
        if (!status.ok() && (status.reason() == Reason::Invalid || status.reason() == Reason::BadRequest)) return rejected();
        TRY(std::move(status));
    } else if (patch.type == Patch::Type::Merge) {
        json::merge_patch(object, patch.document);
    } else {
        TRY(api::strategic_merge(*kind.schema, object, patch.document));
    }
    return object;
}

}  // namespace skiff::apiserver
