// KeyRing: the key-encryption keys of a cluster, and the envelopes that they close: every value gets its own random data key, which lies
// beside it, encrypted with the active key of the ring. Several keys are there while one replaces another.
//
//   envelope   "k8s:enc:skiff:v1:" id ":" sealed data key (60 bytes) sealed value      (sealed: see aead.h)
//   file       {"version":1,"enabled":true,"rewriting":false,"active":ID,"keys":[{"id","key" (base64),"created"}]}
//
// A value; methods of a const one from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace skiff::pki {

class KeyRing {
public:
    struct Key {
        std::string id;        // 16 hexadecimal digits, random
        std::string bytes;     // kAeadKeyBytes
        std::string created;   // RFC 3339
    };
    bool enabled = false;      // new values are closed with the active key; otherwise they stay as they are
    bool rewriting = false;    // there may be values that are not in the present form

    static Result<KeyRing> parse(std::string_view text);
    std::string text() const;

    // Makes a key and makes it the active one.
    void add_key(std::string created);
    // Forgets all but the active key.
    void drop_others();
    const std::vector<Key>& keys() const { return keys_; }
    const std::string& active() const { return active_; }

    static bool is_envelope(std::string_view bytes);
    // Whether close() would make an envelope of this form now (enabled: by the active key; otherwise: none).
    bool current(std::string_view bytes) const;
    // context: what the value belongs to; the same is needed to open it. Only when enabled.
    Result<std::string> close(std::string_view value, std::string_view context) const;
    // Invalid, saying whether the key is missing or the bytes are not what was closed.
    Result<std::string> open(std::string_view envelope, std::string_view context) const;

private:
    const Key* find(std::string_view id) const;
    std::vector<Key> keys_;
    std::string active_;
};

}  // namespace skiff::pki
