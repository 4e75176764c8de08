#include "api/structural/validate.h"

#include <algorithm>
#include <cmath>

#include "api/go_text.h"
#include "api/structural/formats.h"
#include "api/structural/keyed_items.h"
#include "base/strings.h"
#include "json/member_index.h"
#include "json/write.h"

namespace skiff::api::structural {
namespace {

using json::Value;

constexpr size_t kErrorsMax = 200;
// How often an alternative (anyOf, oneOf, allOf, not) may be tried for one object: values times alternatives could be any number.
constexpr size_t kTriesMax = 300'000;
const Value kNothing;

// One finding as kube-openapi has it: the path is dotted, "spec.a[0]".
struct Finding {
    enum class Kind { Type, Required, Enum, TooLong, TooMany, Invalid, Plain } kind = Kind::Invalid;
    std::string path;
    Value value;
    std::string message;
    int64_t limit = 0;
    const std::vector<Value>* allowed = nullptr;
};

// What one node says of a value, and how many of its checks were fine (kube-openapi's way to choose the best of several alternatives).
struct Outcome {
    std::vector<Finding> findings;
    int matches = 0;
    bool valid() const { return findings.empty(); }
    void merge(Outcome other) {
        matches += other.matches;
        for (auto& f : other.findings)
            if (findings.size() < kErrorsMax) findings.push_back(std::move(f));
    }
    void add(Finding::Kind kind, const std::string& path, Value value, std::string message, int64_t limit = 0) {
        if (findings.size() < kErrorsMax) findings.push_back({kind, path, std::move(value), std::move(message), limit, nullptr});
    }
};

bool is_whole(double d) { return std::isfinite(d) && std::floor(d) == d && std::fabs(d) < 9007199254740992.0; }

std::string_view json_type(const Value& value) {
    switch (value.type()) {
        case json::Type::Null: return "null";
        case json::Type::Bool: return "boolean";
        case json::Type::Int: return "integer";
        case json::Type::Double: return "number";
        case json::Type::String: return "string";
        case json::Type::Array: return "array";
        case json::Type::Object: return "object";
    }
    return "null";
}

std::string_view type_name(const Schema& schema) {
    if (schema.int_or_string) return "integer,string";
    static constexpr std::string_view kNames[] = {"", "object", "array", "string", "integer", "number", "boolean"};
    return kNames[static_cast<int>(schema.type)];
}

bool fits(const Schema& schema, const Value& value) {
    if (schema.int_or_string) return value.is_int() || value.is_string() || (value.is_double() && is_whole(value.as_double()));
    switch (schema.type) {
        case Type::None: return true;
        case Type::Object: return value.is_object();
        case Type::Array: return value.is_array();
        case Type::String: return value.is_string();
        case Type::Boolean: return value.is_bool();
        case Type::Number: return value.is_number();
        case Type::Integer: return value.is_int() || (value.is_double() && is_whole(value.as_double()));
    }
    return true;
}

// Characters as Go counts runes.
int64_t rune_count(std::string_view text) {
    return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

std::string in_body(const std::string& path, std::string_view rest) { return fmt::format("{} in body {}", path, rest); }

class Validator {
public:
    // Alternatives have been tried so often that the rest is not looked at.
    bool exhausted() const { return tries_ > kTriesMax; }
    Outcome value(const Schema& schema, const Value& value, const Value* old, const std::string& path) {
        Outcome out = check(schema, value, old, path);
        // An object that was wrong before may stay so where it has not changed.
        if (!out.valid() && old && *old == value) out.findings.clear();
        return out;
    }

private:
    Outcome check(const Schema& schema, const Value& value, const Value* old, const std::string& path) {
        Outcome out;
        if (exhausted()) return out;
        type(schema, value, path, out);
        if (value.is_null()) {
            if (schema.checks) listed(*schema.checks, value, path, out);
            return out;
        }
        if (schema.checks) {
            combined(*schema.checks, value, old, path, out);
            if (value.is_string()) text(*schema.checks, value.as_string(), path, out);
            if (value.is_number()) number(*schema.checks, value, path, out);
        }
        if (value.is_array()) array(schema, value, old, path, out);
        if (schema.checks) listed(*schema.checks, value, path, out);
        if (value.is_object()) object(schema, value, old, path, out);
        return out;
    }

    void type(const Schema& schema, const Value& value, const std::string& path, Outcome& out) {
        std::string_view name = type_name(schema);
        if (name.empty()) return;
        if (value.is_null() ? schema.nullable : fits(schema, value)) {
            ++out.matches;
            return;
        }
        std::string found(json_type(value));
        const std::string format = schema.checks ? schema.checks->format : std::string();
        if (!format.empty() && !value.is_null() && !value.is_string()) {
            // A format stands for the type where it is known; of lists it is never asked.
            if (value.is_array()) {
                if (name == "string") {
                    ++out.matches;
                    return;
                }
            } else {
                found = value.is_int() ? "int64" : value.is_number() ? "float64" : "";
                out.add(Finding::Kind::Type, path, found, in_body(path, fmt::format("must be of type {}: \"{}\"", format, found)));
                return;
            }
        }
        out.add(Finding::Kind::Type, path, found, in_body(path, fmt::format("must be of type {}: \"{}\"", name, found)));
    }

    void text(const Checks& c, const std::string& text, const std::string& path, Outcome& out) {
        int64_t length = c.max_length || c.min_length ? rune_count(text) : 0;
        bool fine = true;
        if (c.max_length && length > *c.max_length) {
            out.add(Finding::Kind::TooLong, path, text, "", *c.max_length);
            fine = false;
        } else if (c.min_length && length < *c.min_length) {
            out.add(Finding::Kind::Invalid, path, text, in_body(path, fmt::format("should be at least {} chars long", *c.min_length)));
            fine = false;
        } else if (c.pattern && !c.pattern->matches(text)) {
            out.add(Finding::Kind::Invalid, path, text, in_body(path, fmt::format("should match '{}'", c.pattern->text())));
            fine = false;
        }
        if (!c.format.empty() && !has_format(c.format, text)) {
            out.add(Finding::Kind::Type, path, text, in_body(path, fmt::format("must be of type {}: {}", c.format, go_quote(text))));
            fine = false;
        }
        out.matches += fine;
    }

    void number(const Checks& c, const Value& value, const std::string& path, Outcome& out) {
        double n = value.as_double();
        auto shown = [](double d) { return go_print(is_whole(d) ? Value(static_cast<int64_t>(d)) : Value(d)); };
        // Of whole numbers Kubernetes looks at the whole part of a limit only; a factor may have none.
        auto limit = [&](double d) { return value.is_int() ? std::trunc(d) : d; };
        if (c.multiple_of) {
            double factor = limit(*c.multiple_of);
            if (factor <= 0) out.add(Finding::Kind::Invalid, path, Value(0), fmt::format("factor MultipleOf declared for {} must be positive: {}", path, shown(factor)));
            else if (!is_whole(n / factor)) out.add(Finding::Kind::Invalid, path, value, in_body(path, "should be a multiple of " + shown(factor)));
        }
        if (c.maximum && (c.exclusive_maximum ? n >= limit(*c.maximum) : n > limit(*c.maximum)))
            out.add(Finding::Kind::Invalid, path, value, in_body(path, fmt::format("should be less than {}{}", c.exclusive_maximum ? "" : "or equal to ", shown(limit(*c.maximum)))));
        if (c.minimum && (c.exclusive_minimum ? n <= limit(*c.minimum) : n < limit(*c.minimum)))
            out.add(Finding::Kind::Invalid, path, value, in_body(path, fmt::format("should be greater than {}{}", c.exclusive_minimum ? "" : "or equal to ", shown(limit(*c.minimum)))));
    }

    void listed(const Checks& c, const Value& value, const std::string& path, Outcome& out) {
        if (c.values.empty()) return;
        if (value.is_string()) {
            if (std::binary_search(c.texts.begin(), c.texts.end(), std::string_view(value.as_string()))) return;
        } else {
            tries_ += c.values.size() / 8;   // a comparison of numbers is less than a try
            if (std::find(c.values.begin(), c.values.end(), value) != c.values.end()) return;
        }
        out.add(Finding::Kind::Enum, path, value, "");
        if (!out.findings.empty()) out.findings.back().allowed = &c.values;
    }

    void array(const Schema& schema, const Value& value, const Value* old, const std::string& path, Outcome& out) {
        if (schema.items) {
            // Elements of associative lists are found by their keys; others have no old value.
            const bool keyed = old && schema.list_type == ListType::Map && schema.has_list_type;
            const KeyedItems before(keyed ? old : nullptr, schema.list_map_keys);
            for (size_t i = 0; i < value.size() && !exhausted(); ++i)
                out.merge(this->value(*schema.items, value[i], before.find(value[i]), fmt::format("{}[{}]", path, i)));
        }
        if (!schema.checks) return;
        const Checks& c = *schema.checks;
        auto size = static_cast<int64_t>(value.size());
        if (c.min_items && size < *c.min_items) out.add(Finding::Kind::Invalid, path, size, in_body(path, fmt::format("should have at least {} items", *c.min_items)));
        if (c.max_items && size > *c.max_items) out.add(Finding::Kind::TooMany, path, size, "", *c.max_items);
        if (c.unique_items)
            for (size_t i = 0; i < value.size(); ++i)
                for (size_t j = 0; j < i; ++j)
                    if (value[i] == value[j]) {
                        out.add(Finding::Kind::Invalid, path, "", in_body(path, "shouldn't contain duplicates"));
                        return;
                    }
    }

    void object(const Schema& schema, const Value& value, const Value* old, const std::string& path, Outcome& out) {
        const Checks* c = schema.checks.get();
        auto size = static_cast<int64_t>(value.size());
        if (c && c->min_properties && size < *c->min_properties)
            out.add(Finding::Kind::Invalid, path, size, in_body(path, fmt::format("should have at least {} properties", *c->min_properties)));
        if (c && c->max_properties && size > *c->max_properties) out.add(Finding::Kind::TooMany, path, size, "", *c->max_properties);
        const bool known = !schema.properties.empty() || schema.additional;
        json::MemberIndex members(value), before_of(old ? *old : kNothing);
        for (const auto& [key, item] : value.members()) {
            if (!known || exhausted()) break;
            const Schema* below = schema.property(key);
            bool regular = below != nullptr;
            if (!below) below = schema.additional.get();
            if (!below) continue;
            const Value* before = before_of.find(key);
            out.merge(this->value(*below, item, before, path.empty() && regular ? key : path + "." + key));
        }
        if (!c) return;
        for (const std::string& name : c->required)
            if (!members.has(name)) out.add(Finding::Kind::Required, path + "." + name, "", "");
    }

    // One alternative of several. What stands below it counts too.
    Outcome attempt(const Schema& one, const Value& value, const Value* old, const std::string& path) {
        tries_ += 1 + value.size();
        return check(one, value, old, path);
    }

    void combined(const Checks& c, const Value& value, const Value* old, const std::string& path, Outcome& out) {
        if (!c.any_of.empty()) any_of(c, value, old, path, out);
        if (!c.one_of.empty()) one_of(c, value, old, path, out);
        if (!c.all_of.empty()) {
            size_t valid = 0;
            for (const Schema& one : c.all_of) {
                Outcome o = attempt(one, value, old, path);
                valid += o.valid();
                out.merge(std::move(o));
            }
            if (valid != c.all_of.size())
                out.add(Finding::Kind::Plain, path, "", fmt::format("\"{}\" must validate all the schemas (allOf){}", path, valid == 0 ? ". None validated" : ""));
        }
        if (c.negated && attempt(*c.negated, value, old, path).valid()) out.add(Finding::Kind::Plain, path, "", fmt::format("\"{}\" must not validate the schema (not)", path));
    }

    void any_of(const Checks& c, const Value& value, const Value* old, const std::string& path, Outcome& out) {
        std::optional<Outcome> best;
        for (const Schema& one : c.any_of) {
            Outcome o = attempt(one, value, old, path);
            if (o.valid()) return out.merge(std::move(o));
            if (!best || o.matches > best->matches) best = std::move(o);
        }
        out.add(Finding::Kind::Plain, path, "", fmt::format("\"{}\" must validate at least one schema (anyOf)", path));
        if (best) out.merge(std::move(*best));
    }

    void one_of(const Checks& c, const Value& value, const Value* old, const std::string& path, Outcome& out) {
        std::optional<Outcome> best;
        int valid = 0;
        for (const Schema& one : c.one_of) {
            Outcome o = attempt(one, value, old, path);
            if (o.valid()) ++valid;
            else if (!best || o.matches > best->matches) best = std::move(o);
        }
        if (valid == 1) return;
        out.add(Finding::Kind::Plain, path, "",
                fmt::format("\"{}\" must validate one and only one schema (oneOf). {}", path, valid == 0 ? std::string("Found none valid") : fmt::format("Found {} valid alternatives", valid)));
        if (valid == 0 && best) out.merge(std::move(*best));
    }

    size_t tries_ = 0;
};

void report(const Finding& finding, const FieldPath& root, FieldErrors& errors) {
    std::string_view relative = finding.path;
    while (relative.starts_with('.')) relative.remove_prefix(1);
    FieldPath path = relative.empty() ? root : root.child(relative);
    switch (finding.kind) {
        case Finding::Kind::Type: return errors.type_invalid(path, finding.value, finding.message);
        case Finding::Kind::Required: return errors.required(path, "");
        case Finding::Kind::TooLong: return errors.too_long(path, static_cast<size_t>(finding.limit));
        case Finding::Kind::TooMany: return errors.too_many(path, static_cast<size_t>(finding.value.as_int()), static_cast<size_t>(finding.limit));
        case Finding::Kind::Plain: return errors.invalid(root, "", finding.message);
        case Finding::Kind::Invalid: return errors.invalid(path, finding.value, finding.message);
        case Finding::Kind::Enum: break;
    }
    std::vector<std::string> allowed;
    for (const Value& value : *finding.allowed) allowed.push_back(value.is_string() ? value.as_string() : json::write(value));
    errors.not_supported(path, finding.value, allowed);
}

}  // namespace

void validate(const Value& value, const Value* old, const Schema& schema, const FieldPath& root, FieldErrors& errors) {
    Validator validator;
    Outcome outcome = validator.value(schema, value, old, "");
    for (const Finding& finding : outcome.findings) {
        if (errors.full()) break;
        report(finding, root, errors);
    }
    if (validator.exhausted()) errors.forbidden(root, fmt::format("validation takes more than {} steps (anyOf, oneOf, allOf, not and enum of the schema, for each value)", kTriesMax));
}

}  // namespace skiff::api::structural
