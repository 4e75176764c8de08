#include "server/apiserver/authn/static_tokens.h"

#include <map>

#include "base/hash.h"
#include "base/strings.h"
#include "server/apiserver/authn/bearer.h"

namespace skiff::apiserver {

namespace {

// The fields of one line; nothing when a quote is open at its end or text follows a closing one.
std::optional<std::vector<std::string>> fields_of(std::string_view line) {
    std::vector<std::string> out(1);
    bool quoted = false;
    for (size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
            out.back() += '"';
            ++i;
        } else if (quoted && c == '"') {
            quoted = false;
            if (i + 1 < line.size() && line[i + 1] != ',') return std::nullopt;
        } else if (quoted) {
            out.back() += c;
        } else if (c == ',') {
            out.emplace_back();
        } else if (c == '"' && out.back().empty()) {
            quoted = true;
        } else {
            out.back() += c;
        }
    }
    if (quoted) return std::nullopt;
    return out;
}

class StaticTokens : public Authenticator {
public:
    explicit StaticTokens(std::map<std::string, User> users) : users_(std::move(users)) {}

    Result<std::optional<User>> authenticate(const net::Request& request) override {
        const std::string token = bearer_token(request);
        if (token.empty()) return std::optional<User>();
        auto found = users_.find(sha256_hex(token));
        if (found == users_.end()) return std::optional<User>();
        return std::optional<User>(found->second);
    }

private:
    const std::map<std::string, User> users_;   // by the token's hash
};

}  // namespace

Result<std::shared_ptr<Authenticator>> make_static_token_authenticator(std::string_view csv) {
    std::map<std::string, User> users;
    size_t number = 0;
    for (const std::string& raw : split(csv, '\n')) {
        ++number;
        const std::string_view line = trim(raw);
        if (line.empty()) continue;
        auto fields = fields_of(line);
        if (!fields || fields->size() < 3 || (*fields)[0].empty()) return error(Reason::Invalid, "line {}: want TOKEN,USER,UID[,\"GROUP,GROUP\"]", number);
        User user;
        user.name = (*fields)[1];
        user.uid = (*fields)[2];
        if (fields->size() > 3 && !(*fields)[3].empty()) user.groups = split((*fields)[3], ',');
        users.insert_or_assign(sha256_hex((*fields)[0]), std::move(user));
    }
    return std::shared_ptr<Authenticator>(std::make_shared<StaticTokens>(std::move(users)));
}

}  // namespace skiff::apiserver
