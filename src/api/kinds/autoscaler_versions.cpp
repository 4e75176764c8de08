#include "api/kinds/autoscaler_versions.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/kinds/set_default.h"
#include "api/quantity.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr std::string_view kMetrics = "autoscaling.alpha.kubernetes.io/metrics";
constexpr std::string_view kCurrentMetrics = "autoscaling.alpha.kubernetes.io/current-metrics";
constexpr std::string_view kConditions = "autoscaling.alpha.kubernetes.io/conditions";
constexpr std::string_view kBehavior = "autoscaling.alpha.kubernetes.io/behavior";

enum class Side { Target, Current };   // what is wanted; what is

// The names of one side: the member of v2 that holds the amounts, and where v1 has them.
struct Names {
    const char *amounts, *value, *average, *utilization;
};
const Names& names_of(Side side) {
    static constexpr Names kTarget{"target", "targetValue", "targetAverageValue", "targetAverageUtilization"};
    static constexpr Names kCurrent{"current", "currentValue", "currentAverageValue", "currentAverageUtilization"};
    return side == Side::Target ? kTarget : kCurrent;
}

void set_given(Value& to, std::string_view key, const Value& value) {
    if (!value.is_null()) to.set(key, value);
}

// A Go field that is no pointer is written and read as 0. Between two turns of skiff's own what is missing stays so.
enum class Missing { Zero, Absent };

void set_always(Value& to, std::string_view key, const Value& value, Missing missing = Missing::Zero) {
    if (value.is_null() && missing == Missing::Absent) return;
    to.set(key, value.is_null() ? Value("0") : value);
}

// ---- v2 to v1 ----

Value old_source(std::string_view name, const Value& source, Side side, Missing missing) {
    const Names& names = names_of(side);
    const Value& amounts = source[names.amounts];
    Value out = Value::object();
    if (name == "object") {
        out.set("target", source["describedObject"]);
        out.set("metricName", source["metric"]["name"].as_string());
        set_always(out, names.value, amounts["value"], side == Side::Current ? missing : Missing::Zero);
        set_given(out, "selector", source["metric"]["selector"]);
        set_given(out, "averageValue", amounts["averageValue"]);
    } else if (name == "pods") {
        out.set("metricName", source["metric"]["name"].as_string());
        set_always(out, names.average, amounts["averageValue"]);
        set_given(out, "selector", source["metric"]["selector"]);
    } else if (name == "external") {
        out.set("metricName", source["metric"]["name"].as_string());
        set_given(out, "metricSelector", source["metric"]["selector"]);
        if (side == Side::Current) set_always(out, names.value, amounts["value"], missing);
        else set_given(out, names.value, amounts["value"]);
        set_given(out, names.average, amounts["averageValue"]);
    } else {
        out.set("name", source["name"].as_string());
        set_given(out, names.utilization, amounts["averageUtilization"]);
        if (side == Side::Current) set_always(out, names.average, amounts["averageValue"], missing);
        else set_given(out, names.average, amounts["averageValue"]);
        if (name == "containerResource") out.set("container", source["container"].as_string());
    }
    return out;
}

constexpr std::string_view kSources[] = {"object", "pods", "resource", "containerResource", "external"};

Value old_metrics(const std::vector<const Value*>& metrics, Side side, Missing missing) {
    Value out = Value::array();
    for (const Value* metric : metrics) {
        Value one = Value::object({{"type", (*metric)["type"].as_string()}});
        for (std::string_view name : kSources)
            if ((*metric)[name].is_object()) one.set(name, old_source(name, (*metric)[name], side, missing));
        out.push_back(std::move(one));
    }
    return out;
}

Value old_behavior(const Value& behavior) {
    Value out = Value::object();
    for (auto [go, field] : {std::pair{"ScaleUp", "scaleUp"}, std::pair{"ScaleDown", "scaleDown"}}) {
        const Value& rules = behavior[field];
        if (!rules.is_object()) {
            out.set(go, nullptr);
            continue;
        }
        Value policies = rules["policies"].is_array() ? Value::array() : Value();
        for (const Value& policy : rules["policies"].items())
            policies.push_back(Value::object({{"Type", policy["type"].as_string()}, {"Value", policy["value"].as_int()}, {"PeriodSeconds", policy["periodSeconds"].as_int()}}));
        out.set(go, Value::object({{"StabilizationWindowSeconds", rules["stabilizationWindowSeconds"]},
                                   {"SelectPolicy", rules["selectPolicy"]},
                                   {"Policies", std::move(policies)},
                                   {"Tolerance", rules["tolerance"]}}));
    }
    return out;
}

bool is_cpu(const Value& metric) { return metric["type"].as_string() == "Resource" && metric["resource"]["name"].as_string() == "cpu"; }

// Annotations are sorted by their names, before the fields that metadata has after them.
void annotate(Value& object, std::string_view key, const Value& value) {
    Value& metadata = object.mut("metadata");
    if (!metadata["annotations"].is_object()) {
        metadata.erase("annotations");
        json::Object& members = metadata.mut_members();
        auto at = std::find_if(members.begin(), members.end(), [](const json::Member& m) { return m.key == "ownerReferences" || m.key == "finalizers" || m.key == "managedFields"; });
        members.insert(at, {"annotations", Value::object()});
    }
    json::Object& annotations = metadata.mut("annotations").mut_members();
    auto at = std::find_if(annotations.begin(), annotations.end(), [key](const json::Member& m) { return m.key >= key; });
    if (at != annotations.end() && at->key == key) at->value = json::write(value);
    else annotations.insert(at, {std::string(key), json::write(value)});
}

Value old_spec(const Value& spec) {
    Value out = Value::object({{"scaleTargetRef", spec["scaleTargetRef"]}});
    set_given(out, "minReplicas", spec["minReplicas"]);
    out.set("maxReplicas", spec["maxReplicas"]);
    for (const Value& metric : spec["metrics"].items())
        if (is_cpu(metric)) set_given(out, "targetCPUUtilizationPercentage", metric["resource"]["target"]["averageUtilization"]);
    return out;
}

Value old_status(const Value& status) {
    Value out = Value::object();
    for (auto field : {"observedGeneration", "lastScaleTime"}) set_given(out, field, status[field]);
    for (auto field : {"currentReplicas", "desiredReplicas"}) out.set(field, status[field].as_int());
    for (const Value& metric : status["currentMetrics"].items())
        if (is_cpu(metric) && metric["resource"]["current"].has("averageUtilization"))
            out.set("currentCPUUtilizationPercentage", metric["resource"]["current"]["averageUtilization"]);
    return out;
}

// ---- v1 to v2 ----

// Takes the annotation out of the object; null when there is none or it is no JSON.
Value take_annotation(Value& object, std::string_view key) {
    Value* annotations = object.mut("metadata").find("annotations");
    const Value* text = annotations ? annotations->find(key) : nullptr;
    if (text == nullptr) return {};
    auto parsed = json::parse(text->as_string());
    annotations->erase(key);
    if (annotations->size() == 0) object.mut("metadata").erase("annotations");
    return parsed.ok() ? std::move(parsed).value() : Value();
}

// Reads members of annotations as Go's decoder does; whatever has another type spoils the annotation.
class Taker {
public:
    bool ok() const { return ok_; }

    Value text(const Value& from, std::string_view key) { return typed(from[key], from[key].is_string()); }
    Value whole(const Value& from, std::string_view key) { return typed(from[key], from[key].is_int()); }
    Value object(const Value& from, std::string_view key) { return typed(from[key], from[key].is_object()); }
    Value list(const Value& from, std::string_view key) { return typed(from[key], from[key].is_array()); }
    Value quantity(const Value& from, std::string_view key) {
        const Value& given = from[key];
        if (given.is_null()) return {};
        auto parsed = Quantity::parse(given.is_string() ? given.as_string() : json::write(given));
        ok_ &= parsed.ok();
        return parsed.ok() ? Value(parsed->text()) : Value();
    }

private:
    Value typed(const Value& given, bool fits) {
        ok_ &= fits || given.is_null();
        return fits ? given : Value();
    }
    bool ok_ = true;
};

Value amounts_of(Side side, const char* type, const Value& value, const Value& average, const Value& utilization) {
    Value out = Value::object();
    if (side == Side::Target) out.set("type", type);
    set_given(out, "value", value);
    set_given(out, "averageValue", average);
    set_given(out, "averageUtilization", utilization);
    return out;
}

Value described(Taker& take, const Value& source) {
    const Value target = take.object(source, "target");
    Value out = Value::object({{"kind", take.text(target, "kind").as_string()}, {"name", take.text(target, "name").as_string()}});
    if (const Value version = take.text(target, "apiVersion"); !version.empty()) out.set("apiVersion", version);
    return out;
}

Value new_source(Taker& take, std::string_view name, const Value& source, Side side, Missing missing) {
    const Names& names = names_of(side);
    const bool current = side == Side::Current, zeros = current && missing == Missing::Zero;
    const Value average = take.quantity(source, names.average);
    Value metric = Value::object({{"name", take.text(source, "metricName").as_string()}});
    set_given(metric, "selector", take.object(source, name == "external" ? "metricSelector" : "selector"));
    const Value zero("0");
    if (name == "object") {
        const Value per_object = take.quantity(source, "averageValue"), value = take.quantity(source, names.value);
        Value amounts = amounts_of(side, per_object.is_null() ? "Value" : "AverageValue", value.is_null() && (zeros || !current) ? zero : value, per_object, {});
        if (current) return Value::object({{"metric", std::move(metric)}, {names.amounts, std::move(amounts)}, {"describedObject", described(take, source)}});
        return Value::object({{"describedObject", described(take, source)}, {names.amounts, std::move(amounts)}, {"metric", std::move(metric)}});
    }
    if (name == "pods") return Value::object({{"metric", std::move(metric)}, {names.amounts, amounts_of(side, "AverageValue", {}, average.is_null() ? zero : average, {})}});
    if (name == "external") {
        const Value value = take.quantity(source, names.value);
        return Value::object({{"metric", std::move(metric)}, {names.amounts, amounts_of(side, value.is_null() ? "AverageValue" : "Value", value.is_null() && zeros ? zero : value, average, {})}});
    }
    const Value utilization = take.whole(source, names.utilization);
    Value out = Value::object({{"name", take.text(source, "name").as_string()},
                               {names.amounts, amounts_of(side, utilization.is_null() ? "AverageValue" : "Utilization", {}, average.is_null() && zeros ? zero : average, utilization)}});
    if (name == "containerResource") out.set("container", take.text(source, "container").as_string());
    return out;
}

// The metrics of an annotation; null when it cannot be read.
Value new_metrics(const Value& given, Side side, Missing missing) {
    if (!given.is_array()) return {};
    Taker take;
    Value out = Value::array();
    for (const Value& metric : given.items()) {
        if (!metric.is_object()) return {};
        Value one = Value::object({{"type", take.text(metric, "type").as_string()}});
        for (std::string_view name : kSources)
            if (const Value source = take.object(metric, name); source.is_object()) one.set(name, new_source(take, name, source, side, missing));
        out.push_back(std::move(one));
    }
    return take.ok() ? out : Value();
}

// Go's decoder takes names in any case; these have no other spelling of their own.
const Value& any_case(const Value& from, std::string_view key) {
    static const Value kNone;
    auto same = [key](std::string_view other) {
        return other.size() == key.size() && std::equal(key.begin(), key.end(), other.begin(), [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
    };
    const Value* found = &kNone;
    for (const json::Member& member : from.members())
        if (same(member.key)) found = &member.value;
    return *found;
}

// The members of `from` by these names, for a Taker to read.
Value by_names(const Value& from, std::initializer_list<const char*> names) {
    Value out = Value::object();
    for (const char* name : names) set_given(out, name, any_case(from, name));
    return out;
}

Value new_behavior(const Value& given) {
    if (!given.is_object()) return {};
    Taker take;
    Value out = Value::object();
    const Value both = by_names(given, {"scaleUp", "scaleDown"});
    for (const char* direction : {"scaleUp", "scaleDown"}) {
        const Value rules = by_names(take.object(both, direction), {"stabilizationWindowSeconds", "selectPolicy", "policies", "tolerance"});
        if (!both[direction].is_object()) continue;
        Value one = Value::object();
        set_given(one, "stabilizationWindowSeconds", take.whole(rules, "stabilizationWindowSeconds"));
        set_given(one, "selectPolicy", take.text(rules, "selectPolicy"));
        Value policies = Value::array();
        const Value given_policies = take.list(rules, "policies");
        for (const Value& policy : given_policies.items()) {
            const Value read = by_names(policy, {"type", "value", "periodSeconds"});
            policies.push_back(Value::object({{"type", take.text(read, "type").as_string()}, {"value", take.whole(read, "value").as_int()}, {"periodSeconds", take.whole(read, "periodSeconds").as_int()}}));
        }
        if (policies.size() > 0) one.set("policies", std::move(policies));
        out.set(direction, std::move(one));
    }
    return take.ok() && out.size() > 0 ? out : Value();
}

Value new_conditions(const Value& given) {
    if (!given.is_array()) return {};
    Taker take;
    Value out = Value::array();
    for (const Value& condition : given.items()) {
        if (!condition.is_object()) return {};
        Value one = Value::object({{"type", take.text(condition, "type").as_string()}, {"status", take.text(condition, "status").as_string()}, {"lastTransitionTime", take.text(condition, "lastTransitionTime")}});
        for (auto field : {"reason", "message"})
            if (const Value text = take.text(condition, field); !text.empty()) one.set(field, text);
        out.push_back(std::move(one));
    }
    return take.ok() ? out : Value();
}

Value scaling_policy(std::string_view type, int value) { return Value::object({{"type", type}, {"value", value}, {"periodSeconds", 15}}); }

Value cpu_metric(Side side, const Value& utilization) {
    return Value::object({{"type", "Resource"}, {"resource", Value::object({{"name", "cpu"}, {names_of(side).amounts, amounts_of(side, "Utilization", {}, {}, utilization)}})}});
}

Value new_spec(Value& object, const Value& spec) {
    Value metrics = new_metrics(take_annotation(object, kMetrics), Side::Target, Missing::Zero);
    if (metrics.is_null()) metrics = Value::array();
    const Value& cpu = spec["targetCPUUtilizationPercentage"];
    if (!cpu.is_null()) metrics.push_back(cpu_metric(Side::Target, cpu));
    else if (metrics.size() == 0) metrics.push_back(default_autoscaler_metric());
    Value out = Value::object({{"scaleTargetRef", spec["scaleTargetRef"]}});
    set_given(out, "minReplicas", spec["minReplicas"]);
    out.set("maxReplicas", spec["maxReplicas"]);
    out.set("metrics", std::move(metrics));
    set_given(out, "behavior", new_behavior(take_annotation(object, kBehavior)));
    return out;
}

Value new_status(Value& object, const Value& status, Missing missing) {
    Value out = Value::object();
    for (auto field : {"observedGeneration", "lastScaleTime"}) set_given(out, field, status[field]);
    if (status["currentReplicas"].as_int() != 0) out.set("currentReplicas", status["currentReplicas"]);
    out.set("desiredReplicas", status["desiredReplicas"].as_int());
    Value metrics = new_metrics(take_annotation(object, kCurrentMetrics), Side::Current, missing);
    const Value& cpu = status["currentCPUUtilizationPercentage"];
    if (metrics.is_null() && !cpu.is_null()) metrics = Value::array({cpu_metric(Side::Current, cpu)});
    out.set("currentMetrics", metrics.size() > 0 ? std::move(metrics) : Value());
    if (Value conditions = new_conditions(take_annotation(object, kConditions)); conditions.size() > 0) out.set("conditions", std::move(conditions));
    return out;
}

// Defaults of a behavior as the stored object gets them. A direction that is given without policies stays so, and is refused.
void default_given_behavior(Value& spec) {
    if_object(spec, "behavior", [](Value& behavior) {
        bool bare[2];
        for (int i = 0; i < 2; ++i) {
            const Value& rules = std::as_const(behavior)[i == 0 ? "scaleUp" : "scaleDown"];
            bare[i] = rules.is_object() && rules["policies"].size() == 0;
        }
        default_autoscaler_behavior(behavior);
        for (int i = 0; i < 2; ++i)
            if (bare[i]) behavior.mut(i == 0 ? "scaleUp" : "scaleDown").erase("policies");
    });
}

Value to_v1(Value object, Missing missing) {
    const Value spec = object["spec"], status = object["status"];
    drop_autoscaler_annotations(object);
    std::vector<const Value*> others, current;
    for (const Value& metric : spec["metrics"].items())
        if (!is_cpu(metric) || !metric["resource"]["target"].has("averageUtilization")) others.push_back(&metric);
    // What CPU is used stays here as well, for its raw value.
    for (const Value& metric : status["currentMetrics"].items()) current.push_back(&metric);
    if (spec["behavior"].is_object()) annotate(object, kBehavior, old_behavior(spec["behavior"]));
    if (status["conditions"].size() > 0) annotate(object, kConditions, status["conditions"]);
    if (!current.empty()) annotate(object, kCurrentMetrics, old_metrics(current, Side::Current, missing));
    if (!others.empty()) annotate(object, kMetrics, old_metrics(others, Side::Target, missing));
    object.set("spec", old_spec(spec));
    if (status.is_object()) object.set("status", old_status(status));
    return object;
}

Value to_v2(Value object, Missing missing) {
    const Value spec = object["spec"], status = object["status"];
    object.set("spec", new_spec(object, spec));
    if (Value changed = new_status(object, status, missing); status.is_object()) object.set("status", std::move(changed));
    return object;
}

// The status of an object that was shown in v1: amounts that are 0 there were missing, as good as always.
Value shown_status(const Value& old) {
    Value status = to_v2(old, Missing::Absent)["status"];
    each_object(status, "currentMetrics", [](Value& metric) {
        for (const char* source : {"resource", "containerResource", "object", "external"})
            if_object(metric, source, [](Value& shown) {
                if_object(shown, "current", [](Value& amounts) {
                    for (const char* amount : {"value", "averageValue"})
                        if (amounts[amount].as_string() == "0") amounts.erase(amount);
                });
            });
    });
    return status;
}

}  // namespace

Value default_autoscaler_metric() { return cpu_metric(Side::Target, Value(80)); }

void default_autoscaler_behavior(Value& behavior) {
    Value& up = behavior.mut("scaleUp");
    set_default(up, "stabilizationWindowSeconds", 0);
    set_default(up, "selectPolicy", "Max");
    if (up["policies"].is_null()) up.set("policies", Value::array({scaling_policy("Pods", 4), scaling_policy("Percent", 100)}));
    Value& down = behavior.mut("scaleDown");
    set_default(down, "selectPolicy", "Max");
    if (down["policies"].is_null()) down.set("policies", Value::array({scaling_policy("Percent", 100)}));
}

void drop_autoscaler_annotations(Value& object) {
    for (std::string_view key : {kMetrics, kCurrentMetrics, kConditions, kBehavior}) (void)take_annotation(object, key);
}

Value autoscaler_to_v1(Value object) { return to_v1(std::move(object), Missing::Zero); }
Value autoscaler_to_v2(Value object) { return to_v2(std::move(object), Missing::Absent); }

void settle_new_autoscaler_v1(Value& object) {
    Value full = to_v2(std::move(object), Missing::Zero);
    default_given_behavior(full.mut("spec"));
    full.set("status", Value::object({{"desiredReplicas", 0}, {"currentMetrics", nullptr}}));
    object = to_v1(std::move(full), Missing::Absent);
}

void settle_autoscaler_v1(Value& object, const Value& old) {
    Value full = to_v2(std::move(object), Missing::Zero);
    default_given_behavior(full.mut("spec"));
    if (Value status = shown_status(old); status.is_object()) full.set("status", std::move(status));
    else full.erase("status");
    object = to_v1(std::move(full), Missing::Absent);
}

void settle_autoscaler_v1_status(Value& object, const Value& old) {
    Value full = to_v2(std::move(object), Missing::Zero);
    full.set("spec", autoscaler_to_v2(old)["spec"]);
    object = to_v1(std::move(full), Missing::Absent);
}

}  // namespace skiff::api::kinds
