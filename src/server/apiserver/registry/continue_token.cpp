#include "server/apiserver/registry/continue_token.h"

#include "api/go_text.h"
#include "base/encoding.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kVersion = "meta.k8s.io/v1";
constexpr size_t kTokenMax = 4096;

// Where Go's base64 decoder stops at text that is no base64url without padding.
size_t bad_offset(std::string_view text) {
    for (size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        bool good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (!good) return i;
    }
    return text.size() / 4 * 4;
}

}  // namespace

std::string write_continue(const ContinueToken& token) {
    json::Value value = json::Value::object({{"v", kVersion}, {"rv", token.revision}, {"start", token.start}});
    return base64url_encode(json::write(value));
}

Result<ContinueToken> read_continue(std::string_view text) {
    auto bad = [](std::string_view why) { return error(Reason::BadRequest, "invalid continue token: continue key is not valid: {}", why); };
    if (text.size() > kTokenMax) return bad("too long");
    auto decoded = base64url_decode(text);
    if (!decoded) return bad(fmt::format("illegal base64 data at input byte {}", bad_offset(text)));
    auto value = json::parse(*decoded);
    if (!value.ok()) return bad(api::without_offset(value.status()));
    if ((*value)["v"].as_string() != kVersion) return error(Reason::BadRequest, "invalid continue token: continue key is not valid: server does not recognize this encoded version \"{}\"", (*value)["v"].as_string());
    ContinueToken token;
    token.revision = (*value)["rv"].as_int();
    token.start = (*value)["start"].as_string();
    if (token.revision == 0) return error(Reason::BadRequest, "invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
    if (token.start.empty()) return error(Reason::BadRequest, "invalid continue token: continue key is not valid: encoded start key empty (version meta.k8s.io/v1)");
    if (token.start.find("..") != std::string::npos || token.start[0] == '/') return bad("invalid continue key");
    return token;
}

}  // namespace skiff::apiserver
