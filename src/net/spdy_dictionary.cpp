#include "net/spdy_dictionary.h"

#include <array>
#include <string_view>

namespace skiff::net {

namespace {

// Each of these is preceded by its length in four bytes.
constexpr std::array<std::string_view, 58> kWords = {
    "options", "head", "post", "put", "delete", "trace", "accept", "accept-charset", "accept-encoding", "accept-language", "accept-ranges",
    "age", "allow", "authorization", "cache-control", "connection", "content-base", "content-encoding", "content-language",
    "content-length", "content-location", "content-md5", "content-range", "content-type", "date", "etag", "expect", "expires", "from",
    "host", "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "last-modified", "location",
    "max-forwards", "pragma", "proxy-authenticate", "proxy-authorization", "range", "referer", "retry-after", "server", "te", "trailer",
    "transfer-encoding", "upgrade", "user-agent", "vary", "via", "warning", "www-authenticate", "method", "get", "status", "200 OK",
};
constexpr std::array<std::string_view, 7> kMoreWords = {"version", "HTTP/1.1", "url", "public", "set-cookie", "keep-alive", "origin"};

// The rest stands without lengths.
constexpr std::string_view kTail =
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information"
    "204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error"
    "501 Not " "Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, "
    "Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,"
    "publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

void append(std::string& out, std::string_view word) {
    const auto size = static_cast<uint32_t>(word.size());
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
    out += word;
}

}  // namespace

const std::string& spdy_dictionary() {
    static const std::string dictionary = [] {
        std::string out;
        for (std::string_view word : kWords) append(out, word);
        for (std::string_view word : kMoreWords) append(out, word);
        return out.append(kTail);
    }();
    return dictionary;
}

}  // namespace skiff::net
