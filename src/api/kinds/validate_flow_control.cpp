#include "api/kinds/validate_flow_control.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "api/kinds/check.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kSpec("spec");
constexpr std::string_view kVerbs[] = {"create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"};

bool is_star(const Value& list) { return list.size() == 1 && list[0].as_string() == "*"; }

bool has_star(const Value& list) {
    const auto& items = list.items();
    return std::any_of(items.begin(), items.end(), [](const Value& v) { return v.as_string() == "*"; });
}

void check_verbs(const Value& verbs, const FieldPath& path, FieldErrors& errors) {
    if (verbs.size() == 0) errors.required(path, "verbs must contain at least one value");
    else if (!is_star(verbs)) {
        bool known = true;
        for (const Value& verb : verbs.items()) known = known && std::find(std::begin(kVerbs), std::end(kVerbs), verb.as_string()) != std::end(kVerbs);
        if (!known) errors.not_supported(path, verbs, {std::begin(kVerbs), std::end(kVerbs)});
    }
}

void check_subject(const Value& subject, const FieldPath& path, FieldErrors& errors) {
    static constexpr std::pair<std::string_view, std::string_view> kKinds[] = {{"ServiceAccount", "serviceAccount"}, {"User", "user"}, {"Group", "group"}};
    const std::string& kind = subject["kind"].as_string();
    std::string_view own;
    for (auto [name, field] : kKinds)
        if (kind == name) own = field;
    if (own.empty()) return errors.not_supported(path.child("kind"), kind, {"Group", "ServiceAccount", "User"});
    if (!subject[own].is_object()) errors.required(path.child(own), fmt::format("{} is required when subject kind is '{}'", own, kind));
    else if (kind == "ServiceAccount") {
        const Value& account = subject[own];
        check_required(account["name"], path.child(own).child("name"), errors);
        if (account["namespace"].empty()) errors.required(path.child(own).child("namespace"), "must specify namespace for service account");
    } else {
        check_required(subject[own]["name"], path.child(own).child("name"), errors);
    }
    for (auto [name, field] : kKinds)
        if (field != own && subject[field].is_object())
            errors.forbidden(path.child(field), fmt::format("{} is forbidden when subject kind is not '{}'", field, name));
}

void check_resource_rule(const Value& rule, const FieldPath& path, FieldErrors& errors) {
    check_verbs(rule["verbs"], path.child("verbs"), errors);
    for (auto field : {"apiGroups", "resources"}) {
        const char* one = std::string_view(field) == "apiGroups" ? "api group" : "resource";
        if (rule[field].size() == 0) errors.required(path.child(field), fmt::format("resource rules must supply at least one {}", one));
        else if (has_star(rule[field]) && !is_star(rule[field])) errors.invalid(path.child(field), rule[field], "if '*' is present, must not specify other values");
    }
    if (rule["namespaces"].size() == 0 && !rule["clusterScope"].as_bool())
        errors.required(path.child("namespaces"), "resource rules that are not cluster scoped must supply at least one namespace");
    const Value& namespaces = rule["namespaces"];
    for (size_t i = 0; i < namespaces.size() && !is_star(namespaces); ++i)
        if (namespaces[i].as_string() != "*")
            for (const auto& complaint : check_dns1123_label(namespaces[i].as_string()))
                errors.invalid(path.child("namespaces").index(i), namespaces[i], "each member of this list must be '*' or a DNS-1123 label; " + complaint);
}

void check_url_rule(const Value& rule, const FieldPath& path, FieldErrors& errors) {
    check_verbs(rule["verbs"], path.child("verbs"), errors);
    const Value& urls = rule["nonResourceURLs"];
    if (urls.size() == 0) errors.required(path.child("nonResourceURLs"), "nonResourceURLs must contain at least one value");
    for (size_t i = 0; i < urls.size() && !is_star(urls); ++i)
        if (urls[i].empty()) errors.invalid(path.child("nonResourceURLs").index(i), urls[i], "must not be empty");
        else if (!urls[i].as_string().starts_with('/')) errors.invalid(path.child("nonResourceURLs").index(i), urls[i], "must start with slash");
}

// A hand of queues is dealt by the bits of a hash, of which there are 60.
void check_hand(const Value& queuing, const FieldPath& path, FieldErrors& errors) {
    constexpr int64_t kQueuesMax = 10'000'000;
    constexpr double kHashBits = 60;
    const int64_t queues = queuing["queues"].as_int(), hand = queuing["handSize"].as_int();
    if (queues > kQueuesMax) errors.invalid(path.child("queues"), queues, fmt::format("must not be greater than {}", kQueuesMax));
    if (hand <= 0) return;
    if (hand > queues) return errors.invalid(path.child("handSize"), hand, fmt::format("should not be greater than queues ({})", queues));
    double bits = 0;
    for (int64_t i = 0; i < hand && bits <= kHashBits; ++i) bits += std::log2(static_cast<double>(queues - i));
    if (std::ceil(bits) > kHashBits)
        errors.invalid(path.child("handSize"), hand, fmt::format("required entropy bits of deckSize {} and handSize {} should not be greater than {}", queues, hand, kHashBits));
}

}  // namespace

void validate_flow_schema(const Value& object, FieldErrors& errors) {
    constexpr int64_t kPrecedenceMax = 10000;
    const Value& spec = object["spec"];
    int64_t precedence = spec["matchingPrecedence"].as_int();
    if (precedence <= 0) errors.invalid(kSpec.child("matchingPrecedence"), precedence, "must be a positive value");
    if (precedence > kPrecedenceMax) errors.invalid(kSpec.child("matchingPrecedence"), precedence, fmt::format("must not be greater than {}", kPrecedenceMax));
    if (precedence == 1 && object["metadata"]["name"].as_string() != "exempt")
        errors.invalid(kSpec.child("matchingPrecedence"), precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
    const Value& method = spec["distinguisherMethod"];
    if (method.is_object() && method["type"].as_string() != "ByUser" && method["type"].as_string() != "ByNamespace")
        errors.not_supported(kSpec.child("distinguisherMethod").child("type"), Value::object({{"Type", method["type"]}}), {"ByNamespace", "ByUser"});
    const Value& level = spec["priorityLevelConfiguration"]["name"];
    FieldPath level_path = kSpec.child("priorityLevelConfiguration").child("name");
    if (level.empty()) errors.required(level_path, "must reference a priority level");
    else add_complaints(check_dns1123_subdomain(level.as_string()), level_path, level.as_string(), errors);
    for (size_t i = 0; i < spec["rules"].size(); ++i) {
        const Value& rule = spec["rules"][i];
        FieldPath at = kSpec.child("rules").index(i);
        if (rule["subjects"].size() == 0) errors.required(at.child("subjects"), "subjects must contain at least one value");
        for (size_t s = 0; s < rule["subjects"].size(); ++s) check_subject(rule["subjects"][s], at.child("subjects").index(s), errors);
        const Value &resources = rule["resourceRules"], &urls = rule["nonResourceRules"];
        if (resources.size() == 0 && urls.size() == 0) errors.required(at, "at least one of resourceRules and nonResourceRules has to be non-empty");
        for (size_t r = 0; r < resources.size(); ++r) check_resource_rule(resources[r], at.child("resourceRules").index(r), errors);
        for (size_t r = 0; r < urls.size(); ++r) check_url_rule(urls[r], at.child("nonResourceRules").index(r), errors);
    }
}

void validate_priority_level(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    const std::string& type = spec["type"].as_string();
    bool exempt = object["metadata"]["name"].as_string() == "exempt";
    if (type != "Exempt" && type != "Limited") {
        errors.not_supported(kSpec.child("type"), type, {"Exempt", "Limited"});
        return;
    }
    if ((type == "Exempt") != exempt) errors.invalid(kSpec.child("type"), type, "must be 'Exempt' if and only if `name` is 'exempt'");
    if (type == "Exempt") {
        if (spec["limited"].is_object()) errors.forbidden(kSpec.child("limited"), "must be nil if the type is not Limited");
        return;
    }
    if (spec["exempt"].is_object()) errors.forbidden(kSpec.child("exempt"), "must be nil if the type is Limited");
    if (spec["limited"]["borrowingLimitPercent"].as_int() < 0)
        errors.invalid(kSpec.child("limited").child("borrowingLimitPercent"), spec["limited"]["borrowingLimitPercent"], "if specified, must be a non-negative integer");
    const Value& limited = spec["limited"];
    FieldPath path = kSpec.child("limited");
    if (!limited.is_object()) {
        errors.required(path, "must not be empty when type is Limited");
        return;
    }
    if (limited["nominalConcurrencyShares"].as_int() < 0) errors.invalid(path.child("nominalConcurrencyShares"), limited["nominalConcurrencyShares"], "must be a non-negative integer");
    const std::string& response = limited["limitResponse"]["type"].as_string();
    const Value& queuing = limited["limitResponse"]["queuing"];
    FieldPath response_path = path.child("limitResponse");
    if (response == "Reject") {
        if (queuing.is_object()) errors.forbidden(response_path.child("queuing"), "must be nil if limited.limitResponse.type is not Limited");
    } else if (response == "Queue") {
        if (!queuing.is_object()) errors.required(response_path.child("queuing"), "must not be empty if limited.limitResponse.type is Limited");
        else
            for (auto field : {"queueLengthLimit", "queues", "handSize"})
                if (queuing[field].as_int() <= 0) errors.invalid(response_path.child("queuing").child(field), queuing[field].as_int(), "must be positive");
        check_hand(queuing, response_path.child("queuing"), errors);
    } else {
        errors.not_supported(response_path.child("type"), response, {"Queue", "Reject"});
    }
    const Value& lendable = limited["lendablePercent"];
    if (lendable.is_int() && (lendable.as_int() < 0 || lendable.as_int() > 100))
        errors.invalid(path.child("lendablePercent"), lendable, "must be between 0 and 100, inclusive");
}

}  // namespace skiff::api::kinds
