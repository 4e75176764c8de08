#include "cli/kubectl/go_template.h"

#include "base/encoding.h"
#include "base/strings.h"
#include "cli/kubectl/go_template_node.h"
#include "cli/kubectl/printers.h"
#include "json/write.h"

namespace skiff::cli::kubectl {

std::string go_text(const json::Value& value) {
    if (value.is_string()) return value.as_string();
    if (value.is_null()) return "<nil>";
    if (value.is_array()) {
        std::vector<std::string> parts;
        for (const auto& item : value.items()) parts.push_back(go_text(item));
        return "[" + join(parts, " ") + "]";
    }
    if (value.is_object()) {
        std::vector<std::string> parts;
        const auto tree = sorted(value);
        for (const auto& member : tree.members()) parts.push_back(member.key + ":" + go_text(member.value));
        return "map[" + join(parts, " ") + "]";
    }
    return json::write(value);
}

namespace {

using Node = GoTemplate::Node;
constexpr size_t kOutputBytesMax = 256 << 20;

// A value, or nothing at all: what an absent key gives ("<no value>").
struct Datum {
    json::Value value;
    bool missing = false;
    bool truth() const { return value.is_bool() ? value.as_bool() : value.is_number() ? value.as_double() != 0 : !value.empty(); }
    std::string text() const { return missing ? "<no value>" : go_text(value); }
};

std::string format(const std::string& pattern, const std::vector<Datum>& args) {
    std::string out;
    size_t next = 0;
    for (size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '%' || i + 1 >= pattern.size()) {
            out += pattern[i];
            continue;
        }
        size_t end = i + 1;
        while (end < pattern.size() && (pattern[end] == '-' || pattern[end] == '.' || pattern[end] == '0' || (pattern[end] >= '1' && pattern[end] <= '9'))) ++end;
        const auto width_text = pattern.substr(i + 1, end - i - 1);
        const char verb = end < pattern.size() ? pattern[end] : '%';
        i = end;
        if (verb == '%') {
            out += '%';
            continue;
        }
        auto text = next < args.size() ? args[next].text() : "%!" + std::string(1, verb) + "(MISSING)";
        if (verb == 'q' && next < args.size()) text = json::write(json::Value(text));
        ++next;
        const auto width = parse_int(width_text).value_or(0);
        const auto size = static_cast<size_t>(std::min<int64_t>(std::abs(width), 1000));
        if (text.size() < size) width < 0 ? text.append(size - text.size(), ' ') : text.insert(0, size - text.size(), ' ');
        out += text;
    }
    return out;
}

int compare(const json::Value& a, const json::Value& b) {
    if (a.is_number() && b.is_number()) return a.as_double() < b.as_double() ? -1 : a.as_double() > b.as_double();
    return a.as_string().compare(b.as_string());
}

class Walk {
public:
    explicit Walk(const json::Value& root) : root_(root) {}

    Status list(const std::vector<Node>& nodes, const json::Value& dot) {
        const auto variables = variables_.size();
        for (const auto& node : nodes) TRY(one(node, dot));
        variables_.resize(variables);
        return {};
    }
    std::string out;

private:
    Status one(const Node& node, const json::Value& dot) {
        if (out.size() > kOutputBytesMax) return error(Reason::Unknown, "the template's output is too long");
        if (node.kind == Node::Kind::Text) return out += node.text, Status();
        const auto value = TRY(pipeline(node.pipeline, dot));
        if (node.kind == Node::Kind::Action) {
            if (node.variables.empty()) out += value.text();
            else set(node.variables[0], value.value, node.declares);
            return {};
        }
        if (node.kind == Node::Kind::Range) return range(node, value, dot);
        const auto variables = variables_.size();
        if (!node.variables.empty()) set(node.variables[0], value.value, node.declares);
        Status done;
        if (value.truth()) done = list(node.children, node.kind == Node::Kind::With ? value.value : dot);
        else done = list(node.otherwise, dot);
        variables_.resize(variables);
        return done;
    }

    Status range(const Node& node, const Datum& over, const json::Value& dot) {
        const auto tree = over.value.is_object() ? sorted(over.value) : over.value;
        if (!tree.size()) return list(node.otherwise, dot);
        const auto step = [&](const json::Value& key, const json::Value& value) {
            const auto variables = variables_.size();
            if (node.variables.size() == 1) set(node.variables[0], value, true);
            if (node.variables.size() > 1) set(node.variables[0], key, true), set(node.variables[1], value, true);
            auto done = list(node.children, value);
            variables_.resize(variables);
            return done;
        };
        for (size_t i = 0; i < tree.items().size(); ++i) TRY(step(static_cast<int64_t>(i), tree[i]));
        for (const auto& member : tree.members()) TRY(step(member.key, member.value));
        return {};
    }

    void set(const std::string& name, const json::Value& value, bool declare) {
        if (!declare)
            for (auto it = variables_.rbegin(); it != variables_.rend(); ++it)
                if (it->key == name) return void(it->value = value);
        variables_.push_back({name, value});
    }

    Result<Datum> pipeline(const GoPipeline& pipeline, const json::Value& dot) {
        Datum last;
        for (size_t i = 0; i < pipeline.size(); ++i) last = TRY(command(pipeline[i], dot, i ? &last : nullptr));
        return last;
    }

    Result<Datum> command(const GoCommand& command, const json::Value& dot, const Datum* piped) {
        const auto& head = command[0];
        if (head.kind != GoOperand::Kind::Function) {
            if (command.size() > 1) return error(Reason::Unknown, "can't give argument to non-function");
            return operand(head, dot);
        }
        std::vector<Datum> args;
        for (size_t i = 1; i < command.size(); ++i) args.push_back(TRY(operand(command[i], dot)));
        if (piped) args.push_back(*piped);
        return call(head.name, args);
    }

    Result<Datum> operand(const GoOperand& operand, const json::Value& dot) {
        Datum base;
        switch (operand.kind) {
            case GoOperand::Kind::Literal: return Datum{operand.literal};
            case GoOperand::Kind::Dot: base.value = dot; break;
            case GoOperand::Kind::Root: base.value = root_; break;
            case GoOperand::Kind::Function: return call(operand.name, {});
            case GoOperand::Kind::Nested: base = TRY(pipeline(operand.nested, dot)); break;
            case GoOperand::Kind::Variable: {
                bool found = false;
                for (auto it = variables_.rbegin(); it != variables_.rend() && !found; ++it)
                    if (it->key == operand.name) base.value = it->value, found = true;
                if (!found) return error(Reason::Unknown, "undefined variable \"{}\"", operand.name);
            }
        }
        for (const auto& field : operand.fields) {
            if (base.value.is_array() || base.value.is_string() || base.value.is_number())
                return error(Reason::Unknown, "error executing template: can't evaluate field {} in type interface {{}}", field);
            const auto* next = base.value.find(field);
            auto value = next ? *next : json::Value();
            base = {std::move(value), !next};
        }
        return base;
    }

    Result<Datum> call(const std::string& name, const std::vector<Datum>& args) {
        const auto need = [&](size_t count) { return args.size() >= count ? Status() : error(Reason::Unknown, "wrong number of args for {}: want at least {} got {}", name, count, args.size()); };
        if (name == "print" || name == "println" || name == "html" || name == "js" || name == "urlquery") {
            std::vector<std::string> parts;
            for (const auto& arg : args) parts.push_back(arg.text());
            auto text = join(parts, name == "println" ? " " : "");
            if (name == "urlquery") text = percent_encode(text);
            return Datum{text + (name == "println" ? "\n" : "")};
        }
        if (name == "not") return TRY(need(1)), Datum{!args[0].truth()};
        if (name == "and" || name == "or") {
            TRY(need(1));
            for (const auto& arg : args)
                if (arg.truth() == (name == "or")) return arg;
            return args.back();
        }
        TRY(need(1));
        if (name == "len") return Datum{static_cast<int64_t>(args[0].value.is_string() ? args[0].value.as_string().size() : args[0].value.size())};
        if (name == "printf") return Datum{format(args[0].text(), {args.begin() + 1, args.end()})};
        if (name == "base64decode") {
            auto bytes = base64_decode(args[0].value.as_string());
            if (!bytes) return error(Reason::Unknown, "base64 decode failed");
            return Datum{*bytes};
        }
        if (name == "index" || name == "exists") {
            Datum at = args[0];
            for (size_t i = 1; i < args.size(); ++i) {
                const auto& key = args[i].value;
                if (key.is_int() && at.value.is_array()) {
                    if (key.as_int() < 0 || static_cast<size_t>(key.as_int()) >= at.value.size()) {
                        if (name == "exists") return Datum{false};
                        return error(Reason::Unknown, "error calling index: index out of range: {}", key.as_int());
                    }
                    auto next = at.value[static_cast<size_t>(key.as_int())];
                    at = {std::move(next)};
                } else {
                    const auto* next = at.value.find(key.as_string());
                    auto value = next ? *next : json::Value();
                    at = {std::move(value), !next};
                }
            }
            return name == "exists" ? Datum{!at.missing} : at;
        }
        TRY(need(2));
        const auto& a = args[0].value;
        if (name == "eq") {
            for (size_t i = 1; i < args.size(); ++i)
                if (a == args[i].value) return Datum{true};
            return Datum{false};
        }
        if (name == "ne") return Datum{!(a == args[1].value)};
        const int order = compare(a, args[1].value);
        if (name == "lt") return Datum{order < 0};
        if (name == "le") return Datum{order <= 0};
        if (name == "gt") return Datum{order > 0};
        if (name == "ge") return Datum{order >= 0};
        return error(Reason::Unknown, "function \"{}\" not defined", name);
    }

    const json::Value& root_;
    std::vector<json::Member> variables_;
};

}  // namespace

Result<std::string> GoTemplate::print(const json::Value& document) const {
    Walk walk(document);
    TRY(walk.list(root_->children, document));
    return std::move(walk.out);
}

}  // namespace skiff::cli::kubectl
