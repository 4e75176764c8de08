// AES-256-GCM (NIST SP 800-38D): encryption that notices every change, of the bytes and of what they are said to belong to. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace skiff::pki {

inline constexpr size_t kAeadKeyBytes = 32, kAeadNonceBytes = 12, kAeadTagBytes = 16;
inline constexpr size_t kAeadOverhead = kAeadNonceBytes + kAeadTagBytes;

// Appends nonce || ciphertext || tag. The nonce is random: one key is good for 2^32 calls. associated is not stored; whoever opens it must know it.
Status aead_seal(std::string_view key, std::string_view plain, std::string_view associated, std::string& out);
// Invalid when the key is another, a byte changed, or associated differs.
Result<std::string> aead_open(std::string_view key, std::string_view sealed, std::string_view associated);

}  // namespace skiff::pki
