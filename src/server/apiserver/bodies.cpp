// Reading the bodies of requests: JSON, YAML and protobuf into objects of a kind.
#include "server/apiserver/bodies.h"

#include <algorithm>

#include "api/custom_resource.h"
#include "api/defaulting.h"
#include "api/go_text.h"
#include "api/structural/prune.h"
#include "base/strings.h"
#include "json/parse.h"
#include "json/yaml.h"
#include "server/apiserver/body_bounds.h"
#include "server/apiserver/protobuf_form.h"

namespace skiff::apiserver {

Status check_kind(const api::KindRegistry& kinds, const api::Gvk& wanted, const json::Value& tree, std::string_view bytes) {
    const std::string& kind = tree["kind"].as_string();
    const std::string& version = tree["apiVersion"].as_string();
    if (std::count(version.begin(), version.end(), '/') > 1) return api::unrecognized(wanted, error(Reason::BadRequest, "unexpected GroupVersion string: {}", version), bytes);
    api::GroupVersion gv = api::GroupVersion::parse(version);
    if (kind == wanted.kind && gv.group == wanted.group && gv.version == wanted.version) return {};
    if (kind == "Eviction" && wanted.kind == kind && gv.group == wanted.group) return {};   // policy/v1beta1 of older clients: the same fields
    std::string head = fmt::format("{} in version \"{}\" cannot be handled as a {}", kind, gv.version, wanted.kind);
    const api::KindInfo* other = kinds.find(api::Gvk{gv.group, gv.version, kind});
    // Lists are known too, but nothing that is stored is one.
    bool list = kind == "List" && version == "v1";
    if (other == nullptr && kind.ends_with("List")) list |= kinds.find(api::Gvk{gv.group, gv.version, kind.substr(0, kind.size() - 4)}) != nullptr;
    if (other == nullptr && !list) return error(Reason::BadRequest, "{}: no kind \"{}\" is registered for version \"{}\" in scheme \"pkg/runtime/scheme.go:110\"", head, kind, gv.group.empty() ? gv.version : version);
    if (other != nullptr && other->gvk.kind == wanted.kind && other->gvk.group == wanted.group)
        return error(Reason::BadRequest, "the API version in the data ({}) does not match the expected API version ({})", version, wanted.api_version());
    return error(Reason::BadRequest, "{}: converting ({}.{}) to ({}.{}): unknown conversion", head, gv.version, kind, wanted.group.empty() ? "core" : wanted.group.substr(0, wanted.group.find('.')), wanted.kind);
}

Status check_version(const api::KindInfo& kind, const json::Value& tree) {
    const std::string expected = kind.gvk.api_version();
    if (const std::string& version = tree["apiVersion"].as_string(); version != expected)
        return error(Reason::BadRequest, "the API version in the data ({}) does not match the expected API version ({})", version, expected);
    return {};
}

Result<json::Value> custom_form(const api::KindInfo& kind, json::Value tree, api::StrictProblems* strict) {
    if (const json::Value* given = tree.find("apiVersion"); given != nullptr && given->is_null())
        return error(Reason::BadRequest, "{} in version \"\" cannot be handled as a {}: .apiVersion accessor error: <nil> is of the type <nil>, expected string", tree["kind"].as_string(), kind.gvk.kind);
    if (Status status = kind.hooks.normalize(tree, strict); !status.ok()) return api::cannot_handle(kind.gvk, status);
    return tree;
}

static void sort_members(json::Object& members) {
    std::sort(members.begin(), members.end(), [](const json::Member& a, const json::Member& b) { return a.key < b.key; });
}

json::Value with_sorted_members(const json::Value& object) {
    json::Value out = object;
    sort_members(out.mut_members());
    return out;
}

void report_unknown_version(const api::KindRegistry& kinds, const api::KindInfo& kind, const json::Value& tree, api::StrictProblems& problems) {
    const api::GroupVersion given = api::GroupVersion::parse(tree["apiVersion"].as_string());
    if (tree["kind"].as_string() != kind.gvk.kind || given.group != kind.gvk.group || kinds.find(api::Gvk{given.group, given.version, kind.gvk.kind}) != nullptr) return;
    problems.clear();
    const json::Value sorted = with_sorted_members(tree);
    for (const json::Member& member : sorted.members())
        if (member.key != "apiVersion" && member.key != "kind" && member.key != "metadata") problems.push_back(fmt::format("unknown field \"{}\"", member.key));
}

Status defaults_within_bounds(const api::KindInfo& kind, json::Value& object) {
    if (kind.custom && !api::structural::defaults_fit(object, kind.custom->schema))
        return error(Reason::RequestEntityTooLarge, "Request entity too large: the defaults of the definition are larger than {} bytes", api::structural::kDefaultsBytesMax);
    TRY(check_object_values(kind, object));
    api::set_defaults(kind, object);
    return check_object_values(kind, object);
}

constexpr std::string_view kRepeated = "yaml: unmarshal errors:";

std::string repeated_members(const std::vector<std::string>& lines) {
    if (lines.empty()) return {};
    std::string text(kRepeated);
    for (const std::string& line : lines) text += "\n  " + line;
    return text;
}

void warn_of(const api::StrictProblems& problems, RequestContext& context) {
    for (const std::string& problem : problems) {
        const size_t lines = problem.find(kRepeated);
        if (lines != 0 && problem.compare(0, lines, "error converting YAML to JSON: ") != 0) {
            context.warnings.push_back(problem);
            continue;
        }
        for (const std::string& line : split(problem.substr(lines + kRepeated.size() + 1), '\n')) context.warnings.emplace_back(trim(line));
    }
}

namespace {

Status settle_problems(const api::Gvk& gvk, const api::StrictProblems& problems, RequestContext& context) {
    if (!problems.empty() && context.field_validation == FieldValidation::Strict) return api::strict_error(gvk, problems);
    warn_of(problems, context);
    return {};
}

json::Value with_all_sorted(json::Value tree) {
    if (tree.is_array())
        for (json::Value& item : tree.mut_items()) item = with_all_sorted(std::move(item));
    if (!tree.is_object()) return tree;
    json::Object& members = tree.mut_members();
    for (json::Member& member : members) member.value = with_all_sorted(std::move(member.value));
    sort_members(members);
    return tree;
}

bool is_unknown(const api::KindRegistry& kinds, const api::Gvk& wanted, const json::Value& tree) {
    if (tree["kind"].as_string().empty() || tree["apiVersion"].as_string().empty()) return false;
    const api::GroupVersion gv = api::GroupVersion::parse(tree["apiVersion"].as_string());
    const api::Gvk given{gv.group, gv.version, tree["kind"].as_string()};
    return given != wanted && kinds.find(given) == nullptr;
}

Result<json::Value> decode_custom(const api::KindRegistry& kinds, const api::KindInfo& kind, const Body& body, RequestContext& context) {
    if (body.tree != nullptr) {
        TRY(check_version(kind, *body.tree));
        return custom_form(kind, *body.tree, nullptr);
    }
    MediaType media = TRY(body_media_type(body.content_type));
    if (media == MediaType::Protobuf) return error(Reason::UnsupportedMediaType, "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml");
    api::StrictProblems problems;
    std::vector<std::string> duplicates;
    bool look = context.field_validation != FieldValidation::Ignore;
    if (media == MediaType::Json) TRY(check_body_values(body.bytes));
    auto tree = media == MediaType::Yaml ? json::parse_yaml(body.bytes, {.nodes_max = kBodyValuesMax, .bytes_max = kYamlBytesMax, .repeated = look ? &duplicates : nullptr, .first_document = true})
                                         : json::parse(body.bytes, {.duplicates = look ? &duplicates : nullptr});
    if (!tree.ok() && tree.status().reason() == Reason::RequestEntityTooLarge) return tree;
    if (tree.ok() && tree->is_null()) return api::unrecognized(kind.gvk, error(Reason::BadRequest, "Object 'Kind' is missing in '{}'", body.bytes.substr(0, 1024)), body.bytes);
    if (!tree.ok() || !tree->is_object()) {
        // The words of the general decoder, which cannot read it either.
        if (media == MediaType::Json) return api::decode_json(kind.gvk, *kind.schema, body.bytes, nullptr);
        return tree.ok() ? api::check_typed(kind.gvk, *tree, body.bytes) : api::unreadable_yaml(kind.gvk, tree.status(), body.bytes);
    }
    if (look && media == MediaType::Yaml && !duplicates.empty()) problems.push_back(repeated_members(duplicates));
    else if (look)
        for (const std::string& path : duplicates) problems.push_back(fmt::format("duplicate field \"{}\"", path));
    TRY(api::check_typed(kind.gvk, *tree, body.bytes));
    if (const std::string& version = (*tree)["apiVersion"].as_string(); std::count(version.begin(), version.end(), '/') > 1)
        return api::unrecognized(kind.gvk, error(Reason::BadRequest, "unexpected GroupVersion string: {}", version), body.bytes);
    if ((*tree)["kind"].as_string().empty())
        return api::unrecognized(kind.gvk, error(Reason::BadRequest, "Object 'Kind' is missing in '{}'", body.bytes.substr(0, 1024)), body.bytes);
    const json::Value before = check_version(kind, *tree).ok() ? json::Value() : *tree;
    json::Value object = TRY(custom_form(kind, std::move(tree).value(), look ? &problems : nullptr));
    if (look && before.is_object()) report_unknown_version(kinds, kind, before, problems);
    TRY(settle_problems(kind.gvk, problems, context));
    TRY(check_version(kind, object));
    return object;
}

Result<json::Value> decode(const api::KindRegistry& kinds, const api::Gvk& gvk, std::string_view type, const Body& body, RequestContext& context) {
    const api::TypeSchema* schema = kinds.schemas().find(type);
    if (schema == nullptr) return error(Reason::InternalError, "Internal error occurred: no schema {}", type);
    if (body.tree != nullptr) return api::decode_tree(gvk, *schema, *body.tree, nullptr);
    MediaType media = TRY(body_media_type(body.content_type));
    api::StrictProblems problems;
    api::StrictProblems* strict = context.field_validation == FieldValidation::Ignore ? nullptr : &problems;
    json::Value object;
    if (media == MediaType::Json) {
        TRY(check_body_values(body.bytes));
        auto decoded = api::decode_json(gvk, *schema, body.bytes, strict);
        if (!decoded.ok()) {
            // That nobody knows its kind is said of a body before that it does not fit.
            auto tree = json::parse(body.bytes);
            if (!tree.ok() || !tree->is_object()) return decoded;
            for (const auto& [key, wanted] : {std::pair("kind", gvk.kind), std::pair("apiVersion", gvk.api_version())})
                if ((*tree)[key].empty()) tree->set(key, wanted);
            if (is_unknown(kinds, gvk, *tree)) TRY(check_kind(kinds, gvk, *tree, body.bytes));
            return decoded;
        }
        object = std::move(decoded).value();
    } else if (media == MediaType::Protobuf) {
        json::Value tree = TRY(protobuf_body(kinds, body.bytes, type, gvk.kind));
        object = TRY(api::decode_tree(gvk, *schema, std::move(tree), nullptr));
    } else {
        std::vector<std::string> duplicates;
        auto tree = json::parse_yaml(body.bytes, {.nodes_max = kBodyValuesMax, .bytes_max = kYamlBytesMax, .repeated = strict ? &duplicates : nullptr, .first_document = true});
        if (!tree.ok() && tree.status().reason() == Reason::RequestEntityTooLarge) return tree;
        if (!tree.ok()) return api::unreadable_yaml(gvk, tree.status(), body.bytes);
        TRY(api::check_typed(gvk, *tree, body.bytes));
        if (!duplicates.empty()) problems.push_back(repeated_members(duplicates));
        // As JSON that was made of YAML is.
        object = TRY(api::decode_tree(gvk, *schema, strict ? with_all_sorted(std::move(tree).value()) : std::move(tree).value(), strict));
    }
    TRY(check_kind(kinds, gvk, object, body.bytes));
    TRY(settle_problems(gvk, problems, context));
    return object;
}

}  // namespace

Result<json::Value> decode_object(const api::KindRegistry& kinds, const api::KindInfo& kind, const Body& body, RequestContext& context) {
    json::Value object = kind.custom ? TRY(decode_custom(kinds, kind, body, context)) : TRY(decode(kinds, kind.gvk, kind.type_name, body, context));
    TRY(defaults_within_bounds(kind, object));
    return object;
}

Result<json::Value> decode_typed(const api::KindRegistry& kinds, const api::Gvk& gvk, std::string_view type_name, const Body& body, RequestContext& context) {
    json::Value object = TRY(decode(kinds, gvk, type_name, body, context));
    if (const api::TypeSchema* schema = kinds.schemas().find(type_name)) api::set_table_defaults(*schema, object);
    return object;
}

Result<json::Value> decode_delete_options(const api::KindRegistry& kinds, const Body& body) {
    json::Value tree;
    if (body.tree != nullptr) {
        tree = *body.tree;
    } else {
        MediaType media = TRY(body_media_type(body.content_type));
        if (media == MediaType::Json) TRY(check_body_values(body.bytes));
        auto parsed = media == MediaType::Protobuf ? protobuf_body(kinds, body.bytes, "meta.v1.DeleteOptions", "DeleteOptions")
                      : media == MediaType::Yaml   ? json::parse_yaml(body.bytes, {.nodes_max = kBodyValuesMax, .bytes_max = kYamlBytesMax, .first_document = true})
                                                   : json::parse(body.bytes);
        if (!parsed.ok() && parsed.status().reason() == Reason::RequestEntityTooLarge) return parsed;
        if (!parsed.ok() && media == MediaType::Yaml) return error(Reason::Unknown, "{}", api::yaml_problem(parsed.status()));
        if (!parsed.ok()) return error(Reason::Unknown, "couldn't get version/kind; json parse error: {}", api::without_offset(parsed.status()));
        tree = std::move(parsed).value();
    }
    if (tree.is_null()) return tree;
    const std::string& kind = tree["kind"].as_string();
    auto is_text = [&tree](const char* key) { return tree[key].is_string() || tree[key].is_null(); };
    if (!tree.is_object() || !is_text("kind") || !is_text("apiVersion"))
        return error(Reason::Unknown, "{}", api::no_type_of(tree).message());
    const std::string& version = tree["apiVersion"].as_string();
    if (std::count(version.begin(), version.end(), '/') > 1) return error(Reason::Unknown, "unexpected GroupVersion string: {}", version);
    if (!kind.empty() && kind != "DeleteOptions")
        return error(Reason::Unknown, "no kind \"{}\" is registered for version \"{}\" in scheme \"pkg/runtime/scheme.go:110\"", kind, version.empty() ? "meta.k8s.io/v1" : version);
    if (const api::TypeSchema* schema = kinds.schemas().find("meta.v1.DeleteOptions"))
        if (Status status = api::normalize(*schema, tree); !status.ok()) return Status(Reason::Unknown, status.message());
    return tree;
}

}  // namespace skiff::apiserver
