// What a patch has made, as an object of its kind, with kube-apiserver's words for what is wrong with it.
#include <algorithm>

#include "api/defaulting.h"
#include "api/go_text.h"
#include "json/write.h"
#include "server/apiserver/bodies.h"

namespace skiff::apiserver {
namespace {

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
        warn_of(problems, context);
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
        warn_of(problems, context);
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
        warn_of(problems, context);
    }
    TRY(defaults_within_bounds(kind, *object));
    return object;
}

}  // namespace skiff::apiserver
