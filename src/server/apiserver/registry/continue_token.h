// The continue token of a paged list: base64url JSON {"v":"meta.k8s.io/v1","rv":N,"start":"key"}, as kube-apiserver makes it. The start
// key is relative to the list's prefix. rv -1 marks an inconsistent continuation (the newest state from that key on). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace skiff::apiserver {

struct ContinueToken {
    int64_t revision = 0;
    std::string start;       // the first key that the next page may show, "ns/name" or "name"
};

std::string write_continue(const ContinueToken& token);
Result<ContinueToken> read_continue(std::string_view text);

}  // namespace skiff::apiserver
