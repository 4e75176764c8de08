#include "server/secrets_encryption.h"

#include <sys/stat.h>

#include "api/status_object.h"
#include "api/timestamp.h"
#include "base/file.h"
#include "base/log.h"
#include "json/write.h"

namespace skiff::server {

namespace {

constexpr std::string_view kSecretsPrefix = "/registry/secrets/";
constexpr size_t kFileBytesMax = 64 << 10;

// A stored value is good for its key and its row only: nobody can put an old or another Secret in its place.
std::string context_of(std::string_view key, int64_t row_id) {
    std::string context(key);
    context.push_back('\0');
    for (int shift = 0; shift < 64; shift += 8) context.push_back(static_cast<char>(static_cast<uint64_t>(row_id) >> shift));
    return context;
}

}  // namespace

Result<std::shared_ptr<SecretsEncryption>> SecretsEncryption::open(const std::string& folder, bool wanted, Clock& clock) {
    std::shared_ptr<SecretsEncryption> made(new SecretsEncryption(folder + "/encryption-keys.json", clock));
    pki::KeyRing ring;
    if (file::exists(made->path_)) {
        auto text = TRY(file::read(made->path_, kFileBytesMax).context("the keys of the Secrets"));
        auto parsed = pki::KeyRing::parse(text);
        if (!parsed.ok())
            return error(Reason::InternalError, "{} {}: without its keys the Secrets in the datastore cannot be read; restore it from a backup", made->path_, parsed.status().message());
        ring = std::move(parsed).value();
        ::chmod(made->path_.c_str(), 0600);
        if (!wanted && ring.enabled)
            log::warn("server", "Secrets stay encrypted: --secrets-encryption=false counts on the first start only; use `skiff secrets-encrypt disable`", {});
    } else if (wanted) {
        ring.enabled = true;
        ring.rewriting = file::exists(folder + "/db/state.db");   // with rows of a version that did not encrypt
        ring.add_key(api::format_time(clock.now()));
        TRY(file::write_atomic(made->path_, ring.text(), 0600));
    }
    made->ring_ = std::make_shared<const pki::KeyRing>(std::move(ring));
    return made;
}

std::shared_ptr<const pki::KeyRing> SecretsEncryption::ring() const {
    std::lock_guard lock(mutex_);
    return ring_;
}

bool SecretsEncryption::covers(std::string_view key) const { return key.starts_with(kSecretsPrefix); }

Result<std::string> SecretsEncryption::seal(std::string_view key, int64_t row_id, std::string_view value) const {
    auto ring = this->ring();
    if (!ring->enabled) return std::string(value);
    return ring->close(value, context_of(key, row_id));
}

Result<std::string> SecretsEncryption::open(std::string_view key, int64_t row_id, std::string_view stored) const {
    if (!pki::KeyRing::is_envelope(stored)) return std::string(stored);
    return ring()->open(stored, context_of(key, row_id)).context("is encrypted, and {} does not open it", path_);
}

bool SecretsEncryption::current(std::string_view stored) const { return ring()->current(stored); }

Status SecretsEncryption::save(pki::KeyRing ring) {
    TRY(file::write_atomic(path_, ring.text(), 0600));
    auto next = std::make_shared<const pki::KeyRing>(std::move(ring));
    std::lock_guard lock(mutex_);
    ring_ = std::move(next);
    return {};
}

void SecretsEncryption::resume(store::Store& store) {
    store_ = &store;
    if (ring()->rewriting) rewrite();
}

void SecretsEncryption::rewrite() {
    {
        std::lock_guard lock(mutex_);
        stage_ = "reencrypt_active";
        error_.clear();
    }
    store_->reseal([self = weak_from_this()](Result<size_t> rows) {
        if (auto held = self.lock()) held->rewritten(rows);
    });
}

// On the store's writer thread, when nothing is left that an old key opens.
void SecretsEncryption::rewritten(const Result<size_t>& rows) {
    Status status = rows.ok() ? Status() : rows.status();
    if (status.ok()) {
        pki::KeyRing next = *ring();
        next.rewriting = false;
        if (next.enabled) next.drop_others();
        status = save(std::move(next));
    }
    if (status.ok()) log::info("server", "the Secrets in the datastore have their new form", {{"rows", *rows}});
    else if (status.reason() != Reason::Conflict) log::error("server", "the Secrets in the datastore were not rewritten", {{"error", status.message()}});
    std::lock_guard lock(mutex_);
    stage_ = status.ok() ? "reencrypt_finished" : "reencrypt_failed";
    error_ = status.ok() ? "" : status.message();
}

Result<SecretsEncryption::Action> SecretsEncryption::parse_action(std::string_view text) {
    if (text == "enable") return Action::Enable;
    if (text == "disable") return Action::Disable;
    if (text == "rotate-keys") return Action::RotateKeys;
    if (text == "reencrypt") return Action::Reencrypt;
    return error(Reason::BadRequest, "unknown action \"{}\": one of enable, disable, rotate-keys, reencrypt", text);
}

Status SecretsEncryption::change(Action action) {
    std::lock_guard changing(change_mutex_);
    {
        std::lock_guard lock(mutex_);
        if (stage_ == "reencrypt_active") return error(Reason::Conflict, "the Secrets are being rewritten; `skiff secrets-encrypt status` tells when that is over");
    }
    pki::KeyRing next = *ring();
    switch (action) {
        case Action::Enable:
            if (next.enabled) return error(Reason::BadRequest, "encryption of Secrets is on already");
            next.enabled = true;
            if (next.active().empty()) next.add_key(api::format_time(clock_.now()));
            break;
        case Action::Disable:
            if (!next.enabled) return error(Reason::BadRequest, "encryption of Secrets is off already");
            next.enabled = false;
            break;
        case Action::RotateKeys:
            if (!next.enabled) return error(Reason::BadRequest, "encryption of Secrets is off; there is no key to rotate");
            next.add_key(api::format_time(clock_.now()));
            break;
        case Action::Reencrypt:
            if (next.keys().empty()) return error(Reason::BadRequest, "encryption of Secrets was never on; there is nothing to rewrite");
            break;
    }
    next.rewriting = true;
    TRY(save(std::move(next)));
    rewrite();
    return {};
}

json::Value SecretsEncryption::status() const {
    auto keys = json::Value::array();
    std::lock_guard lock(mutex_);
    for (const auto& key : ring_->keys()) keys.push_back(json::Value::object({{"id", key.id}, {"created", key.created}}));
    return json::Value::object({{"enabled", ring_->enabled}, {"stage", stage_}, {"error", error_}, {"active", ring_->active()}, {"keys", std::move(keys)}});
}

net::Response answer_secrets_encryption(SecretsEncryption& encryption, const net::Request& request) {
    Status status;
    if (request.method == "POST") {
        auto action = SecretsEncryption::parse_action(request.query.get("action"));
        status = action.ok() ? encryption.change(*action) : action.status();
    } else if (request.method != "GET") {
        status = error(Reason::MethodNotAllowed, "GET or POST");
    }
    net::Response response;
    response.code = status.ok() ? 200 : status.code();
    response.headers.set("Content-Type", "application/json");
    response.body = net::make_bytes(json::write(status.ok() ? encryption.status() : api::status_object(status)));
    return response;
}

}  // namespace skiff::server
