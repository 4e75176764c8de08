#include "server/apiserver/crd/rules.h"

#include <algorithm>
#include <memory>

#include "api/structural/check.h"
#include "api/structural/keyed_items.h"
#include "base/strings.h"
#include "cel/program.h"
#include "json/member_index.h"

namespace skiff::apiserver {
namespace {

using api::FieldErrors;
using api::FieldPath;
using json::Value;

// k8s.io/apiextensions-apiserver: of one expression, and of all of a schema.
const Value kNothing;
constexpr uint64_t kExpressionCostMax = 10'000'000, kSchemaCostMax = 100'000'000;

bool has_rules(const Value& props) {
    if (!props.is_object()) return false;
    if (props["x-kubernetes-validations"].size() > 0 || has_rules(props["items"]) || has_rules(props["additionalProperties"])) return true;
    const json::Object& properties = props["properties"].members();
    return std::any_of(properties.begin(), properties.end(), [](const json::Member& m) { return has_rules(m.value); });
}

std::string trimmed(const Value& text) { return std::string(trim(text.as_string())); }

struct CompiledRule {
    std::string shown, message, reason, field_path;
    std::optional<cel::Program> program, message_program;
    std::string error;                       // of the compiler
    bool uses_old = false, optional_old = false;
};

// One schema node that has rules, or has some below it.
struct Node {
    cel::DeclPtr decl;
    std::string type;
    std::vector<CompiledRule> rules;
    std::vector<std::string> keys;           // of a list of type map
    std::unique_ptr<Node> items, additional;
    std::vector<std::pair<std::string, std::unique_ptr<Node>>> properties;
};

cel::Environment environment_of(const cel::DeclPtr& decl, bool optional_old) {
    cel::Environment env;
    env.variable("self", decl);
    if (optional_old) env.variable("oldSelf", cel::Type::optional(decl->type));
    else env.variable("oldSelf", decl);
    return env;
}

// Kubernetes calls the type of `self` by a number of its own, which messages may quote.
std::string self_type(const std::string& place) {
    uint32_t number = 2166136261;
    for (char c : place) number = (number ^ static_cast<unsigned char>(c)) * 16777619;
    return fmt::format("selfType{}", number % 1'000'000'000);
}

CompiledRule compile_rule(const Value& written, const Value& props, const cel::DeclPtr& decl) {
    CompiledRule rule;
    rule.message = trimmed(written["message"]);
    rule.shown = rule.message.empty() ? trimmed(written["rule"]) : rule.message;
    rule.reason = written["reason"].as_string();
    if (auto path = api::structural::field_path_of(props, trimmed(written["fieldPath"]))) rule.field_path = path->text();
    rule.optional_old = written["optionalOldSelf"].as_bool();
    if (!decl || !decl->type) return rule;
    cel::Environment env = environment_of(decl, rule.optional_old);
    auto program = cel::compile(written["rule"].as_string(), env);
    if (!program.ok()) {
        rule.error = "compilation failed: " + program.status().message();
        return rule;
    }
    if (program->result_type()->kind != cel::Type::Kind::Bool && !program->result_type()->is_dyn()) {
        rule.error = "cel expression must evaluate to a bool";
        return rule;
    }
    rule.uses_old = program->uses("oldSelf");
    rule.program = std::move(program).value();
    if (const std::string& text = written["messageExpression"].as_string(); !trim(text).empty())
        if (auto message = cel::compile(text, env); message.ok()) rule.message_program = std::move(message).value();
    return rule;
}

std::unique_ptr<Node> compile_node(const Value& props, cel::SchemaRoot root, const std::string& name) {
    if (!has_rules(props)) return nullptr;
    auto node = std::make_unique<Node>();
    node->type = props["type"].as_string();
    if (props["x-kubernetes-validations"].size() > 0) node->decl = cel::declare_openapi(props, root, self_type(name));
    for (const Value& rule : props["x-kubernetes-validations"].items()) node->rules.push_back(compile_rule(rule, props, node->decl));
    node->items = compile_node(props["items"], cel::SchemaRoot::No, name + ".@idx");
    node->additional = compile_node(props["additionalProperties"], cel::SchemaRoot::No, name + ".@elem");
    if (props["x-kubernetes-list-type"].as_string() == "map")
        for (const Value& key : props["x-kubernetes-list-map-keys"].items()) node->keys.push_back(key.as_string());
    for (const auto& [key, below] : props["properties"].members())
        if (auto child = compile_node(below, cel::SchemaRoot::No, name + "." + key)) node->properties.emplace_back(key, std::move(child));
    return node;
}

class Runner {
public:
    explicit Runner(FieldErrors& errors) : errors_(errors) {}

    // same: the nearest part that can be compared has not changed, so a failure is an old one.
    void visit(const Node& node, const Value& value, const Value* old, bool same, const FieldPath& path) {
        if (exhausted_ || value.is_null()) return;
        for (const CompiledRule& rule : node.rules) {
            run(node, rule, value, old, same, path);
            if (exhausted_) return;
        }
        if (value.is_array() && node.items) {
            const api::structural::KeyedItems old_items(old, node.keys);
            for (size_t i = 0; i < value.size() && !exhausted_; ++i) {
                const Value* before = old_items.find(value[i]);
                visit(*node.items, value[i], before, before ? *before == value[i] : same, path.index(i));
            }
        }
        for (const auto& [key, child] : node.properties)
            if (const Value* item = value.find(key)) {
                const Value* before = old ? old->find(key) : nullptr;
                visit(*child, *item, before, before ? *before == *item : same, path.child(key));
            }
        json::MemberIndex old_members(old ? *old : kNothing);
        if (node.additional)
            for (const auto& [key, item] : value.members()) {
                const Value* before = old_members.find(key);
                visit(*node.additional, item, before, before ? *before == item : same, path.key(key));
            }
    }

private:
    void run(const Node& node, const CompiledRule& rule, const Value& value, const Value* old, bool same, const FieldPath& path) {
        const Value type(node.type);
        if (!rule.error.empty()) return errors_.invalid(path, type, "rule compile error: " + rule.error);
        if (!rule.program) return;
        if (rule.uses_old && !old && !rule.optional_old) return;
        std::vector<cel::Binding> bindings{{"self", cel::Value::json(value, node.decl.get())}};
        if (rule.optional_old) bindings.push_back({"oldSelf", old ? cel::Value::some(cel::Value::json(*old, node.decl.get())) : cel::Value::none()});
        else if (old && rule.uses_old) bindings.push_back({"oldSelf", cel::Value::json(*old, node.decl.get())});
        auto result = rule.program->evaluate(bindings, budget_);
        if (budget_.exhausted) {
            exhausted_ = true;
            return errors_.invalid(path, type, "validation failed due to running out of cost budget, no further validation rules will be run");
        }
        if (!result.ok()) {
            const std::string& why = result.status().message();
            if (budget_.call_limit_exceeded) {
                exhausted_ = true;
                return errors_.invalid(path, type, fmt::format("'{}': no further validation rules will be run due to call cost exceeds limit for rule: {}", why, rule.shown));
            }
            if (why.starts_with("no such overload"))
                return errors_.invalid(path, type, fmt::format("'{}': call arguments did not match a supported operator, function or macro signature for rule: {}", why, rule.shown));
            return errors_.invalid(path, type, fmt::format("{} evaluating rule: {}", why, rule.shown));
        }
        if (result->is_true() || (same && !rule.uses_old)) return;
        std::string detail = rule.message.empty() ? "failed rule: " + rule.shown : rule.message;
        if (rule.message_program) {
            auto message = rule.message_program->evaluate(bindings, budget_);
            if (message.ok() && message->is(cel::ValueKind::String)) {
                std::string text(trim(message->text()));
                if (!text.empty() && text.size() <= cel::kMessageBytesMax && text.find('\n') == std::string::npos) detail = std::move(text);
            }
            exhausted_ = exhausted_ || budget_.exhausted;
        }
        const std::string& below = rule.field_path;   // begins with a key of a map, or a field
        report(rule, below.empty() ? path : below[0] == '[' ? FieldPath(path.text() + below) : path.child(below), type, detail);
    }

    void report(const CompiledRule& rule, const FieldPath& path, const Value& type, const std::string& detail) {
        if (rule.reason == "FieldValueForbidden") errors_.forbidden(path, detail);
        else if (rule.reason == "FieldValueRequired") errors_.required(path, detail);
        else if (rule.reason == "FieldValueDuplicate") errors_.duplicate(path, type);
        else errors_.invalid(path, type, detail);
    }

    FieldErrors& errors_;
    cel::Budget budget_;
    bool exhausted_ = false;
};

// An object whose shape is wrong is not shown to rules.
bool blocked(const FieldErrors& errors) {
    for (const Cause& cause : errors.causes())
        if (cause.type == "FieldValueNotSupported" || cause.type == "FieldValueRequired" || cause.type == "FieldValueTooLong" || cause.type == "FieldValueTooMany" || cause.type == "FieldValueTypeInvalid")
            return true;
    return false;
}

void run_rules(const Node& root, const Value& object, const Value* old, FieldErrors& errors) {
    if (blocked(errors)) return errors.invalid(FieldPath(), Value(), "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation");
    Runner(errors).visit(root, object, old, old && *old == object, FieldPath());
}

std::string factor_text(uint64_t cost, uint64_t limit) {
    double factor = static_cast<double>(cost) / static_cast<double>(limit);
    std::string text = factor > 100 ? "more than 100x" : factor < 1.5 ? fmt::format("{:.6f}x", factor) : fmt::format("{:.1f}x", factor);
    return fmt::format("exceeds budget by factor of {} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)", text);
}

uint64_t product(uint64_t a, uint64_t b) { return a != 0 && UINT64_MAX / a < b ? UINT64_MAX : a * b; }

// A rule as Kubernetes' internal type prints it.
Value printed_rule(const Value& rule) {
    return Value::object({{"Rule", rule["rule"].as_string()}, {"Message", rule["message"].as_string()}, {"MessageExpression", rule["messageExpression"].as_string()},
                          {"Reason", rule["reason"]}, {"FieldPath", rule["fieldPath"].as_string()}, {"OptionalOldSelf", rule["optionalOldSelf"]}});
}

class RuleChecker {
public:
    explicit RuleChecker(FieldErrors& errors) : errors_(errors), before_(errors.causes().size()) {}
    struct Costly {
        FieldPath path;
        uint64_t cost;
    };

    // repeats: how often the node can occur in one request.
    // uncorrelatable: the list around the node whose items cannot be told from each other; null when there is none.
    // Rules are compiled only where nothing is wrong with the schema, here and below.
    void node(const Value& props, cel::SchemaRoot root, uint64_t repeats, const FieldPath* uncorrelatable, const std::string& name, const FieldPath& path) {
        if (!has_rules(props)) return;
        children(props, repeats, uncorrelatable, name, path);
        const Value& rules = props["x-kubernetes-validations"];
        FieldPath where = path.child("x-kubernetes-validations");
        if (is_wrong(path.text())) return;
        if (rules.size() > 0) {
            cel::DeclPtr decl = cel::declare_openapi(props, root, self_type(name));
            if (!decl || !decl->type)
                errors_.internal(where, "internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations");
            else
                for (size_t i = 0; i < rules.size(); ++i) rule(rules[i], decl, repeats, uncorrelatable, where.index(i));
        }
    }

    // What the rules say of the defaults of this node and of those below.
    void defaults(const Value& props, cel::SchemaRoot root, const std::string& name, const FieldPath& path) {
        if (!has_rules(props)) return;
        // As one that stays, and as one that is new: a rule may ask for what was before.
        if (const Value* value = props.find("default"))
            if (auto compiled = compile_node(props, root, name)) {
                const size_t before = errors_.causes().size();
                Runner(errors_).visit(*compiled, *value, value, false, path.child("default"));
                if (errors_.causes().size() == before) Runner(errors_).visit(*compiled, *value, nullptr, false, path.child("default"));
            }
        defaults(props["items"], cel::SchemaRoot::No, name + ".@idx", path.child("items"));
        defaults(props["additionalProperties"], cel::SchemaRoot::No, name + ".@elem", path.child("additionalProperties"));
        for (const auto& [key, child] : props["properties"].members()) defaults(child, cel::SchemaRoot::No, name + "." + key, path.child("properties").key(key));
    }

    // After all nodes: the whole may be too much where no rule alone is.
    void finish(const FieldPath& path) {
        if (total_ <= kSchemaCostMax) return;
        for (const Costly& rule : costly_)
            errors_.forbidden(rule.path, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema");
        errors_.forbidden(path, "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema " + factor_text(total_, kSchemaCostMax));
    }

private:
    // Whether the checks before have found something here or below.
    bool is_wrong(const std::string& path) const {
        const auto& causes = errors_.causes();
        return std::any_of(causes.begin(), causes.begin() + before_, [&](const Cause& cause) { return cause.field.starts_with(path); });
    }

    void children(const Value& props, uint64_t repeats, const FieldPath* uncorrelatable, const std::string& name, const FieldPath& path) {
        auto below = [&](const Value& child, uint64_t times, const FieldPath* around, const std::string& suffix, const FieldPath& at) {
            node(child, cel::SchemaRoot::No, times, around, name + suffix, at);
        };
        bool map_list = props["x-kubernetes-list-type"].as_string() == "map";
        below(props["items"], times(repeats, props["maxItems"], props["items"]), uncorrelatable || map_list ? uncorrelatable : &path, ".@idx", path.child("items"));
        below(props["additionalProperties"], times(repeats, props["maxProperties"], props["additionalProperties"]), uncorrelatable, ".@elem", path.child("additionalProperties"));
        for (const auto& [key, child] : props["properties"].members()) below(child, repeats, uncorrelatable, "." + key, path.child("properties").key(key));
    }

    static uint64_t times(uint64_t repeats, const Value& limit, const Value& element) {
        if (!element.is_object()) return repeats;
        if (limit.is_number()) return product(repeats, static_cast<uint64_t>(std::max<int64_t>(limit.as_int(), 0)));
        cel::DeclPtr decl = cel::declare_openapi(element, cel::SchemaRoot::No, "element");
        return product(repeats, cel::max_cardinality(decl ? decl->min_size : 1));
    }

    void refuse_rule(const Value& rule, const FieldPath& path, const std::string& why) {
        errors_.invalid(path.child("rule"), printed_rule(rule), why);
        if (rule.has("optionalOldSelf")) errors_.invalid(path.child("optionalOldSelf"), rule["optionalOldSelf"], "may not be set if oldSelf is not used in rule");
    }

    void rule(const Value& rule, const cel::DeclPtr& decl, uint64_t repeats, const FieldPath* uncorrelatable, const FieldPath& path) {
        cel::Environment env = environment_of(decl, rule["optionalOldSelf"].as_bool());
        auto program = cel::compile(rule["rule"].as_string(), env);
        if (!program.ok()) return refuse_rule(rule, path, "compilation failed: " + program.status().message());
        if (program->result_type()->kind != cel::Type::Kind::Bool && !program->result_type()->is_dyn()) return refuse_rule(rule, path, "cel expression must evaluate to a bool");
        cost(*program, repeats, "estimated rule cost", path.child("rule"));
        if (const std::string& text = rule["messageExpression"].as_string(); !text.empty()) {
            auto message = cel::compile(text, env);
            if (!message.ok()) errors_.invalid(path.child("messageExpression"), printed_rule(rule), "messageExpression compilation failed: " + message.status().message());
            else if (message->result_type()->kind != cel::Type::Kind::String) errors_.invalid(path.child("messageExpression"), printed_rule(rule), "messageExpression must evaluate to a string");
            else cost(*message, repeats, "estimated messageExpression cost", path.child("messageExpression"));
        }
        if (!program->uses("oldSelf")) {
            if (rule.has("optionalOldSelf")) errors_.invalid(path.child("optionalOldSelf"), rule["optionalOldSelf"], "may not be set if oldSelf is not used in rule");
        } else if (uncorrelatable) {
            errors_.invalid(path.child("rule"), rule["rule"], "oldSelf cannot be used on the uncorrelatable portion of the schema within " + uncorrelatable->text());
        }
    }

    void cost(const cel::Program& program, uint64_t repeats, std::string_view what, const FieldPath& path) {
        uint64_t cost = product(program.estimated_cost().max, repeats);
        if (cost > kExpressionCostMax) errors_.forbidden(path, fmt::format("{} {}", what, factor_text(cost, kExpressionCostMax)));
        total_ = UINT64_MAX - total_ < cost ? UINT64_MAX : total_ + cost;
        constexpr size_t kShown = 4;
        if (cost < kSchemaCostMax / 100) return;
        costly_.push_back({path, cost});
        std::stable_sort(costly_.begin(), costly_.end(), [](const Costly& a, const Costly& b) { return a.cost > b.cost; });
        if (costly_.size() > kShown) costly_.pop_back();
    }

    FieldErrors& errors_;
    const size_t before_;
    uint64_t total_ = 0;
    std::vector<Costly> costly_;
};

}  // namespace

void add_rules(api::KindInfo& kind, const Value& version) {
    const Value& props = version["schema"]["openAPIV3Schema"];
    std::shared_ptr<const Node> root = compile_node(props, cel::SchemaRoot::Resource, "self");
    if (!root) return;
    auto create = kind.hooks.validate_create;
    kind.hooks.validate_create = [root, create](const Value& object, FieldErrors& errors) {
        create(object, errors);
        run_rules(*root, object, nullptr, errors);
    };
    auto update = kind.hooks.validate_update;
    kind.hooks.validate_update = [root, update](const Value& object, const Value& old, FieldErrors& errors) {
        update(object, old, errors);
        run_rules(*root, object, &old, errors);
    };
    auto status = kind.hooks.validate_status_update;
    kind.hooks.validate_status_update = [root, status](const Value& object, const Value& old, FieldErrors& errors) {
        status(object, old, errors);
        run_rules(*root, object, &old, errors);
    };
}

void check_rules(const Value& definition, FieldErrors& errors) {
    const Value& versions = definition["spec"]["versions"];
    const json::Array& all = versions.items();
    bool shared = std::all_of(all.begin(), all.end(), [&](const Value& v) { return v["schema"] == versions[0]["schema"]; });
    for (size_t i = 0; i < (shared ? std::min<size_t>(versions.size(), 1) : versions.size()); ++i) {
        FieldPath path = FieldPath("spec").child("versions").index(i).child("schema").child("openAPIV3Schema");
        if (shared) path = FieldPath("spec").child("validation").child("openAPIV3Schema");
        const Value& props = versions[i]["schema"]["openAPIV3Schema"];
        const size_t before = errors.causes().size();
        if (!has_rules(props) || !api::structural::is_sound(props)) continue;
        RuleChecker checker(errors);
        checker.defaults(props, cel::SchemaRoot::Resource, "self", path);
        if (errors.causes().size() != before) continue;
        checker.node(props, cel::SchemaRoot::Resource, 1, nullptr, "self", path);
        checker.finish(path);
    }
}

}  // namespace skiff::apiserver
