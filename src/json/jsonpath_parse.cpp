#include <algorithm>
#include <charconv>

#include "base/strings.h"
#include "json/jsonpath_node.h"
#include "json/yaml_scalar.h"

namespace skiff::json {

namespace {

using Node = JsonPath::Node;
using Kind = Node::Kind;

constexpr size_t kTextBytesMax = 64 << 10;
constexpr int kDepthMax = 16;   // filters and unions inside each other

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool ends_field(char c) { return space(c) || std::string_view(".,[]$@{}").find(c) != std::string_view::npos; }

// Position just after the quote that closes the one at start, or npos.
size_t after_quote(std::string_view text, size_t start) {
    for (size_t i = start + 1; i < text.size(); ++i) {
        if (text[i] == '\\') ++i;
        else if (text[i] == text[start]) return i + 1;
    }
    return std::string_view::npos;
}

std::string unescape(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        char c = text[++i];
        out += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' ? '\b' : c == 'f' ? '\f' : c == 'v' ? '\v' : c == 'a' ? '\a' : c;
    }
    return out;
}

class Parser {
public:
    Parser(std::string_view text, int depth) : text_(text), depth_(depth) {}

    // What stands between braces.
    Result<std::vector<Node>> expression() {
        if (depth_ > kDepthMax) return error(Reason::BadRequest, "expression nested too deeply");
        while (at_ < text_.size()) {
            char c = text_[at_];
            if (space(c) || c == '@' || c == '$') ++at_;
            else if (c == '.') TRY(dot());
            else if (c == '[') TRY(bracket());
            else if (c == '"' || c == '\'') TRY(quoted());
            else if (digit(c) || c == '-' || c == '+') TRY(number());
            else if (letter(c)) TRY(word());
            else return error(Reason::BadRequest, "unrecognized character in action: U+{:04X} '{}'", static_cast<unsigned char>(c), c);
        }
        return std::move(out_);
    }

private:
    Status dot() {
        if (text_.substr(at_, 2) == "..") {
            out_.push_back({.kind = Kind::Recursive});
            at_ += 2;
            if (at_ == text_.size() || ends_field(text_[at_])) return {};
        } else {
            ++at_;
        }
        std::string name;
        for (; at_ < text_.size() && !ends_field(text_[at_]); ++at_) {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
            name += text_[at_];
        }
        if (name == "*") out_.push_back({.kind = Kind::Wildcard});
        else if (!name.empty()) out_.push_back({.kind = Kind::Field, .text = std::move(name)});
        return {};
    }

    Status quoted() {
        size_t end = after_quote(text_, at_);
        if (end == std::string_view::npos) return error(Reason::BadRequest, "unterminated quoted string");
        out_.push_back({.kind = Kind::Text, .text = unescape(text_.substr(at_ + 1, end - at_ - 2))});
        at_ = end;
        return {};
    }

    Status number() {
        size_t start = at_++;
        while (at_ < text_.size() && (digit(text_[at_]) || letter(text_[at_]) || text_[at_] == '.')) ++at_;
        Value value = resolve_plain_scalar(text_.substr(start, at_ - start));
        if (!value.is_number()) return error(Reason::BadRequest, "cannot parse number {}", text_.substr(start, at_ - start));
        out_.push_back({.kind = Kind::Literal, .literal = std::move(value)});
        return {};
    }

    Status word() {
        size_t start = at_;
        while (at_ < text_.size() && (letter(text_[at_]) || digit(text_[at_]))) ++at_;
        std::string_view word = text_.substr(start, at_ - start);
        if (word == "range") out_.push_back({.kind = Kind::Range});
        else if (word == "end") out_.push_back({.kind = Kind::End});
        else if (word == "true" || word == "false") out_.push_back({.kind = Kind::Literal, .literal = Value(word == "true")});
        else return error(Reason::BadRequest, "unrecognized identifier {}", word);
        return {};
    }

    Status bracket() {
        size_t start = ++at_;
        if (text_.substr(at_, 2) == "?(") return filter();
        while (at_ < text_.size() && text_[at_] != ']') {
            if (text_[at_] != '\'' && text_[at_] != '"') {
                ++at_;
                continue;
            }
            at_ = after_quote(text_, at_);
            if (at_ == std::string_view::npos) return error(Reason::BadRequest, "unterminated quoted string");
        }
        if (at_ >= text_.size()) return error(Reason::BadRequest, "unterminated array");
        std::string_view inside = text_.substr(start, at_++ - start);
        auto parts = split_outside_quotes(inside);
        if (parts.size() == 1) {
            out_.push_back(TRY(selector(trim(parts[0]))));
            return {};
        }
        Node all{.kind = Kind::Union};
        for (auto part : parts) {
            Node action{.kind = Kind::Action};
            action.children.push_back(TRY(selector(trim(part))));
            all.children.push_back(std::move(action));
        }
        out_.push_back(std::move(all));
        return {};
    }

    static std::vector<std::string_view> split_outside_quotes(std::string_view text) {
        std::vector<std::string_view> parts;
        size_t start = 0;
        for (size_t i = 0; i < text.size();) {
            if (text[i] == '\'' || text[i] == '"') {
                i = after_quote(text, i);
                continue;
            }
            if (text[i] == ',') {
                parts.push_back(text.substr(start, i - start));
                start = i + 1;
            }
            ++i;
        }
        parts.push_back(text.substr(start));
        return parts;
    }

    // *, 'key', n, from:to:step
    static Result<Node> selector(std::string_view text) {
        if (text == "*") return Node{.kind = Kind::Wildcard};
        if (text.size() >= 2 && (text[0] == '\'' || text[0] == '"')) {
            if (after_quote(text, 0) != text.size()) return error(Reason::BadRequest, "invalid array index {}", text);
            return Node{.kind = Kind::Field, .text = unescape(text.substr(1, text.size() - 2))};
        }
        Node slice{.kind = Kind::Slice};
        std::optional<int64_t>* bounds[] = {&slice.from, &slice.to, &slice.step};
        size_t count = 0, start = 0;
        for (;;) {
            size_t end = std::min(text.find(':', start), text.size());
            auto part = text.substr(start, end - start);
            if (count == 3 || text.empty()) return error(Reason::BadRequest, "invalid array index {}", text);
            if (!part.empty()) {
                *bounds[count] = parse_int(part);
                if (!*bounds[count]) return error(Reason::BadRequest, "invalid array index {}", text);
            }
            ++count;
            if (end == text.size()) break;
            start = end + 1;
        }
        slice.single = count == 1;
        return slice;
    }

    // [?(left op right)]; at_ stands on the question mark.
    Status filter() {
        at_ += 2;
        size_t start = at_;
        int open = 1;
        size_t op = 0, op_size = 0;
        for (; at_ < text_.size(); ++at_) {
            char c = text_[at_];
            if (c == '\'' || c == '"') {
                at_ = after_quote(text_, at_);
                if (at_ == std::string_view::npos) return error(Reason::BadRequest, "unterminated quoted string");
                --at_;
            } else if (c == '(') {
                ++open;
            } else if (c == ')' && --open == 0) {
                break;
            } else if (op_size == 0 && std::string_view("!<>=").find(c) != std::string_view::npos) {
                op = at_;
                op_size = at_ + 1 < text_.size() && text_[at_ + 1] == '=' ? 2 : 1;
                at_ += op_size - 1;
            }
        }
        if (text_.substr(at_, 2) != ")]") return error(Reason::BadRequest, "unclosed array expect ]");
        std::string_view left = text_.substr(start, (op_size ? op : at_) - start);
        Node node{.kind = Kind::Filter};
        node.children = TRY(Parser(trim(left), depth_ + 1).expression());
        if (op_size) {
            node.text = std::string(text_.substr(op, op_size));
            if (node.text == "=" || node.text == "!") return error(Reason::BadRequest, "unrecognized filter operator {}", node.text);
            node.right = TRY(Parser(trim(text_.substr(op + op_size, at_ - op - op_size)), depth_ + 1).expression());
        }
        out_.push_back(std::move(node));
        at_ += 2;
        return {};
    }

    std::string_view text_;
    int depth_;
    size_t at_ = 0;
    std::vector<Node> out_;
};

// Position of the brace that closes the one before start, or npos.
size_t closing_brace(std::string_view text, size_t start) {
    for (size_t i = start; i < text.size();) {
        if (text[i] == '}') return i;
        if (text[i] == '"' || text[i] == '\'') i = std::min(after_quote(text, i), text.size());
        else ++i;
    }
    return std::string_view::npos;
}

bool starts_with(const Node& node, Kind kind) { return node.kind == Kind::Action && !node.children.empty() && node.children[0].kind == kind; }

Status check_ranges(const std::vector<Node>& nodes) {
    int open = 0;
    for (const auto& node : nodes) {
        if (starts_with(node, Kind::Range)) ++open;
        if (starts_with(node, Kind::End) && --open < 0) return error(Reason::BadRequest, "not in range, nothing to end");
    }
    if (open > 0) return error(Reason::BadRequest, "unterminated range");
    return {};
}

}  // namespace

Result<JsonPath> JsonPath::parse(std::string_view text) {
    if (text.size() > kTextBytesMax) return error(Reason::BadRequest, "template longer than {} bytes", kTextBytesMax);
    auto nodes = std::make_shared<std::vector<Node>>();
    for (size_t at = 0; at < text.size();) {
        size_t brace = std::min(text.find('{', at), text.size());
        if (brace > at) nodes->push_back({.kind = Kind::Text, .text = std::string(text.substr(at, brace - at))});
        if (brace == text.size()) break;
        size_t end = closing_brace(text, brace + 1);
        if (end == std::string_view::npos) return error(Reason::BadRequest, "unclosed action");
        Node action{.kind = Kind::Action};
        action.children = TRY(Parser(text.substr(brace + 1, end - brace - 1), 0).expression());
        nodes->push_back(std::move(action));
        at = end + 1;
    }
    TRY(check_ranges(*nodes));
    JsonPath path;
    path.nodes_ = std::move(nodes);
    return path;
}

Result<JsonPath> JsonPath::parse_expression(std::string_view text) {
    text = trim(text);
    if (text.size() >= 2 && text.front() == '{' && text.back() == '}') text = text.substr(1, text.size() - 2);
    if (text.find_first_of("{}") != std::string_view::npos && text.find_first_of("'\"") == std::string_view::npos)
        return error(Reason::BadRequest,
                     "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{{name1.name2}}' or '{{.name1.name2}}'");
    bool bare = !text.empty() && std::string_view(".[$@").find(text[0]) == std::string_view::npos;
    return parse(std::string("{") + (bare ? "." : "") + std::string(text) + "}");
}

}  // namespace skiff::json
