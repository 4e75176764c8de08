// gzip of an answer's pieces at the fastest level, as kube-apiserver compresses. Any thread.
#pragma once

#include <vector>

#include "net/http.h"

namespace skiff::apiserver {

// Null without memory, or when they are too much to pack in one go.
net::Bytes gzip_pieces(const std::vector<net::Bytes>& pieces);

}  // namespace skiff::apiserver
