#include "pki/key_ring.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/random.h"
#include "json/parse.h"
#include "json/write.h"
#include "pki/aead.h"

namespace skiff::pki {

namespace {

constexpr std::string_view kMagic = "k8s:enc:skiff:v1:";
constexpr size_t kIdSize = 16;
constexpr size_t kHeadSize = kMagic.size() + kIdSize + 1;
constexpr size_t kSealedKeySize = kAeadKeyBytes + kAeadOverhead;
constexpr size_t kKeysMax = 16;

std::string_view id_of(std::string_view envelope) { return envelope.substr(kMagic.size(), kIdSize); }

bool is_id(std::string_view text) { return text.size() == kIdSize && text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

}  // namespace

Result<KeyRing> KeyRing::parse(std::string_view text) {
    const auto file = TRY(json::parse(text, {.depth_max = 8}));
    if (!file.is_object() || file["version"].as_int() != 1) return error(Reason::Invalid, "is no key file of version 1");
    KeyRing ring;
    ring.enabled = file["enabled"].as_bool();
    ring.rewriting = file["rewriting"].as_bool();
    ring.active_ = file["active"].as_string();
    for (const auto& item : file["keys"].items()) {
        auto bytes = base64_decode(item["key"].as_string());
        if (!is_id(item["id"].as_string()) || !bytes || bytes->size() != kAeadKeyBytes || ring.find(item["id"].as_string()) || ring.keys_.size() == kKeysMax)
            return error(Reason::Invalid, "has a bad key");
        ring.keys_.push_back({item["id"].as_string(), std::move(*bytes), item["created"].as_string()});
    }
    if (ring.enabled && !ring.find(ring.active_)) return error(Reason::Invalid, "lacks the active key");
    return ring;
}

std::string KeyRing::text() const {
    auto list = json::Value::array();
    for (const auto& key : keys_) list.push_back(json::Value::object({{"id", key.id}, {"key", base64_encode(key.bytes)}, {"created", key.created}}));
    return json::write(json::Value::object({{"version", 1}, {"enabled", enabled}, {"rewriting", rewriting}, {"active", active_}, {"keys", std::move(list)}})) + "\n";
}

void KeyRing::add_key(std::string created) {
    active_ = hex_encode(random_bytes(kIdSize / 2));
    keys_.push_back({active_, random_bytes(kAeadKeyBytes), std::move(created)});
}

void KeyRing::drop_others() {
    keys_.erase(std::remove_if(keys_.begin(), keys_.end(), [this](const Key& key) { return key.id != active_; }), keys_.end());
}

const KeyRing::Key* KeyRing::find(std::string_view id) const {
    for (const auto& key : keys_)
        if (key.id == id) return &key;
    return nullptr;
}

bool KeyRing::is_envelope(std::string_view bytes) { return bytes.starts_with(kMagic); }

bool KeyRing::current(std::string_view bytes) const {
    if (!enabled) return !is_envelope(bytes);
    return is_envelope(bytes) && bytes.size() > kHeadSize && id_of(bytes) == active_;
}

Result<std::string> KeyRing::close(std::string_view value, std::string_view context) const {
    const Key* key = find(active_);
    if (!enabled || !key) return error(Reason::InternalError, "encryption is off");
    const std::string data_key = random_bytes(kAeadKeyBytes);
    std::string out;
    out.reserve(kHeadSize + kSealedKeySize + value.size() + kAeadOverhead);
    out += kMagic;
    out += active_;
    out += ':';
    TRY(aead_seal(key->bytes, data_key, context, out));
    TRY(aead_seal(data_key, value, context, out));
    return out;
}

Result<std::string> KeyRing::open(std::string_view envelope, std::string_view context) const {
    if (!is_envelope(envelope) || envelope.size() < kHeadSize + kSealedKeySize + kAeadOverhead) return error(Reason::Invalid, "is cut off");
    const Key* key = find(id_of(envelope));
    if (!key) return error(Reason::Invalid, "is encrypted with the key {}, which is not there", is_id(id_of(envelope)) ? id_of(envelope) : "?");
    const auto data_key = TRY(aead_open(key->bytes, envelope.substr(kHeadSize, kSealedKeySize), context).context("its data key"));
    return aead_open(data_key, envelope.substr(kHeadSize + kSealedKeySize), context);
}

}  // namespace skiff::pki
