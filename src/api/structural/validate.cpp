#include "api/structural/validate.h"

#include <algorithm>
#include <cmath>
#include <utility>

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
constexpr size_t kFewRequired = 4;
const Value kNothing;

// Where a value stands: a name or an index below another place. It becomes a text when there is something to say.
struct Place {
    const Place* above = nullptr;   // null at the root
    std::string_view name;
    size_t index = 0;
    bool is_item = false;           // told by its index
    bool dotted = false;            // a dot stands before the name

    std::string text() const {
        std::string out = above ? above->text() : std::string();
        if (!above) return out;
        if (is_item) return out += '[' + std::to_string(index) + ']';
        if (dotted) out += '.';
        return out.append(name);
    }
};

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
    size_t mistakes = 0;        // findings, also those that nobody wants to read
    bool valid() const { return mistakes == 0; }
    void forgive() {
        findings.clear();
        mistakes = 0;
    }
    void merge(Outcome other) {
        matches += other.matches;
        mistakes += other.mistakes;
        for (auto& f : other.findings)
            if (findings.size() < kErrorsMax) findings.push_back(std::move(f));
    }
    void add(Finding::Kind kind, const Place& path, Value value, std::string message, int64_t limit = 0) {
        ++mistakes;
        if (findings.size() < kErrorsMax) findings.push_back({kind, path.text(), std::move(value), std::move(message), limit, nullptr});
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

std::string in_body(const Place& path, std::string_view rest) { return fmt::format("{} in body {}", path.text(), rest); }

class Validator {
public:
    // Alternatives have been tried so often that the rest is not looked at.
    bool exhausted() const { return tries_ > kTriesMax; }
    Outcome value(const Schema& schema, const Value& value, const Value* old, const Place& path) {
        Outcome out = check(schema, value, old, path);
        // An object that was wrong before may stay so where it has not changed.
        if (!out.valid() && old && *old == value) out.forgive();
        return out;
    }

private:
    Outcome check(const Schema& schema, const Value& value, const Value* old, const Place& path) {
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

    void type(const Schema& schema, const Value& value, const Place& path, Outcome& out) {
        std::string_view name = type_name(schema);
        if (name.empty()) return;
        if (value.is_null() ? schema.nullable : fits(schema, value)) {
            ++out.matches;
            return;
        }
        if (tried_ && !schema.checks) {
            ++out.mistakes;
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

    void text(const Checks& c, const std::string& text, const Place& path, Outcome& out) {
        int64_t length = c.max_length || c.min_length ? rune_count(text) : 0;
        if (tried_) {
            const bool wrong = (c.max_length && length > *c.max_length) || (c.min_length && length < *c.min_length) || (c.pattern && !c.pattern->matches(text));
            const size_t mistakes = wrong + (!c.format.empty() && !has_format(c.format, text));
            out.mistakes += mistakes;
            out.matches += mistakes == 0;
            return;
        }
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

    void number(const Checks& c, const Value& value, const Place& path, Outcome& out) {
        double n = value.as_double();
        auto shown = [](double d) { return go_print(is_whole(d) ? Value(static_cast<int64_t>(d)) : Value(d)); };
        // Of whole numbers Kubernetes looks at the whole part of a limit only; a factor may have none.
        auto limit = [&](double d) { return value.is_int() ? std::trunc(d) : d; };
        if (c.multiple_of) {
            double factor = limit(*c.multiple_of);
            if (factor <= 0) out.add(Finding::Kind::Invalid, path, Value(0), fmt::format("factor MultipleOf declared for {} must be positive: {}", path.text(), shown(factor)));
            else if (!is_whole(n / factor)) out.add(Finding::Kind::Invalid, path, value, in_body(path, "should be a multiple of " + shown(factor)));
        }
        if (c.maximum && (c.exclusive_maximum ? n >= limit(*c.maximum) : n > limit(*c.maximum)))
            out.add(Finding::Kind::Invalid, path, value, in_body(path, fmt::format("should be less than {}{}", c.exclusive_maximum ? "" : "or equal to ", shown(limit(*c.maximum)))));
        if (c.minimum && (c.exclusive_minimum ? n <= limit(*c.minimum) : n < limit(*c.minimum)))
            out.add(Finding::Kind::Invalid, path, value, in_body(path, fmt::format("should be greater than {}{}", c.exclusive_minimum ? "" : "or equal to ", shown(limit(*c.minimum)))));
    }

    void listed(const Checks& c, const Value& value, const Place& path, Outcome& out) {
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

    void array(const Schema& schema, const Value& value, const Value* old, const Place& path, Outcome& out) {
        if (schema.items) {
            // Elements of associative lists are found by their keys; others have no old value.
            const bool keyed = old && schema.list_type == ListType::Map && schema.has_list_type;
            const KeyedItems before(keyed ? old : nullptr, schema.list_map_keys);
            for (size_t i = 0; i < value.size() && !exhausted(); ++i)
                out.merge(this->value(*schema.items, value[i], before.find(value[i]), Place{.above = &path, .index = i, .is_item = true}));
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

    void object(const Schema& schema, const Value& value, const Value* old, const Place& path, Outcome& out) {
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
            out.merge(this->value(*below, item, before, Place{.above = &path, .name = key, .dotted = path.above || !regular}));
        }
        if (!c) return;
        // An index of all members is for many questions.
        const bool few = c->required.size() <= kFewRequired;
        for (const std::string& name : c->required)
            if (!(few ? value.has(name) : members.has(name))) out.add(Finding::Kind::Required, Place{.above = &path, .name = name, .dotted = true}, "", "");
    }

    // One alternative of several. What stands below it counts too.
    Outcome attempt(const Schema& one, const Value& value, const Value* old, const Place& path) {
        tries_ += 1 + value.size();
        return check(one, value, old, path);
    }

    // One of which no more is asked than whether it fits and how well: most of what would be said is thrown away.
    Outcome attempt_silently(const Schema& one, const Value& value, const Value* old, const Place& path) {
        const bool before = std::exchange(tried_, true);
        Outcome out = attempt(one, value, old, path);
        tried_ = before;
        return out;
    }

    // What the best alternative says, of which so much was fine.
    void tell(const Schema& best, int matches, const Value& value, const Value* old, const Place& path, Outcome& out) {
        if (!tried_) return out.merge(check(best, value, old, path));
        ++out.mistakes;
        out.matches += matches;
    }

    void combined(const Checks& c, const Value& value, const Value* old, const Place& path, Outcome& out) {
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
                out.add(Finding::Kind::Plain, path, "", fmt::format("\"{}\" must validate all the schemas (allOf){}", path.text(), valid == 0 ? ". None validated" : ""));
        }
        if (c.negated && attempt_silently(*c.negated, value, old, path).valid()) out.add(Finding::Kind::Plain, path, "", fmt::format("\"{}\" must not validate the schema (not)", path.text()));
    }

    void any_of(const Checks& c, const Value& value, const Value* old, const Place& path, Outcome& out) {
        const Schema* best = nullptr;
        int matches = 0;
        for (const Schema& one : c.any_of) {
            Outcome o = attempt_silently(one, value, old, path);
            if (o.valid()) return out.merge(std::move(o));
            if (best && o.matches <= matches) continue;
            best = &one;
            matches = o.matches;
        }
        out.add(Finding::Kind::Plain, path, "", fmt::format("\"{}\" must validate at least one schema (anyOf)", path.text()));
        if (best) tell(*best, matches, value, old, path, out);
    }

    void one_of(const Checks& c, const Value& value, const Value* old, const Place& path, Outcome& out) {
        const Schema* best = nullptr;
        int valid = 0, matches = 0;
        for (const Schema& one : c.one_of) {
            const Outcome o = attempt_silently(one, value, old, path);
            if (o.valid()) ++valid;
            if (o.valid() || (best && o.matches <= matches)) continue;
            best = &one;
            matches = o.matches;
        }
        if (valid == 1) return;
        out.add(Finding::Kind::Plain, path, "",
                fmt::format("\"{}\" must validate one and only one schema (oneOf). {}", path.text(), valid == 0 ? std::string("Found none valid") : fmt::format("Found {} valid alternatives", valid)));
        if (valid == 0 && best) tell(*best, matches, value, old, path, out);
    }

    size_t tries_ = 0;
    bool tried_ = false;   // an alternative that is only tried: mistakes are counted, not told
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
    Outcome outcome = validator.value(schema, value, old, Place());
    for (const Finding& finding : outcome.findings) {
        if (errors.full()) break;
        report(finding, root, errors);
    }
    if (validator.exhausted()) errors.forbidden(root, fmt::format("validation takes more than {} steps (anyOf, oneOf, allOf, not and enum of the schema, for each value)", kTriesMax));
}

}  // namespace skiff::api::structural
