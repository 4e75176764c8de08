#include "api/kinds/validate_custom_resource_definition.h"

#include <algorithm>
#include <set>

#include "api/kinds/check.h"
#include "api/kinds/check_webhook.h"
#include "api/structural/check.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kSpec("spec");
constexpr size_t kSelectableFieldsMax = 8;
constexpr size_t kWarningBytesMax = 256;

void check_label(const Value& text, const FieldPath& path, FieldErrors& errors) {
    if (auto complaints = check_dns1035_label(text.as_string()); !text.as_string().empty() && !complaints.empty()) errors.invalid(path, text, join(complaints, ","));
}

void check_kind_name(const Value& text, const FieldPath& path, FieldErrors& errors) {
    if (auto complaints = check_dns1035_label(lower(text.as_string())); !text.as_string().empty() && !complaints.empty())
        errors.invalid(path, text, "may have mixed case, but should otherwise match: " + join(complaints, ","));
}

void check_names(const Value& names, const FieldPath& path, FieldErrors& errors) {
    check_label(names["plural"], path.child("plural"), errors);
    check_label(names["singular"], path.child("singular"), errors);
    check_kind_name(names["kind"], path.child("kind"), errors);
    check_kind_name(names["listKind"], path.child("listKind"), errors);
    for (const char* list : {"shortNames", "categories"})
        for (size_t i = 0; i < names[list].size(); ++i)
            if (auto complaints = check_dns1035_label(names[list][i].as_string()); !complaints.empty()) errors.invalid(path.child(list).index(i), names[list][i], join(complaints, ","));
    if (!names["kind"].as_string().empty() && names["kind"] == names["listKind"]) errors.invalid(path.child("listKind"), names["listKind"], "kind and listKind may not be the same");
}

// False when the path is wrong.
bool check_path(const std::string& text, const FieldPath& path, FieldErrors& errors) {
    if (text.starts_with('.')) return true;
    errors.invalid(path, text, "must be a simple json path starting with .");
    return false;
}

void check_scale_path(const Value& text, const FieldPath& path, std::string_view root, FieldErrors& errors) {
    if (text.as_string().empty()) return errors.required(path, "");
    if (check_path(text.as_string(), path, errors) && !text.as_string().starts_with(fmt::format(".{}.", root))) errors.invalid(path, text, fmt::format("should be a json path under .{}", root));
}

void check_subresources(const Value& subresources, const FieldPath& path, FieldErrors& errors) {
    const Value& scale = subresources["scale"];
    if (!scale.is_object()) return;
    check_scale_path(scale["specReplicasPath"], path.child("scale.specReplicasPath"), "spec", errors);
    check_scale_path(scale["statusReplicasPath"], path.child("scale.statusReplicasPath"), "status", errors);
    const std::string& selector = scale["labelSelectorPath"].as_string();
    FieldPath where = path.child("scale.labelSelectorPath");
    if (!selector.empty() && check_path(selector, where, errors) && !selector.starts_with(".spec.") && !selector.starts_with(".status."))
        errors.invalid(where, selector, "should be a json path under either .spec or .status");
}

void check_column(const Value& column, const FieldPath& path, FieldErrors& errors) {
    static const std::set<std::string, std::less<>> kTypes = {"boolean", "date", "integer", "number", "string"};
    static const std::set<std::string, std::less<>> kFormats = {"byte", "date", "date-time", "double", "float", "int32", "int64", "password"};
    check_required(column["name"], path.child("name"), errors);
    const std::string why = "must be one of " + join({kTypes.begin(), kTypes.end()}, ",");
    if (column["type"].as_string().empty()) errors.required(path.child("type"), why);
    else if (!kTypes.count(column["type"].as_string())) errors.invalid(path.child("type"), column["type"], why);
    if (const std::string& format = column["format"].as_string(); !format.empty() && !kFormats.count(format))
        errors.invalid(path.child("format"), format, "must be one of " + join({kFormats.begin(), kFormats.end()}, ","));
    if (column["jsonPath"].as_string().empty()) errors.required(path.child("JSONPath"), "");
    else check_path(column["jsonPath"].as_string(), path.child("JSONPath"), errors);
}

// The schema that a dotted path leads to; null and why, when there is none.
const Value* schema_at(const Value& schema, std::string_view text, std::string& why) {
    if (!text.starts_with('.')) {
        std::string_view word = text.substr(0, text.find_first_of(".[]"));
        why = text.starts_with('[') ? std::string("array notation is not allowed") : fmt::format("expected [ or . but got: {}", word.empty() ? text.substr(0, 1) : word);
        return nullptr;
    }
    const Value* at = &schema;
    for (std::string_view part : split_views(text.substr(1), '.')) {
        std::string_view name = part.substr(0, part.find_first_of("[]"));
        why = name.empty() ? "unexpected end of JSON path" : "does not refer to a valid field";
        const Value& properties = (*at)["properties"];
        at = properties.size() > 0 ? properties.find(name) : (*at)["additionalProperties"].is_object() ? &(*at)["additionalProperties"] : nullptr;
        if (at == nullptr) return nullptr;
        if (name.size() < part.size()) {
            why = part[name.size()] == '[' ? "array notation is not allowed" : "expected [ or . but got: ]";
            return nullptr;
        }
    }
    return at;
}

void check_selectable(const Value& version, const FieldPath& path, FieldErrors& errors) {
    const Value& fields = version["selectableFields"];
    if (fields.size() == 0) return;
    const Value& schema = version["schema"]["openAPIV3Schema"];
    if (!schema.is_object()) return errors.invalid(path, "", "may only be set when `version.schema.openAPIV3Schema` is not included");
    std::set<std::string> seen;
    for (size_t i = 0; i < fields.size(); ++i) {
        const std::string& text = fields[i]["jsonPath"].as_string();
        FieldPath where = path.index(i).child("jsonPath");
        if (text.empty()) {
            errors.required(where, "");
            continue;
        }
        std::string why;
        const Value* found = schema_at(schema, text, why);
        if (!found) {
            errors.invalid(where, text, "is an invalid path: " + why);
            continue;
        }
        if (text == ".metadata" || text.starts_with(".metadata.")) errors.invalid(where, text, "must not point to fields in metadata");
        const std::string& type = (*found)["type"].as_string();
        if (type != "string" && type != "boolean" && type != "integer")
            errors.invalid(where, text, "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.");
        if (!seen.insert(text).second) errors.duplicate(where, text);
    }
    if (seen.size() > kSelectableFieldsMax) errors.too_many(path, seen.size(), kSelectableFieldsMax);
}

void check_deprecation(const Value& version, const FieldPath& path, FieldErrors& errors) {
    const Value* warning = version.find("deprecationWarning");
    if (!warning || warning->is_null()) return;
    const std::string& text = warning->as_string();
    if (!version["deprecated"].as_bool()) return errors.invalid(path, *warning, "can only be set for deprecated versions");
    if (text.size() > kWarningBytesMax) errors.invalid(path, *warning, "must be <= 256 characters long");
    if (text.empty()) errors.invalid(path, *warning, "must not be an empty string");
    auto control = std::find_if(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (control != text.end()) errors.invalid(path, *warning, fmt::format("must only contain printable UTF-8 characters; non-printable character found at index {}", control - text.begin()));
}

// What all versions say alike, Kubernetes keeps once, and messages name that place: spec.validation, spec.subresources and so on.
struct Shared {
    bool schema, subresources, columns, selectable;
    explicit Shared(const Value& versions)
        : schema(same(versions, "schema")), subresources(same(versions, "subresources")), columns(same(versions, "additionalPrinterColumns")), selectable(same(versions, "selectableFields")) {}

private:
    static bool same(const Value& versions, const char* part) {
        const json::Array& all = versions.items();
        return !all.empty() && std::all_of(all.begin(), all.end(), [&](const Value& v) { return !v[part].is_null() && v[part] == all.front()[part] && (!v[part].is_array() || v[part].size() > 0); });
    }
};

// As Kubernetes' internal type prints them; what all have alike stands elsewhere.
Value printed_versions(const Value& versions, const Shared& shared) {
    if (versions.is_null()) return versions;
    Value out = Value::array();
    for (const Value& version : versions.items()) {
        auto part = [&](const char* name, bool elsewhere) { return elsewhere ? Value() : version[name]; };
        out.push_back(Value::object({{"Name", version["name"].as_string()}, {"Served", version["served"].as_bool()}, {"Storage", version["storage"].as_bool()},
                                     {"Deprecated", version["deprecated"].as_bool()}, {"DeprecationWarning", version["deprecationWarning"]}, {"Schema", part("schema", shared.schema)},
                                     {"Subresources", part("subresources", shared.subresources)}, {"AdditionalPrinterColumns", part("additionalPrinterColumns", shared.columns)},
                                     {"SelectableFields", part("selectableFields", shared.selectable)}}));
    }
    return out;
}

constexpr size_t kColumnsMax = 1'000;   // each is computed for every object of a table, and described in every answer

void check_version(const Value& version, const FieldPath& path, const Shared& shared, bool first, FieldErrors& errors) {
    if (auto complaints = check_dns1035_label(version["name"].as_string()); !complaints.empty()) errors.invalid(path.child("name"), version["name"], join(complaints, ","));
    check_deprecation(version, path.child("deprecationWarning"), errors);
    const Value& schema = version["schema"]["openAPIV3Schema"];
    bool status = version["subresources"]["status"].is_object();
    if (schema.is_object() && (first || !shared.schema))
        structural::check_schema(schema, status ? structural::StatusSubresource::Yes : structural::StatusSubresource::No, shared.schema ? kSpec.child("validation") : path.child("schema"), errors);
    if (first || !shared.subresources) check_subresources(version["subresources"], (shared.subresources ? kSpec : path).child("subresources"), errors);
    const Value& columns = version["additionalPrinterColumns"];
    FieldPath columns_path = (shared.columns ? kSpec : path).child("additionalPrinterColumns");
    if ((first || !shared.columns) && columns.size() > kColumnsMax) errors.too_many(columns_path, columns.size(), kColumnsMax);
    else if (first || !shared.columns)
        for (size_t i = 0; i < columns.size(); ++i) check_column(columns[i], columns_path.index(i), errors);
    if (first || !shared.selectable) check_selectable(version, (shared.selectable ? kSpec : path).child("selectableFields"), errors);
}

void check_review_versions(const Value& versions, const FieldPath& path, FieldErrors& errors) {
    if (versions.size() == 0) return errors.required(path, "");
    std::set<std::string> seen;
    for (size_t i = 0; i < versions.size(); ++i) {
        const std::string& name = versions[i].as_string();
        if (!seen.insert(name).second) errors.invalid(path.index(i), name, "duplicate version");
        else add_complaints(check_dns1035_label(name), path.index(i), name, errors);
    }
    if (!seen.count("v1") && !seen.count("v1beta1")) errors.invalid(path, versions, "must include at least one of v1, v1beta1");
}

void check_conversion(const Value& conversion, const FieldPath& path, FieldErrors& errors) {
    check_one_of(conversion["strategy"], path.child("strategy"), {"None", "Webhook"}, errors);
    const Value& webhook = conversion["webhook"];
    FieldPath client_path = path.child("webhookClientConfig");
    if (conversion["strategy"].as_string() != "Webhook") {
        if (webhook["clientConfig"].is_object()) errors.forbidden(client_path, "should not be set when strategy is not set to Webhook");
        if (webhook["conversionReviewVersions"].size() > 0) errors.forbidden(path.child("conversionReviewVersions"), "should not be set when strategy is not set to Webhook");
        return;
    }
    const Value& client = webhook["clientConfig"];
    if (!client.is_object()) {
        errors.required(client_path, "required when strategy is set to Webhook");
    } else if (client.has("url") == client["service"].is_object()) {
        errors.required(client_path, "exactly one of url or service is required");
    } else if (client.has("url")) {
        check_webhook_url(client["url"].as_string(), client_path.child("url"), errors);
    } else {
        check_webhook_service(client["service"], client_path.child("service"), errors);
    }
    check_review_versions(webhook["conversionReviewVersions"], path.child("conversionReviewVersions"), errors);
}

void check_versions(const Value& spec, FieldErrors& errors) {
    const Value& versions = spec["versions"];
    FieldPath path = kSpec.child("versions");
    // The first name is the one version of Kubernetes' older type too.
    if (auto complaints = check_dns1035_label(versions[0]["name"].as_string()); !versions[0]["name"].as_string().empty() && !complaints.empty())
        errors.invalid(kSpec.child("version"), versions[0]["name"], join(complaints, ","));
    for (size_t i = 0; i < versions.size(); ++i)
        if (!versions[i]["schema"]["openAPIV3Schema"].is_object()) errors.required(path.index(i).child("schema").child("openAPIV3Schema"), "");
    const Shared shared(versions);
    std::set<std::string> seen;
    size_t stored = 0;
    bool unique = true;
    for (size_t i = 0; i < versions.size(); ++i) {
        stored += versions[i]["storage"].as_bool();
        unique &= seen.insert(versions[i]["name"].as_string()).second;
        check_version(versions[i], path.index(i), shared, i == 0, errors);
    }
    if (unique && stored == 1) return;
    const Value shown = printed_versions(versions, shared);
    if (!unique) errors.invalid(path, shown, "must contain unique version names");
    if (stored != 1) errors.invalid(path, shown, "must have exactly one version marked as storage version");
}

void check_spec(const Value& spec, FieldErrors& errors) {
    const std::string& group = spec["group"].as_string();
    if (group.empty()) errors.required(kSpec.child("group"), "");
    else if (auto complaints = check_dns1123_subdomain(group); !complaints.empty()) errors.invalid(kSpec.child("group"), group, join(complaints, ","));
    else if (group.find('.') == std::string::npos) errors.invalid(kSpec.child("group"), group, "should be a domain with at least one dot");
    check_one_of(spec["scope"], kSpec.child("scope"), {"Cluster", "Namespaced"}, errors);
    check_versions(spec, errors);
    for (const char* name : {"plural", "singular", "kind", "listKind"}) check_required(spec["names"][name], kSpec.child("names").child(name), errors);
    check_names(spec["names"], kSpec.child("names"), errors);
    if (spec["preserveUnknownFields"].as_bool() && spec["conversion"]["strategy"].as_string() != "None")
        errors.invalid(kSpec.child("conversion").child("strategy"), spec["conversion"]["strategy"].as_string(), "must be None if spec.preserveUnknownFields is true");
    check_conversion(spec["conversion"], kSpec.child("conversion"), errors);
    if (spec["preserveUnknownFields"].as_bool()) errors.invalid(kSpec.child("preserveUnknownFields"), true, "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead");
}

void check_stored_versions(const Value& object, FieldErrors& errors) {
    const Value& stored = object["status"]["storedVersions"];
    FieldPath path = FieldPath("status").child("storedVersions");
    if (stored.size() == 0) return errors.invalid(path, Value(), "must have at least one stored version");
    const Value& versions = object["spec"]["versions"];
    std::set<std::string_view> listed, known;
    for (const Value& name : stored.items()) listed.insert(name.as_string());
    for (const Value& version : versions.items()) known.insert(version["name"].as_string());
    for (const Value& version : versions.items())   // a name that comes again was used up, as in Kubernetes
        if (listed.erase(version["name"].as_string()) == 0 && version["storage"].as_bool()) errors.invalid(path, stored, "must have the storage version " + version["name"].as_string());
    for (size_t i = 0; i < stored.size(); ++i) {
        const std::string& name = stored[i].as_string();
        if (known.count(name) == 0)
            errors.invalid(path.index(i), name,
                           fmt::format("missing from spec.versions; {0} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data "
                                       "remains persisted in {0} and removes {0} from status.storedVersions",
                                       name));
    }
}

bool is_guarded(const std::string& group) { return group == "k8s.io" || group == "kubernetes.io" || group.ends_with(".k8s.io") || group.ends_with(".kubernetes.io"); }

void check_approval(const Value& object, FieldErrors& errors) {
    if (!is_guarded(object["spec"]["group"].as_string())) return;
    constexpr std::string_view kAnnotation = "api-approved.kubernetes.io";
    const std::string& word = object["metadata"]["annotations"][kAnnotation].as_string();
    FieldPath path = FieldPath("metadata").child("annotations").key(kAnnotation);
    if (word.empty()) errors.required(path, "protected groups must have approval annotation \"api-approved.kubernetes.io\", see https://github.com/kubernetes/enhancements/pull/1111");
    else if (!word.starts_with("unapproved") && word.find("://") == std::string::npos)
        errors.invalid(path, word, "protected groups must have approval annotation \"api-approved.kubernetes.io\" with either a URL or a reason starting with \"unapproved\", see "
                                   "https://github.com/kubernetes/enhancements/pull/1111");
}

bool established(const Value& object) {
    for (const Value& condition : object["status"]["conditions"].items())
        if (condition["type"].as_string() == "Established") return condition["status"].as_string() == "True";
    return false;
}

void check_status_names(const Value& object, FieldErrors& errors) { check_names(object["status"]["acceptedNames"], FieldPath("status").child("acceptedNames"), errors); }

}  // namespace

void validate_definition(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    for (auto key : {"generateName", "name"})
        if (const std::string& name = object["metadata"][key].as_string(); !name.empty() && name != spec["names"]["plural"].as_string() + "." + spec["group"].as_string())
            errors.invalid(FieldPath("metadata").child(key), name, "must be spec.names.plural+\".\"+spec.group");
    check_spec(spec, errors);
    check_status_names(object, errors);
    check_stored_versions(object, errors);
    check_approval(object, errors);
}

void validate_definition_status(const Value& object, const Value&, FieldErrors& errors) { check_status_names(object, errors); }

void validate_definition_update(const Value& object, const Value& old, FieldErrors& errors) {
    const Value &spec = object["spec"], &old_spec = old["spec"];
    // What is stored has been looked at: the change of a label does not pay for all of it again.
    if (!(spec == old_spec)) check_spec(spec, errors);
    if (established(old)) {
        check_immutable(spec["scope"], old_spec["scope"], kSpec.child("scope"), errors);
        check_immutable(spec["names"]["kind"], old_spec["names"]["kind"], kSpec.child("names").child("kind"), errors);
    }
    check_immutable(spec["group"], old_spec["group"], kSpec.child("group"), errors);
    check_immutable(spec["names"]["plural"], old_spec["names"]["plural"], kSpec.child("names").child("plural"), errors);
    check_status_names(object, errors);
    check_stored_versions(object, errors);
    if (!is_guarded(old_spec["group"].as_string()) || !old["metadata"]["annotations"]["api-approved.kubernetes.io"].as_string().empty()) check_approval(object, errors);
}

std::vector<std::string> definition_warnings(const Value& object) {
    std::vector<std::string> out;
    for (const Value& version : object["spec"]["versions"].items())
        for (const std::string& format : structural::unknown_formats(version["schema"]["openAPIV3Schema"])) out.push_back(fmt::format("unrecognized format \"{}\"", format));
    return out;
}

}  // namespace skiff::api::kinds
