#include "cel/lexer.h"

#include <array>
#include <string>

namespace skiff::cel {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool hex(char c) { return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

class Lexer {
public:
    Lexer(std::string_view source, Issues& issues) : source_(source), issues_(issues) {}

    std::vector<Token> run() {
        while (skip_space(), at_ < source_.size()) {
            if (!string() && !number() && !word() && !symbol()) bad(at_ + 1);
        }
        tokens_.push_back({Token::Kind::End, "<EOF>", static_cast<Place>(source_.size())});
        return std::move(tokens_);
    }

private:
    char peek(size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }

    void add(Token::Kind kind, size_t end) {
        tokens_.push_back({kind, source_.substr(at_, end - at_), static_cast<Place>(at_)});
        at_ = end;
    }

    void bad(size_t end) {
        while (end < source_.size() && (static_cast<unsigned char>(source_[end]) & 0xC0) == 0x80) ++end;
        std::string text;
        for (char c : source_.substr(at_, end - at_)) text += c == '\n' ? std::string("\\n") : c == '\t' ? std::string("\\t") : c == '\r' ? std::string("\\r") : std::string(1, c);
        issues_.report(static_cast<Place>(at_), "Syntax error: token recognition error at: '" + text + "'");
        at_ = end;
    }

    void skip_space() {
        while (at_ < source_.size()) {
            char c = source_[at_];
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f') {
                ++at_;
            } else if (c == '/' && peek(1) == '/') {
                while (at_ < source_.size() && source_[at_] != '\n') ++at_;
            } else {
                return;
            }
        }
    }

    // A literal with its prefixes; what begins like one and does not end is a mistake up to where it cannot go on.
    bool string() {
        size_t at = at_;
        bool bytes = peek() == 'b' || peek() == 'B';
        if (bytes) ++at;
        bool raw = at < source_.size() && (source_[at] == 'r' || source_[at] == 'R');
        if (raw) ++at;
        if (at >= source_.size() || (source_[at] != '"' && source_[at] != '\'')) return false;
        char quote = source_[at];
        bool triple = source_.substr(at, 3) == std::string(3, quote);
        size_t end = triple ? at + 3 : at + 1;
        while (end < source_.size()) {
            char c = source_[end];
            if (triple ? source_.substr(end, 3) == std::string(3, quote) : c == quote) {
                add(bytes ? Token::Kind::Bytes : Token::Kind::String, end + (triple ? 3 : 1));
                return true;
            }
            if (!triple && (c == '\n' || c == '\r')) break;
            size_t size = raw || c != '\\' ? 1 : escape(end);
            if (size == 0) {
                end = std::min(end + 2, source_.size());
                break;
            }
            end += size;
        }
        // "" with something open behind it is an empty string and the start of another.
        if (triple) {
            add(bytes ? Token::Kind::Bytes : Token::Kind::String, at + 2);
            return true;
        }
        if (end < source_.size() && (source_[end] == '\n' || source_[end] == '\r')) ++end;
        bad(end);
        return true;
    }

    // Length of the escape sequence, 0 when there is none.
    size_t escape(size_t at) const {
        auto all = [&](size_t from, size_t count, auto fits) {
            for (size_t i = 0; i < count; ++i)
                if (from + i >= source_.size() || !fits(source_[from + i])) return false;
            return true;
        };
        char c = at + 1 < source_.size() ? source_[at + 1] : '\0';
        if (c && std::string_view("abfnrtv\"'\\?`").find(c) != std::string_view::npos) return 2;
        if (c >= '0' && c <= '3') return all(at + 2, 2, [](char d) { return d >= '0' && d <= '7'; }) ? 4 : 0;
        if (c == 'x' || c == 'X') return all(at + 2, 2, hex) ? 4 : 0;
        if (c == 'u') return all(at + 2, 4, hex) ? 6 : 0;
        if (c == 'U') return all(at + 2, 8, hex) ? 10 : 0;
        return 0;
    }

    bool number() {
        if (!digit(peek()) && !(peek() == '.' && digit(peek(1)))) return false;
        size_t end = at_;
        auto digits = [&] {
            while (end < source_.size() && digit(source_[end])) ++end;
        };
        auto is_at = [&](size_t place, char a, char b) { return place < source_.size() && (source_[place] == a || source_[place] == b); };
        if (peek() == '0' && peek(1) == 'x' && hex(peek(2))) {
            for (end += 2; end < source_.size() && hex(source_[end]); ++end) {}
            bool is_unsigned = is_at(end, 'u', 'U');
            add(is_unsigned ? Token::Kind::Uint : Token::Kind::Int, end + is_unsigned);
            return true;
        }
        digits();
        bool floating = false;
        if (end + 1 < source_.size() && source_[end] == '.' && digit(source_[end + 1])) {
            floating = true;
            ++end;
            digits();
        }
        if (is_at(end, 'e', 'E')) {
            size_t exponent = end + 1;
            if (is_at(exponent, '+', '-')) ++exponent;
            if (exponent < source_.size() && digit(source_[exponent])) {
                floating = true;
                end = exponent;
                digits();
            }
        }
        bool is_unsigned = !floating && is_at(end, 'u', 'U');
        add(floating ? Token::Kind::Double : is_unsigned ? Token::Kind::Uint : Token::Kind::Int, end + is_unsigned);
        return true;
    }

    bool word() {
        if (peek() == '`') {
            size_t end = at_ + 1;
            while (end < source_.size() && (letter(source_[end]) || digit(source_[end]) || std::string_view(".-/ ").find(source_[end]) != std::string_view::npos)) ++end;
            if (end == at_ + 1 || end >= source_.size() || source_[end] != '`') return false;
            add(Token::Kind::EscapedIdent, end + 1);
            return true;
        }
        if (!letter(peek())) return false;
        size_t end = at_;
        while (end < source_.size() && (letter(source_[end]) || digit(source_[end]))) ++end;
        std::string_view text = source_.substr(at_, end - at_);
        bool keyword = text == "in" || text == "true" || text == "false" || text == "null";
        add(keyword ? Token::Kind::Symbol : Token::Kind::Ident, end);
        return true;
    }

    bool symbol() {
        constexpr std::array<std::string_view, 6> kDouble = {"==", "!=", "<=", ">=", "&&", "||"};
        for (auto two : kDouble) {
            if (source_.substr(at_, 2) != two) continue;
            add(Token::Kind::Symbol, at_ + 2);
            return true;
        }
        if (std::string_view("<>[]{}().,-!?:+*/%").find(peek()) == std::string_view::npos) return false;
        add(Token::Kind::Symbol, at_ + 1);
        return true;
    }

    std::string_view source_;
    Issues& issues_;
    size_t at_ = 0;
    std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> lex(std::string_view source, Issues& issues) { return Lexer(source, issues).run(); }

}  // namespace skiff::cel
