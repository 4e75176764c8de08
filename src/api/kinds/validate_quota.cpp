#include <algorithm>
#include <map>

#include "api/kinds/validate.h"
#include "api/kinds/validate_parts.h"
#include "api/kinds/validate_config.h"
#include "api/kinds/validate_status.h"
#include "api/quantity.h"
#include "json/member_index.h"

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kSpec("spec");

// Which of the two an error is about; Kubernetes says the path of one and the value of the other in places.
enum class Told { Lower, Upper, UpperPath, LowerPath };

// Of a quota: its status names them twice more.
constexpr size_t kResourcesMax = 10'000;

// lower <= upper for each resource that both name.
void check_order(const Value& item, const char* low, const char* high, const FieldPath& path, std::string_view words, FieldErrors& errors, Told told = Told::Lower) {
    json::MemberIndex bounds(item[high]);
    for (const auto& [name, amount] : item[low].members()) {
        const Value* bound = bounds.find(name);
        if (!bound || Quantity::parse_or_zero(amount.as_string()) <= Quantity::parse_or_zero(bound->as_string())) continue;
        bool upper_path = told == Told::Upper || told == Told::UpperPath, upper_value = told == Told::Upper || told == Told::LowerPath;
        errors.invalid(path.child(upper_path ? high : low).key(name), upper_value ? *bound : amount,
                       fmt::format("{} value {} is greater than {} value {}", words.substr(0, words.find('|')), amount.as_string(),
                                   words.substr(words.find('|') + 1), bound->as_string()));
    }
}

void check_limit_type(const std::string& type, const FieldPath& path, FieldErrors& errors) {
    auto complaints = check_qualified_name(type);
    add_complaints(complaints, path, type, errors);
    bool standard = type == "Pod" || type == "Container" || type == "PersistentVolumeClaim";
    if (complaints.empty() && type.find('/') == std::string::npos && !standard) errors.invalid(path, type, "must be a standard limit type or fully qualified");
}

// How many times the limit may be the request: at least once, and no more than the bounds allow.
void check_ratio(const Value& ratio, const Value* least, const Value* most, const FieldPath& path, FieldErrors& errors) {
    auto wanted = Quantity::parse_or_zero(ratio.as_string());
    if (wanted < Quantity::parse_or_zero("1")) errors.invalid(path, ratio, fmt::format("ratio {} is less than 1", ratio.as_string()));
    if (!least || !most) return;
    double bound = static_cast<double>(Quantity::parse_or_zero(most->as_string()).milli_value()) / static_cast<double>(Quantity::parse_or_zero(least->as_string()).milli_value());
    if (static_cast<double>(wanted.milli_value()) / 1000 > bound)
        errors.invalid(path, ratio, fmt::format("ratio {} is greater than max/min = {:f}", ratio.as_string(), bound));
}

void validate_limit(const Value& item, const FieldPath& path, FieldErrors& errors) {
    const std::string& type = item["type"].as_string();
    bool container = type == "Pod" || type == "Container";
    json::MemberIndex least(item["min"]), most(item["max"]);
    for (auto list : {"max", "min", "default", "defaultRequest", "maxLimitRequestRatio"}) {
        if (type == "Pod" && std::string_view(list).starts_with("default")) {
            if (item[list].size() > 0) errors.forbidden(path.child(list), "may not be specified when `type` is 'Pod'");
            continue;
        }
        for (const auto& [name, amount] : item[list].members()) {
            FieldPath at = path.child(list).key(name);
            if (container) validate_container_resource_name(name, at, errors);
            else validate_resource_name(name, at, errors);
            if (std::string_view(list) == "maxLimitRequestRatio") check_ratio(amount, least.find(name), most.find(name), at, errors);
        }
    }
    if (type == "PersistentVolumeClaim" && !item["min"].has("storage") && !item["max"].has("storage"))
        errors.required(path.child("limits"), "either minimum or maximum storage value is required, but neither was provided");
    check_order(item, "min", "max", path, "min|max", errors);
    if (type == "Pod") return;
    check_order(item, "min", "defaultRequest", path, "min|default request", errors, Told::Upper);
    check_order(item, "defaultRequest", "max", path, "default request|max", errors);
    check_order(item, "defaultRequest", "default", path, "default request|default limit", errors);
    check_order(item, "min", "default", path, "min|default", errors, Told::UpperPath);
    check_order(item, "default", "max", path, "default|max", errors, Told::LowerPath);
}

}  // namespace

void validate_limit_range(const Value& object, FieldErrors& errors) {
    std::set<std::string> types;
    const Value& limits = object["spec"]["limits"];
    for (size_t i = 0; i < limits.size(); ++i) {
        FieldPath path = kSpec.child("limits").index(i);
        const std::string& type = limits[i]["type"].as_string();
        check_limit_type(type, path.child("type"), errors);
        if (!types.insert(type).second) errors.duplicate(path.child("type"), type);
        validate_limit(limits[i], path, errors);
    }
}

namespace {

using Names = std::initializer_list<std::string_view>;
bool is_one_of(std::string_view name, Names names) { return std::find(names.begin(), names.end(), name) != names.end(); }

bool counts_whole(std::string_view name) {
    return is_one_of(name, {"pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims",
                            "services.nodeports", "services.loadbalancers"}) ||
           (name.find('/') != std::string_view::npos && name.find("kubernetes.io/") == std::string_view::npos);
}

bool is_compute(std::string_view name) {
    return is_one_of(name, {"cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"});
}

bool is_quota_resource(std::string_view name) { return is_standard_resource(name) && name != "storage"; }

bool is_scope(std::string_view scope) {
    return is_one_of(scope, {"Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity", "VolumeAttributesClass"});
}

// Whether the resource is of objects that the scope tells apart.
bool scope_fits(std::string_view scope, std::string_view name) {
    if (scope == "BestEffort") return name == "pods";
    if (scope == "VolumeAttributesClass") return name == "persistentvolumeclaims" || name == "requests.storage";
    return name == "pods" || is_compute(name);
}

// How many resources of a quota there are for which a scope means nothing: counted once for each scope, however often it is named.
class Misfits {
public:
    explicit Misfits(const Value& hard) : hard_(hard) {}
    size_t of(std::string_view scope) {
        if (!is_scope(scope)) return 0;
        auto [it, added] = counts_.try_emplace(scope, 0);
        if (added)
            for (const auto& [name, amount] : hard_.members()) it->second += is_quota_resource(name) && !scope_fits(scope, name);
        return it->second;
    }

private:
    const Value& hard_;
    std::map<std::string_view, size_t> counts_;
};

// As Go prints the internal selector.
Value in_go(const Value& expressions) {
    Value list = Value::array();
    for (const Value& e : expressions.items())
        list.push_back(Value::object({{"ScopeName", e["scopeName"]}, {"Operator", e["operator"]}, {"Values", e["values"].size() > 0 ? e["values"] : Value()}}));
    return Value::object({{"MatchExpressions", std::move(list)}});
}

void check_amounts(const Value& amounts, const FieldPath& list, FieldErrors& errors) {
    for (const auto& [name, amount] : amounts.members()) {
        FieldPath path = list.key(name);
        validate_resource_name(name, path, errors);
        if (name.find('/') == std::string::npos && !is_quota_resource(name)) errors.invalid(path, name, "must be a standard resource for quota");
        check_quantity(amount, path, errors);
        if (counts_whole(name) && Quantity::parse_or_zero(amount.as_string()).milli_value() % 1000 != 0) errors.invalid(path, amount, "must be an integer");
    }
}

void check_expression(const Value& expression, const Value& spec, Misfits& misfits, const FieldPath& path, FieldErrors& errors) {
    const std::string &op = expression["operator"].as_string(), &scope = expression["scopeName"].as_string();
    size_t values = expression["values"].size();
    if (!is_scope(scope)) errors.invalid(path.child("scopeName"), scope, "unsupported scope");
    for (size_t i = misfits.of(scope); i > 0 && !errors.full(); --i)
        errors.invalid(path, in_go(spec["scopeSelector"]["matchExpressions"]), "unsupported scope applied to resource");
    if (is_scope(scope) && scope != "PriorityClass" && scope != "VolumeAttributesClass" && op != "Exists")
        errors.invalid(path.child("operator"), op,
                       "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
                       "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
    if (op == "In" || op == "NotIn") {
        if (values == 0) errors.required(path.child("values"), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
    } else if (op == "Exists" || op == "DoesNotExist") {
        if (values != 0) errors.invalid(path.child("values"), expression["values"], "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
    } else {
        errors.invalid(path.child("operator"), op, "not a valid selector operator");
    }
}

template <typename Has>
void check_conflicts(Has has, const Value& scopes, FieldErrors& errors) {
    for (auto [one, other] : {std::pair("BestEffort", "NotBestEffort"), std::pair("Terminating", "NotTerminating")})
        if (has(one) && has(other)) errors.invalid(kSpec.child("scopes"), scopes, "conflicting scopes");
}

}  // namespace

void validate_resource_quota(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    if (spec["hard"].size() > kResourcesMax) return errors.too_many(kSpec.child("hard"), spec["hard"].size(), kResourcesMax);
    check_amounts(spec["hard"], kSpec.child("hard"), errors);
    const Value& scopes = spec["scopes"];
    Misfits misfits(spec["hard"]);
    for (const auto& scope : scopes.items()) {
        if (!is_scope(scope.as_string())) errors.invalid(kSpec.child("scopes"), scopes, "unsupported scope");
        for (size_t i = misfits.of(scope.as_string()); i > 0 && !errors.full(); --i)
            errors.invalid(kSpec.child("scopes"), scopes, "unsupported scope applied to resource");
    }
    auto among = [](const Value& list, const char* member) {
        return [&list, member](std::string_view name) {
            return std::any_of(list.items().begin(), list.items().end(), [&](const Value& one) { return (member ? one[member] : one).as_string() == name; });
        };
    };
    check_conflicts(among(scopes, nullptr), scopes, errors);
    const Value& expressions = spec["scopeSelector"]["matchExpressions"];
    FieldPath at = kSpec.child("scopeSelector").child("matchExpressions");
    for (const Value& expression : expressions.items()) check_expression(expression, spec, misfits, at, errors);
    check_conflicts(among(expressions, "scopeName"), scopes, errors);
}

void validate_quota_status(const Value& object, const Value&, FieldErrors& errors) {
    for (auto part : {"hard", "used"}) check_amounts(object["status"][part], FieldPath("status").child(part), errors);
}

void validate_resource_quota_update(const Value& object, const Value& old, FieldErrors& errors) {
    validate_resource_quota(object, errors);
    check_immutable(object["spec"]["scopes"], old["spec"]["scopes"], kSpec.child("scopes"), errors);
}

}  // namespace skiff::api::kinds
