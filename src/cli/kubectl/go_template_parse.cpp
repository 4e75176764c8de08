#include <cctype>

#include "base/strings.h"
#include "cli/kubectl/go_template_node.h"
#include "json/parse.h"

namespace skiff::cli::kubectl {

namespace {

using Node = GoTemplate::Node;
constexpr int kDepthMax = 100;

// Words of one action. A word: quoted text, punctuation, or a run of other characters.
Result<std::vector<std::string>> words_of(std::string_view text) {
    std::vector<std::string> words;
    size_t i = 0;
    while (i < text.size()) {
        const char c = text[i];
        if (std::isspace(static_cast<unsigned char>(c))) {
            ++i;
            continue;
        }
        size_t end = i + 1;
        if (c == '"' || c == '`' || c == '\'') {
            while (end < text.size() && text[end] != c) end += text[end] == '\\' && c != '`' ? 2 : 1;
            if (end >= text.size()) return error(Reason::Unknown, "unterminated quoted string");
            ++end;
        } else if (text.substr(i, 2) == ":=") {
            end = i + 2;
        } else if (c != '(' && c != ')' && c != '|' && c != ',' && c != '=') {
            // A name ends before ".field" ("range.items"); fields and variables go on.
            const bool name = std::isalpha(static_cast<unsigned char>(c));
            while (end < text.size() && !(name && text[end] == '.') && !std::isspace(static_cast<unsigned char>(text[end])) && std::string_view("()|,=:\"`").find(text[end]) == std::string_view::npos) ++end;
        }
        words.emplace_back(text.substr(i, end - i));
        // What follows ")" without a space is its field.
        i = end;
    }
    return words;
}

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<Node> all() {
        Node root;
        TRY(list(root.children, 0));
        if (!stop_.empty()) return error(Reason::Unknown, "unexpected {{{{{}}}}}", stop_);
        return root;
    }

private:
    // Reads nodes until an "end" or "else", which is left in stop_.
    Status list(std::vector<Node>& nodes, int depth) {
        if (depth > kDepthMax) return error(Reason::Unknown, "template is nested too deeply");
        stop_.clear();
        while (at_ < text_.size()) {
            const auto open = text_.find("{{", at_);
            auto text = std::string(text_.substr(at_, open == std::string_view::npos ? open : open - at_));
            if (trim_next_) text = std::string(text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size())));
            trim_next_ = false;
            const bool trim_before = open != std::string_view::npos && text_.substr(open, 4).find("{{- ") == 0;
            if (trim_before) text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
            if (!text.empty()) {
                Node node{Node::Kind::Text};
                node.text = std::move(text);
                nodes.push_back(std::move(node));
            }
            if (open == std::string_view::npos) {
                at_ = text_.size();
                return {};
            }
            auto body = TRY(action_body(open + 2 + (trim_before ? 2 : 0)));
            if (body.starts_with("/*")) continue;
            auto words = TRY(words_of(body));
            if (words.empty()) return error(Reason::Unknown, "missing value for command");
            if (words[0] == "end" || words[0] == "else") {
                stop_ = std::string(trim(body));
                return {};
            }
            nodes.push_back(TRY(node(std::move(words), depth)));
        }
        return {};
    }

    Result<std::string> action_body(size_t from) {
        char quote = 0;
        for (size_t i = from; i + 1 < text_.size(); ++i) {
            const char c = text_[i];
            if (quote) {
                if (c == '\\' && quote != '`') ++i;
                else if (c == quote) quote = 0;
            } else if (c == '"' || c == '`') {
                quote = c;
            } else if (c == '}' && text_[i + 1] == '}') {
                auto body = text_.substr(from, i - from);
                if (body.ends_with(" -")) {
                    trim_next_ = true;
                    body.remove_suffix(2);
                }
                at_ = i + 2;
                return std::string(trim(body));
            }
        }
        return error(Reason::Unknown, "unclosed action");
    }

    Result<Node> node(std::vector<std::string> words, int depth) {
        Node made{Node::Kind::Action};
        if (words[0] == "if") made.kind = Node::Kind::If;
        if (words[0] == "range") made.kind = Node::Kind::Range;
        if (words[0] == "with") made.kind = Node::Kind::With;
        if (made.kind != Node::Kind::Action) words.erase(words.begin());
        size_t at = 0;
        for (size_t i = 0; i < words.size() && i < 4; ++i) {
            if (words[i] != ":=" && words[i] != "=") continue;
            for (size_t j = 0; j < i; ++j)
                if (words[j] != ",") made.variables.push_back(words[j]);
            made.declares = words[i] == ":=";
            at = i + 1;
            break;
        }
        made.pipeline = TRY(pipeline(words, at, depth));
        if (at != words.size()) return error(Reason::Unknown, "unexpected \"{}\" in command", words[at]);
        if (made.kind == Node::Kind::Action) return made;
        TRY(list(made.children, depth + 1));
        if (stop_ == "else") {
            TRY(list(made.otherwise, depth + 1));
        } else if (stop_.starts_with("else ")) {
            // {{else if}} is an if of its own that shares the end.
            made.otherwise.push_back(TRY(node(TRY(words_of(std::string_view(stop_).substr(5))), depth + 1)));
            return made;
        }
        if (stop_ != "end") return error(Reason::Unknown, "unexpected EOF");
        stop_.clear();
        return made;
    }

    Result<GoPipeline> pipeline(const std::vector<std::string>& words, size_t& at, int depth) {
        if (depth > kDepthMax) return error(Reason::Unknown, "template is nested too deeply");
        GoPipeline made(1);
        for (; at < words.size() && words[at] != ")"; ) {
            if (words[at] == "|") {
                made.emplace_back();
                ++at;
                continue;
            }
            made.back().push_back(TRY(operand(words, at, depth)));
        }
        for (const auto& command : made)
            if (command.empty()) return error(Reason::Unknown, "missing value for command");
        return made;
    }

    Result<GoOperand> operand(const std::vector<std::string>& words, size_t& at, int depth) {
        GoOperand made;
        const auto word = words[at++];
        if (word == "(") {
            made.kind = GoOperand::Kind::Nested;
            made.nested = TRY(pipeline(words, at, depth + 1));
            if (at >= words.size()) return error(Reason::Unknown, "unclosed left paren");
            ++at;
            if (at < words.size() && words[at].size() > 1 && words[at][0] == '.') made.fields = split(words[at++].substr(1), '.');
            return made;
        }
        if (word[0] == '"' || word[0] == '`' || word[0] == '\'') {
            made.kind = GoOperand::Kind::Literal;
            if (word[0] == '`') made.literal = word.substr(1, word.size() - 2);
            else made.literal = TRY(json::parse("\"" + word.substr(1, word.size() - 2) + "\""));
            return made;
        }
        if (word[0] == '.') {
            if (word.size() > 1) made.fields = split(word.substr(1), '.');
            return made;
        }
        if (word[0] == '$') {
            auto parts = split(word, '.');
            made.kind = parts[0] == "$" ? GoOperand::Kind::Root : GoOperand::Kind::Variable;
            made.name = parts[0];
            made.fields.assign(parts.begin() + 1, parts.end());
            return made;
        }
        if (word == "true" || word == "false" || word == "nil" || std::isdigit(static_cast<unsigned char>(word[0])) || word[0] == '-') {
            made.kind = GoOperand::Kind::Literal;
            made.literal = word == "nil" ? json::Value() : TRY(json::parse(word));
            return made;
        }
        made.kind = GoOperand::Kind::Function;
        made.name = word;
        return made;
    }

    std::string_view text_;
    size_t at_ = 0;
    std::string stop_;
    bool trim_next_ = false;
};

}  // namespace

Result<GoTemplate> GoTemplate::parse(std::string_view text) {
    GoTemplate made;
    made.root_ = std::make_shared<const Node>(TRY(Parser(text).all()));
    return made;
}

}  // namespace skiff::cli::kubectl
