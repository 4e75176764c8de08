#include "server/apiserver/engine.h"

#include <algorithm>

#include "api/apply.h"
#include "api/decode.h"
#include "api/defaulting.h"
#include "api/custom_resource.h"
#include "api/go_text.h"
#include "api/structural/prune.h"
#include "json/parse.h"
#include "json/write.h"
#include "json/yaml.h"
#include "server/apiserver/body_bounds.h"
#include "server/apiserver/device_selectors.h"
#include "server/apiserver/expression_checks.h"
#include "server/apiserver/protobuf_form.h"
#include "server/apiserver/registry/metadata.h"

namespace skiff::apiserver {
namespace {

// The members of ObjectMeta in the order in which Kubernetes writes them.
constexpr std::string_view kMetaOrder[] = {"name",       "generateName",      "namespace",         "selfLink",
                                           "uid",        "resourceVersion",   "generation",        "creationTimestamp",
                                           "deletionTimestamp", "deletionGracePeriodSeconds", "labels", "annotations",
                                           "ownerReferences", "finalizers",   "managedFields"};

// What kube-apiserver says of a body of another kind than the URL's.
Status check_kind(const api::KindRegistry& kinds, const api::Gvk& wanted, const json::Value& tree, std::string_view bytes = {}) {
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

bool is_unknown(const api::KindRegistry& kinds, const api::Gvk& wanted, const json::Value& tree) {
    if (tree["kind"].as_string().empty() || tree["apiVersion"].as_string().empty()) return false;
    const api::GroupVersion gv = api::GroupVersion::parse(tree["apiVersion"].as_string());
    const api::Gvk given{gv.group, gv.version, tree["kind"].as_string()};
    return given != wanted && kinds.find(given) == nullptr;
}

void warn_or_fail(const api::StrictProblems& problems, RequestContext& context) {
    for (const std::string& problem : problems) context.warnings.push_back(problem);
}

Status check_version(const api::KindInfo& kind, const json::Value& tree) {
    const std::string expected = kind.gvk.api_version();
    if (const std::string& version = tree["apiVersion"].as_string(); version != expected)
        return error(Reason::BadRequest, "the API version in the data ({}) does not match the expected API version ({})", version, expected);
    return {};
}

// A tree of a custom kind, pruned. That it is of another kind is found when it is validated.
Result<json::Value> custom_form(const api::KindInfo& kind, json::Value tree, api::StrictProblems* strict) {
    if (const json::Value* given = tree.find("apiVersion"); given != nullptr && given->is_null())
        return error(Reason::BadRequest, "{} in version \"\" cannot be handled as a {}: .apiVersion accessor error: <nil> is of the type <nil>, expected string", tree["kind"].as_string(), kind.gvk.kind);
    if (Status status = kind.hooks.normalize(tree, strict); !status.ok()) return api::cannot_handle(kind.gvk, status);
    return tree;
}

json::Value with_sorted_members(const json::Value& object) {
    json::Value out = object;
    json::Object& members = out.mut_members();
    std::sort(members.begin(), members.end(), [](const json::Member& a, const json::Member& b) { return a.key < b.key; });
    return out;
}

// Of a version that a definition does not have no field is known.
void report_unknown_version(const api::KindRegistry& kinds, const api::KindInfo& kind, const json::Value& tree, api::StrictProblems& problems) {
    const api::GroupVersion given = api::GroupVersion::parse(tree["apiVersion"].as_string());
    if (tree["kind"].as_string() != kind.gvk.kind || given.group != kind.gvk.group || kinds.find(api::Gvk{given.group, given.version, kind.gvk.kind}) != nullptr) return;
    problems.clear();
    const json::Value sorted = with_sorted_members(tree);
    for (const json::Member& member : sorted.members())
        if (member.key != "apiVersion" && member.key != "kind" && member.key != "metadata") problems.push_back(fmt::format("unknown field \"{}\"", member.key));
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
    auto tree = media == MediaType::Yaml ? json::parse_yaml(body.bytes, {.nodes_max = kBodyValuesMax, .duplicates = &duplicates, .bytes_max = kYamlBytesMax, .first_document = true})
                                         : json::parse(body.bytes, {.duplicates = look ? &duplicates : nullptr});
    if (!tree.ok() && tree.status().reason() == Reason::RequestEntityTooLarge) return tree;
    if (tree.ok() && tree->is_null()) return api::unrecognized(kind.gvk, error(Reason::BadRequest, "Object 'Kind' is missing in '{}'", body.bytes.substr(0, 1024)), body.bytes);
    if (!tree.ok() || !tree->is_object()) {
        // The words of the general decoder, which cannot read it either.
        if (media == MediaType::Json) return api::decode_json(kind.gvk, *kind.schema, body.bytes, nullptr);
        return error(Reason::BadRequest, "the object provided is unrecognized (must be of type {}): couldn't get version/kind; json parse error: {}", kind.gvk.kind, tree.ok() ? "no object" : tree.status().message());
    }
    if (look)
        for (const std::string& path : duplicates) problems.push_back(fmt::format("duplicate field \"{}\"", path));
    TRY(api::check_typed(kind.gvk, *tree, body.bytes));
    if (const std::string& version = (*tree)["apiVersion"].as_string(); std::count(version.begin(), version.end(), '/') > 1)
        return api::unrecognized(kind.gvk, error(Reason::BadRequest, "unexpected GroupVersion string: {}", version), body.bytes);
    if ((*tree)["kind"].as_string().empty())
        return api::unrecognized(kind.gvk, error(Reason::BadRequest, "Object 'Kind' is missing in '{}'", body.bytes.substr(0, 1024)), body.bytes);
    const json::Value before = check_version(kind, *tree).ok() ? json::Value() : *tree;
    json::Value object = TRY(custom_form(kind, std::move(tree).value(), look ? &problems : nullptr));
    if (look && before.is_object()) report_unknown_version(kinds, kind, before, problems);
    if (!problems.empty()) {
        if (context.field_validation == FieldValidation::Strict) return api::strict_error(kind.gvk, problems);
        warn_or_fail(problems, context);
    }
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
            if (tree.ok() && is_unknown(kinds, gvk, *tree)) TRY(check_kind(kinds, gvk, *tree, body.bytes));
            return decoded;
        }
        object = std::move(decoded).value();
    } else if (media == MediaType::Protobuf) {
        json::Value tree = TRY(protobuf_body(kinds, body.bytes, type, gvk.kind));
        object = TRY(api::decode_tree(gvk, *schema, std::move(tree), nullptr));
    } else {
        std::vector<std::string> duplicates;
        auto tree = json::parse_yaml(body.bytes, {.nodes_max = kBodyValuesMax, .duplicates = &duplicates, .bytes_max = kYamlBytesMax, .first_document = true});
        if (!tree.ok() && tree.status().reason() == Reason::RequestEntityTooLarge) return tree;
        if (!tree.ok()) return api::unreadable_yaml(gvk, tree.status(), body.bytes);
        TRY(api::check_typed(gvk, *tree, body.bytes));
        object = TRY(api::decode_tree(gvk, *schema, std::move(tree).value(), strict));
        if (strict)
            for (const std::string& path : duplicates) problems.push_back(fmt::format("duplicate field \"{}\"", path));
    }
    TRY(check_kind(kinds, gvk, object, body.bytes));
    if (!problems.empty()) {
        if (context.field_validation == FieldValidation::Strict) return api::strict_error(gvk, problems);
        warn_or_fail(problems, context);
    }
    return object;
}

// A small body with a definition's large defaults could become any size; thousands of empty elements are refused before each has its own.
Status defaults_within_bounds(const api::KindInfo& kind, json::Value& object) {
    if (kind.custom && !api::structural::defaults_fit(object, kind.custom->schema))
        return error(Reason::RequestEntityTooLarge, "Request entity too large: the defaults of the definition are larger than {} bytes", api::structural::kDefaultsBytesMax);
    TRY(check_object_values(object));
    api::set_defaults(kind, object);
    return check_object_values(object);
}

// ` "" is invalid: patch: Invalid value: "...": why`
Status invalid_patch(const std::string& shown, std::string_view why) {
    std::string message = fmt::format("Invalid value: {}: {}", api::go_quote(shown), why);
    return error(Reason::Invalid, " \"\" is invalid: patch: {}", message).with_cause({"FieldValueInvalid", message, "patch"});
}

// `unknown field "spec.containers[10].odd"`: where it is, for sorting. Indices compare as numbers.
std::vector<std::string> place_of(const std::string& problem) {
    size_t from = problem.find('"'), to = problem.rfind('"');
    if (from == std::string::npos || to <= from) return {problem};
    std::vector<std::string> parts{""};
    for (char c : problem.substr(from + 1, to - from - 1)) {
        if (c == '.' || c == '[') parts.emplace_back();
        else if (c == ']') parts.back().insert(0, 12 - std::min<size_t>(12, parts.back().size()), '0');
        else parts.back().push_back(c);
    }
    return parts;
}

// "X in version ... cannot be handled as a X: why": a patch's error has the last part only.
std::string last_part(const std::string& message) {
    size_t at = message.find("cannot be handled as a ");
    return at == std::string::npos ? message : message.substr(message.find(": ", at) + 2);
}

// kind and apiVersion that a patch made something else, or took away.
Status check_patched_type(const json::Value& tree, const api::StrictProblems& known, RequestContext& context) {
    if (Status status = api::no_type_of(tree); !status.ok()) return invalid_patch(json::write(tree), status.message());
    const std::string& version = tree["apiVersion"].as_string();
    if (std::count(version.begin(), version.end(), '/') > 1) return invalid_patch(json::write(tree), "unexpected GroupVersion string: " + version);
    if (!version.empty()) return {};
    // Read as Kubernetes' internal type, in which nothing has the name that clients know.
    api::StrictProblems problems = known;
    for (const json::Member& member : tree.members())
        if (member.key != "apiVersion" && member.key != "kind") problems.push_back(fmt::format("unknown field \"{}\"", member.key));
    if (context.field_validation == FieldValidation::Strict && !problems.empty()) return invalid_patch(json::write(tree), api::strict_text(problems));
    if (context.field_validation != FieldValidation::Ignore) context.warnings.insert(context.warnings.end(), problems.begin(), problems.end());
    return error(Reason::BadRequest, "the name of the object ({} based on URL) was undeterminable: name must be provided", context.attributes.name);
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

Result<json::Value> normalize_patched(const api::KindRegistry& kinds, const api::KindInfo& kind, json::Value tree, RequestContext& context, const Patch& patch) {
    api::StrictProblems problems;
    api::StrictProblems* strict = context.field_validation == FieldValidation::Ignore ? nullptr : &problems;
    if (patch.type == Patch::Type::Strategic) {
        // Merged as a value of the kind's own type, which nothing can change.
        for (auto [key, text] : {std::pair<const char*, std::string>("apiVersion", kind.gvk.api_version()), {"kind", kind.gvk.kind}})
            if (tree[key].is_null() || tree[key].is_string()) tree.set(key, text);
        if (Status status = api::normalize(*kind.schema, tree, strict, api::Reader::Converter); !status.ok()) return invalid_patch(api::go_print(patch.document), status.message());
        std::sort(problems.begin(), problems.end());
        problems.insert(problems.begin(), patch.problems.begin(), patch.problems.end());
        if (!problems.empty() && context.field_validation == FieldValidation::Strict) return invalid_patch(api::go_print(patch.document), api::strict_text(problems));
        warn_or_fail(problems, context);
        api::set_defaults(kind, tree);
        return tree;
    }
    problems = patch.problems;
    const size_t own_problems = problems.size();
    json::Value before = with_sorted_members(tree);
    if (!kind.custom) TRY(check_patched_type(before, patch.problems, context));
    // A patch may not change the kind; a body that does not even fit the other kind says so first.
    api::GroupVersion gv = api::GroupVersion::parse(tree["apiVersion"].as_string());
    const api::KindInfo* other = kinds.find(api::Gvk{gv.group, gv.version, tree["kind"].as_string()});
    if (other != nullptr && other->gvk != kind.gvk && other->schema != nullptr && !other->custom && !kind.custom) {
        auto as_other = api::decode_tree(other->gvk, *other->schema, tree, nullptr);
        if (!as_other.ok()) return invalid_patch(json::write(before), last_part(as_other.status().message()));
    }
    if (const std::string& version = tree["apiVersion"].as_string(); kind.custom && tree["kind"].as_string() == kind.gvk.kind && !version.empty() && version != kind.gvk.api_version()) {
        if (strict != nullptr) report_unknown_version(kinds, kind, tree, problems);
        if (!problems.empty() && context.field_validation == FieldValidation::Strict) return invalid_patch(json::write(before), api::strict_text(problems));
        warn_or_fail(problems, context);
        api::FieldErrors errors;
        errors.invalid(api::FieldPath("apiVersion"), version, "must be " + kind.gvk.api_version());
        return errors.to_status(kind.gvk.group, kind.gvk.kind, context.attributes.name);
    }
    if (kind.custom) TRY(check_version(kind, tree));
    auto object = kind.custom ? custom_form(kind, std::move(tree), strict) : api::decode_tree(kind.gvk, *kind.schema, std::move(tree), strict);
    if (!object.ok()) {
        if (kind.custom && object.status().message().find("cannot be handled as a") == std::string::npos) return std::move(object).status();
        return invalid_patch(json::write(before), last_part(object.status().message()));
    }
    if (Status status = kind.custom ? Status() : check_kind(kinds, kind.gvk, *object); !status.ok()) return invalid_patch(json::write(before), last_part(status.message()));
    // What a patch has made is written with its members sorted, and read in that order.
    std::sort(problems.begin() + static_cast<ptrdiff_t>(own_problems), problems.end(), [](const std::string& a, const std::string& b) { return place_of(a) < place_of(b); });
    if (!problems.empty()) {
        if (context.field_validation == FieldValidation::Strict) return invalid_patch(json::write(before), api::strict_text(problems));
        warn_or_fail(problems, context);
    }
    TRY(defaults_within_bounds(kind, *object));
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
        if (!parsed.ok()) return error(Reason::Unknown, "couldn't get version/kind; json parse error: {}", api::without_offset(parsed.status()));
        tree = std::move(parsed).value();
    }
    if (tree.is_null()) return tree;
    const std::string& kind = tree["kind"].as_string();
    if (!tree.is_object() || (tree.has("kind") && !tree["kind"].is_string()))
        return error(Reason::Unknown, "{}", api::no_type_of(tree).message());
    const std::string& version = tree["apiVersion"].as_string();
    if (std::count(version.begin(), version.end(), '/') > 1) return error(Reason::Unknown, "unexpected GroupVersion string: {}", version);
    if (!kind.empty() && kind != "DeleteOptions")
        return error(Reason::Unknown, "no kind \"{}\" is registered for version \"{}\" in scheme \"pkg/runtime/scheme.go:110\"", kind, version.empty() ? "meta.k8s.io/v1" : version);
    if (const api::TypeSchema* schema = kinds.schemas().find("meta.v1.DeleteOptions"))
        if (Status status = api::normalize(*schema, tree); !status.ok()) return Status(Reason::Unknown, status.message());
    return tree;
}

void set_defaults(const api::KindInfo& kind, json::Value& object) { api::set_defaults(kind, object); }

// Whether the rules of a kind's update look at the metadata as those of its creation do.
bool looks_again(const api::KindInfo& kind) {
    constexpr std::string_view kGroups[] = {"apps", "batch", "networking.k8s.io", "autoscaling"};
    constexpr std::string_view kCore[] = {"nodes", "namespaces", "replicationcontrollers", "podtemplates"};
    if (kind.gvk.group.empty()) return std::find(std::begin(kCore), std::end(kCore), kind.plural) == std::end(kCore);
    return std::find(std::begin(kGroups), std::end(kGroups), kind.gvk.group) == std::end(kGroups);
}

// Events of both groups are one type inside kube-apiserver, which names it by the older one.
static std::string_view error_group(const api::KindInfo& kind) { return kind.gvk.group == "events.k8s.io" ? std::string_view() : kind.gvk.group; }

// A custom object may say that it is of another kind: then little else of it is looked at.
static bool is_of_kind(const api::KindInfo& kind, const json::Value& object, api::FieldErrors& errors) {
    const std::string& name = object["kind"].as_string();
    if (!kind.custom || name == kind.gvk.kind) return true;
    errors.invalid(api::FieldPath("kind"), name, "must be " + kind.gvk.kind);
    return false;
}

Status validate_create(const api::KindInfo& kind, const json::Value& object) {
    api::FieldErrors errors;
    if (!is_of_kind(kind, object, errors)) {
        check_expressions(kind, object, nullptr, errors);
        return errors.to_status(kind.gvk.group, object["kind"].as_string(), object["metadata"]["name"].as_string());
    }
    validate_metadata(kind, object, errors);
    if (kind.hooks.validate_create) kind.hooks.validate_create(object, errors);
    check_device_selectors(kind, object, nullptr, errors);
    check_expressions(kind, object, nullptr, errors);
    if (errors.empty()) return {};
    return errors.to_status(error_group(kind), kind.gvk.kind, object["metadata"]["name"].as_string());
}

Status validate_update(const api::KindInfo& kind, const json::Value& object, const json::Value& old) {
    api::FieldErrors errors;
    if (!is_of_kind(kind, object, errors)) {
        check_expressions(kind, object, &old, errors);
        return errors.to_status(kind.gvk.group, object["kind"].as_string(), object["metadata"]["name"].as_string());
    }
    // Several times, as kube-apiserver does it: for every object and by the kind's own rules. Clients see all causes.
    validate_metadata_update(kind, object, old, errors);
    if (!errors.empty()) {
        bool again = looks_again(kind);
        validate_metadata_update(kind, object, old, errors, again ? Finalizers::Check : Finalizers::Skip);
        validate_metadata_maps(object, errors);
        if (again) validate_metadata_maps(object, errors);
    }
    validate_prefix_update(kind, object, errors);
    if (kind.hooks.validate_update) kind.hooks.validate_update(object, old, errors);
    // Twice, as the kinds that have them are validated.
    check_device_selectors(kind, object, &old, errors);
    if (!errors.empty()) check_device_selectors(kind, object, &old, errors);
    check_expressions(kind, object, &old, errors);
    if (errors.empty()) return {};
    return errors.to_status(error_group(kind), kind.gvk.kind, object["metadata"]["name"].as_string());
}

Status validate_status_update(const api::KindInfo& kind, const json::Value& object, const json::Value& old) {
    api::FieldErrors errors;
    validate_metadata_update(kind, object, old, errors);
    if (!errors.empty()) {
        validate_metadata_update(kind, object, old, errors);
        validate_metadata_maps(object, errors);
        validate_metadata_maps(object, errors);
    }
    if (kind.hooks.validate_status_update) kind.hooks.validate_status_update(object, old, errors);
    if (errors.empty()) return {};
    return errors.to_status(error_group(kind), kind.gvk.kind, object["metadata"]["name"].as_string());
}

std::string storage_text(const json::Value& object, size_t& stamp_at) {
    std::string out = "{\"kind\":";
    json::append_quoted(out, object["kind"].as_string());
    out += ",\"apiVersion\":";
    json::append_quoted(out, object["apiVersion"].as_string());
    out += ",\"metadata\":{";
    const json::Value& meta = object["metadata"];
    bool first = true;
    for (std::string_view key : kMetaOrder) {
        const json::Value* value = meta.find(key);
        bool version = key == "resourceVersion";
        if (!version && (value == nullptr || value->is_null())) continue;
        if (!std::exchange(first, false)) out.push_back(',');
        json::append_quoted(out, key);
        out.push_back(':');
        if (version) {
            stamp_at = out.size() + 1;
            out += "\"\"";
        } else {
            json::append(out, *value);
        }
    }
    out.push_back('}');
    for (const json::Member& member : object.members()) {
        if (member.key == "kind" || member.key == "apiVersion" || member.key == "metadata") continue;
        out.push_back(',');
        json::append_quoted(out, member.key);
        out.push_back(':');
        json::append(out, member.value);
    }
    out.push_back('}');
    return out;
}

void track_fields(const api::KindRegistry& kinds, const api::KindInfo& kind, const json::Value* old, json::Value& object, const RequestContext& context, Clock& clock) {
    api::track_update(kinds, kind, old, object, {context.field_manager, context.attributes.subresource, clock.now()});
}

Result<json::Value> apply_configuration(const api::KindRegistry& kinds, const api::KindInfo& kind, const json::Value* old, const json::Value& configuration,
                                        RequestContext& context, Clock& clock) {
    json::Value merged = TRY(api::apply_configuration(kinds, kind, old, configuration, {context.field_manager, context.attributes.subresource, clock.now()}, {context.force}));
    TRY(defaults_within_bounds(kind, merged));
    return merged;
}

Status settle_repeated(const Patch& patch, RequestContext& context) {
    if (patch.repeated.empty()) return {};
    if (context.field_validation == FieldValidation::Strict) return error(Reason::BadRequest, "error strict decoding YAML: {}", patch.repeated);
    context.warnings.push_back(patch.repeated);
    return {};
}

}  // namespace skiff::apiserver
