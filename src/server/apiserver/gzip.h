// gzip of an answer's pieces at zlib's fastest level, as kube-apiserver compresses. Any thread.
#pragma once

#include <vector>

#include "net/http.h"

namespace skiff::apiserver {

// Null when zlib fails.
net::Bytes gzip_pieces(const std::vector<net::Bytes>& pieces);

}  // namespace skiff::apiserver
